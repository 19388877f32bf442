"""clipgate check: what is wrong with a data set, and a corrected table of it, without a run."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Segment
from tests.components.annotation_validator.making import measured_inputs
from tests.components.annotations.readers.samples import SAMPLES
from tests.components.video.videos import write_video
from tests.pipeline.commands.conftest import Done
from tests.shared_data import SHARED_DATA

Clipgate = Callable[..., Done]
HEADER = "path,start_seconds,end_seconds,label,group\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two videos of 2 s, the same bytes under two names, and rows with a fault of each kind that can be corrected."""
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / "videos" / name, 20)
    (tmp_path / "labels.csv").write_text(
        f"{HEADER}a.mp4,0,0.5,sit,ann\na.mp4,0.6,1,sit,ann\na.mp4,1.2,2.4,Wave,ann\n"
        "b.mp4,0,1,sit,bob\nb.mp4,1.3,1.9,wave,bob\nb.mp4,1.3,1.9,wave,bob\n"
    )
    return tmp_path


def arguments(folder: Path) -> list[object]:
    return ["--annotations", folder / "labels.csv", "--videos", folder / "videos"]


def checks_of(done: Done) -> dict[str, str]:
    return {finding["check"]: finding["severity"] for finding in json.loads(done.out)["findings"]}


def test_findings_are_told_by_severity_and_end_with_what_they_come_to(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate("check", *arguments(folder))
    assert (done.code, done.err) == (4, "")
    lines = [line.strip() for line in done.out.splitlines()]
    assert [line for line in lines if line in ("errors", "warnings", "notes")] == ["errors", "warnings", "notes"]
    assert (
        lines.index("errors")
        < lines.index("spelling_variants")
        < lines.index("warnings")
        < lines.index("nearly_touching")
    )
    assert any(
        line.startswith("2 spellings of one label: 'wave' (1), 'Wave' (1); each would be a class") for line in lines
    )
    assert "labels.csv, row 4: a.mp4, 1.2 to 2.4 s, 'Wave'" in lines
    assert lines[-1].startswith("5 segments in 2 videos, 3 classes: ")
    assert lines[-1].endswith("(checks.fail_on: error)")


def test_all_that_was_assumed_is_told(clipgate: Clipgate, tmp_path: Path) -> None:
    header = "video;person;subset;class;period;camera;session;fold"
    (tmp_path / "labels.csv").write_text(f"{header}\na.mp4;NA;val;sit;0:01-0:02;1;2;3\n")
    done = clipgate("check", "--annotations", tmp_path / "labels.csv")
    for said in (
        "divided by semicolons",
        "'video' is read as path",
        "'fold' looks like",
        "'period' is not read",
        "'NA'",
    ):
        assert said in " ".join(done.out.split())


def test_json_and_sarif_are_for_machines(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate("check", *arguments(folder), "--format", "json")
    found = checks_of(done)
    assert found["spelling_variants"] == "error"
    assert {"identical_videos", "unusable_rows", "past_video_end", "nearly_touching"} <= found.keys()
    sarif = clipgate("check", *arguments(folder), "--format", "sarif", "--output", folder / "out.sarif")
    assert (sarif.code, sarif.out) == (4, "")
    (run,) = json.loads((folder / "out.sarif").read_text())["runs"]
    assert {result["ruleId"] for result in run["results"]} == found.keys()


@pytest.mark.parametrize(("options", "start"), [([], "errors "), (["--format", "html"], "<!DOCTYPE html>")])
def test_what_people_read_may_be_written_to_a_file(
    clipgate: Clipgate, folder: Path, options: list[str], start: str
) -> None:
    done = clipgate("check", *arguments(folder), *options, "--output", folder / "out")
    assert (done.code, done.out) == (4, "")
    text = (folder / "out").read_text()
    assert text.startswith(start)
    assert "spelling_variants" in text


def test_a_corrected_table_is_written_and_the_original_is_as_it_was(clipgate: Clipgate, folder: Path) -> None:
    before = (folder / "labels.csv").read_bytes()
    done = clipgate("check", *arguments(folder), "--fix", folder / "fixed.csv")
    assert done.code == 4
    assert (folder / "labels.csv").read_bytes() == before
    assert (folder / "fixed.csv").read_text().splitlines() == [
        "path,start_seconds,end_seconds,label,group,split",
        "a.mp4,0.0,1.0,sit,ann,",
        "a.mp4,1.2,2.0,wave,ann,",
        "b.mp4,0.0,1.0,sit,ann,",
        "b.mp4,1.3,1.9,wave,ann,",
    ]
    assert f"7 changes, written to {folder / 'fixed.csv'}" in done.out.splitlines()[-1]
    assert "Wave" in done.out and "deleted" in done.out
    again = clipgate("check", "-a", folder / "fixed.csv", "--videos", folder / "videos", "--format", "json")
    corrected = {"spelling_variants", "unusable_rows", "past_video_end", "nearly_touching"}
    assert not corrected & checks_of(again).keys()


@pytest.mark.parametrize("option", ["--fix", "--output"])
def test_a_file_that_exists_is_overwritten_only_if_that_is_said(clipgate: Clipgate, folder: Path, option: str) -> None:
    kept = folder / "kept.csv"
    kept.write_text("a week of work")
    refused = clipgate("check", *arguments(folder), option, kept)
    assert refused.code == 2
    assert f"{option}: {kept} exists already; name another file, or overwrite it with --force" in refused.err
    assert kept.read_text() == "a week of work"
    assert clipgate("check", *arguments(folder), option, kept, "--force").code == 4
    assert kept.read_text() != "a week of work"


def test_the_configuration_sets_bars_and_says_what_fails(clipgate: Clipgate, folder: Path) -> None:
    config = folder / "config.yaml"
    ids = "few_groups: null, too_few_to_evaluate: null, spelling_variants: null, identical_videos: null"
    config.write_text(
        "output_dir: out\ndata: {annotations: labels.csv, videos: videos}\n"
        f"checks: {{{ids}, unusable_rows: 1, fail_on: error}}\n"
    )
    done = clipgate("check", "--config", config, "--format", "json")
    assert done.code == 0
    assert "spelling_variants" not in checks_of(done)
    config.write_text(config.read_text().replace("fail_on: error", "fail_on: warning"))
    assert clipgate("check", "--config", config).code == 4


def test_what_needs_a_look_is_counted_and_done_only_with_an_option_of_its_own(
    clipgate: Clipgate, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    doubted = measured_inputs(motions={(4, "sit"): "jump"})
    monkeypatch.setattr("components.annotation_validator.look.look", lambda *args, **options: doubted)
    command = ("check", *arguments(folder), "--frames", "--fix", folder / "fixed.csv", "--force")
    safe, unsafe = clipgate(*command), clipgate(*command, "--unsafe-fixes")
    left_out = "1 suggestion left out, to be looked at first (doubtful_labels 1); --unsafe-fixes does them too"
    assert safe.out.splitlines()[-2:] == [left_out, f"0 changes, written to {folder / 'fixed.csv'}"]
    assert left_out not in unsafe.out
    assert f"1 change, written to {folder / 'fixed.csv'}" in unsafe.out.splitlines()[-1]
    changes = json.loads(clipgate(*command, "--unsafe-fixes", "--format", "json").out)["changes"]
    assert [(change["check"], change["field"], change["after"]) for change in changes] == [
        ("doubtful_labels", "label", "jump")
    ]


# The others need what only a configuration names.
@pytest.mark.parametrize("name", [name for name, each in SAMPLES.items() if not each.label_map and not each.is_folder])
def test_formats_are_checked_without_their_videos(clipgate: Clipgate, tmp_path: Path, name: str) -> None:
    SAMPLES[name].write(tmp_path)
    done = clipgate(
        "check", "-a", SAMPLES[name].config(tmp_path).annotations, "--annotation-format", name, "--format", "json"
    )
    assert done.code == 4
    report = json.loads(done.out)
    repeated = sum(len(finding["places"]) for finding in report["findings"] if finding["check"] == "unusable_rows")
    assert report["segments"] + repeated == SAMPLES[name].num_segments


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "--annotations is needed, or --config"),
        (["--config", "c.yaml", "--videos", "v"], "leave out --annotations and --videos"),
        (["-a", "labels.csv", "--fix", "out.txt"], "--fix: out.txt has to end in .csv or .jsonl"),
        (["-a", "labels.csv", "--fix", "labels.csv"], "--fix: labels.csv holds the annotations themselves"),
        (
            ["-a", "labels.csv", "--unsafe-fixes"],
            "--unsafe-fixes: there is nothing to write them to; say with --fix FILE",
        ),
        (["-a", "labels.csv", "--annotation-format", "avi"], "--format: Input should be"),
        (["-a", "labels.csv", "--format", "json", "--output", "no/where"], "no/where cannot be written"),
        (["-a", "gone.csv"], "wrong input: --annotations: gone.csv does not exist\n"),
        (["-a", "labels.csv", "--videos", "gone"], "wrong input: --videos: gone is not a folder\n"),
        (["-a", "labels.csv", "--videos", "videos", "--like", "gone"], "wrong input: --like: gone is not a folder\n"),
        (["-a", "labels.csv", "--previous", "gone.csv"], "wrong input: --previous: gone.csv does not exist\n"),
        (["-a", "labels.csv", "--previous", "videos"], "wrong input: --previous: "),
        (["-a", "labels.csv", "--videos", "videos", "--previous-videos", "v"], "say with --previous where"),
        (
            ["-a", "labels.csv", "--videos", "videos", "--previous", "labels.csv", "--previous-videos", "gone"],
            "wrong input: --previous-videos: gone is not a folder\n",
        ),
    ],
)
def test_wrong_options_are_named(
    clipgate: Clipgate, folder: Path, monkeypatch: pytest.MonkeyPatch, options: list[str], message: str
) -> None:
    monkeypatch.chdir(folder)
    done = clipgate("check", *options)
    assert done.code == 2
    assert message in done.err


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")
def test_real_recordings_are_told_apart(clipgate: Clipgate, tmp_path: Path) -> None:
    fights, falls = SHARED_DATA / "fights", SHARED_DATA / "falls"
    good = clipgate("check", "-a", fights / "annotations.csv", "--videos", fights, "--format", "json")
    assert (good.code, json.loads(good.out)["findings"]) == (0, [])
    arguments = ["-a", falls / "segments.csv", "--videos", falls, "--fix", tmp_path / "fixed.csv", "--format", "json"]
    small = clipgate("check", *arguments)
    assert small.code == 4
    assert {"few_groups", "too_few_to_evaluate", "overlapping_labels"} <= checks_of(small).keys()
    source = read_annotations(DataConfig(annotations=str(falls / "segments.csv"), videos=str(falls))).records
    written = read_annotations(DataConfig(annotations=str(tmp_path / "fixed.csv"), videos=str(falls))).records
    assert len(written) == len(source)
    assert [(r.video, r.label) for r in written if isinstance(r, Segment)] == [
        (r.video, r.label) for r in source if isinstance(r, Segment)
    ]


def test_frames_are_looked_at_when_asked_for(folder: Path, clipgate: Clipgate) -> None:
    done = clipgate("check", *arguments(folder), "--frames", "--pictures", folder / "pictures", "--format", "json")
    # Nothing stands still in these videos, so that nothing can be said of bounds.
    assert not {"loose_bounds", "undecodable"} & set(checks_of(done))
    assert (folder / "pictures").is_dir()


def test_a_sample_of_production_is_compared(folder: Path, clipgate: Clipgate) -> None:
    done = clipgate("check", *arguments(folder), "--like", folder / "videos", "--format", "json")
    (finding,) = [each for each in json.loads(done.out)["findings"] if each["check"] == "production_shift"]
    assert "too few to be compared" in finding["message"]


def test_a_previous_span_is_compared_with_by_option_or_by_configuration(folder: Path, clipgate: Clipgate) -> None:
    (folder / "march.csv").write_text("path,label\nmarch.mp4,fall\n")
    (folder / "config.yaml").write_text(
        "output_dir: out\ndata: {annotations: labels.csv, videos: videos}\nchecks: {previous_annotations: march.csv}\n"
    )

    def told(*options: object) -> list[str]:
        findings = json.loads(clipgate("check", *options, "--format", "json").out)["findings"]
        return [each["message"].partition(":")[0] for each in findings if each["check"] == "span_shift"]

    classes = ["class 'fall' is gone", "class 'Wave' is new", "class 'sit' is new", "class 'wave' is new"]
    few = "too few groups to be compared"
    assert told("-a", folder / "labels.csv", "--previous", folder / "march.csv") == [*classes, few]
    not_found = "none of the previous span's videos could be looked at"
    assert told("--config", folder / "config.yaml") == [classes[0], not_found, *classes[1:], few]
    write_video(folder / "before" / "march.mp4", 20)
    found = told("--config", folder / "config.yaml", "--previous-videos", folder / "before", "--frames")
    assert found == [*classes, few]


def test_copies_in_frames_get_one_group(folder: Path, clipgate: Clipgate) -> None:
    write_video(folder / "videos" / "encoded_anew.avi", 20, codec="MJPG")
    with (folder / "labels.csv").open("a") as file:
        file.write("encoded_anew.avi,0,1,sit,eve\n")
    done = clipgate("check", *arguments(folder), "--frames", "--fix", folder / "fixed.csv", "--format", "json")
    changes = [change for change in json.loads(done.out)["changes"] if change["check"] == "near_duplicates"]
    # Of the two that have the same bytes, rows contradict each other, so that only their pictures tie them.
    assert {(change["video"], change["field"], change["after"]) for change in changes} == {
        ("b.mp4", "group", "ann"),
        ("encoded_anew.avi", "group", "ann"),
    }
    last = (folder / "fixed.csv").read_text().splitlines()[-1]
    assert last.startswith("encoded_anew.avi,0.0,1.0,sit,ann")


def test_frames_need_videos_and_pictures_and_models_need_frames(folder: Path, clipgate: Clipgate) -> None:
    for options, message in (
        (["--frames"], "--videos"),
        (["--like", "."], "--videos"),
        (["--previous", folder / "labels.csv", "--previous-videos", folder], "--videos"),
        (["--pictures", folder / "pictures"], "--frames"),
        (["--model", folder], "--frames"),
        (["--frames", "--videos", folder / "videos", "--model", folder], "holds no model that clipgate pushed"),
    ):
        done = clipgate("check", "--annotations", folder / "labels.csv", *options)
        assert (done.code, message in done.err) == (2, True)


def test_what_annotations_do_not_tell_of_themselves_can_be_said(clipgate: Clipgate, folder: Path) -> None:
    (folder / "labels.csv").write_text("path^label\na.mp4^sit\nb.mp4^wave\n")
    assert clipgate("check", *arguments(folder)).code == 2
    done = clipgate("check", *arguments(folder), "--annotation-format", "csv", "--delimiter", "^", "--format", "json")
    assert (done.code, "unusable_rows" in checks_of(done)) == (4, False)
    refused = clipgate("check", *arguments(folder), "--delimiter", "^^")
    assert (refused.code, "--delimiter: " in refused.err) == (2, True)
    (folder / "c.yaml").write_text("output_dir: o\ndata: {annotations: labels.csv, videos: videos}\n")
    refused = clipgate("check", "--config", folder / "c.yaml", "--label-field", "action")
    assert (refused.code, "write it there, as data.label_field" in refused.err) == (2, True)
