"""clipgate runs, compare, reproduce and lineage, on five runs."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.config import load_config
from tests.components.pages.scripts import without_script
from tests.pipeline.commands.conftest import Done, run_clipgate
from tests.pipeline.runs.five_runs import ERROR, FIRST, SECOND, TESTED, play
from tests.pipeline.test_cli import HEAVY_MODULES, REPOSITORY

Clipgate = Callable[..., Done]


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], five_runs: Path) -> Clipgate:
    """Runs the command line with the arguments, and with the project's configuration if they name none."""
    run = run_clipgate(monkeypatch, capsys)

    def on_project(*arguments: object) -> Done:
        named = () if "--config" in arguments else ("--config", five_runs / "config.yaml")
        return run(*arguments, *named)

    return on_project


def lines_of(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def as_json(done: Done) -> dict[str, Any]:
    assert (done.code, done.err) == (0, "")
    return dict(json.loads(done.out))


def test_runs_tells_them_apart(clipgate: Clipgate) -> None:
    done = clipgate("runs")
    assert (done.code, done.err) == (0, "")
    rows = [line[1:].strip() for line in lines_of(done.out) if line[:1].isdigit()]
    shown, differing = [row[len("2026-01-01 00:00") :].strip() for row in rows[:5]], rows[5:]
    assert shown == [
        f"pushed {FIRST} 0.625 sit 0.25",
        "interrupted - -",
        f"pushed {SECOND}, resumed after epoch 4 0.938 wave 0.88",
        "rejected, model of run 3 0.938 wave 0.88",
        "failed - -",
    ]
    assert differing == [
        "-",
        "training.epochs: 6 → 12",
        "nothing",
        "gates.certainty: 0.99 → none; gates.min_recall: 0.5 → 0.9",
        "nothing",
    ]
    assert ERROR in done.out


def test_a_run_that_trained_nothing_shows_the_figures_of_the_model_that_it_judged(clipgate: Clipgate) -> None:
    _, _, third, fourth, _ = as_json(clipgate("runs", "--json"))["runs"]
    assert fourth["figures"] == third["figures"]
    assert (third["trained_by"], fourth["trained_by"]) == (3, 3)
    assert (third["pushed_by"], fourth["pushed_by"]) == (3, None)


@pytest.mark.parametrize(
    "arguments", [["runs"], ["compare", "1", "3", "--html", "/dev/null"], ["lineage", "3"], ["reproduce", "3"]]
)
def test_answers_come_without_tensorflow(five_runs: Path, arguments: list[str]) -> None:
    # ML Metadata's client is what they are read with, and pages are drawn by Matplotlib.
    heavy = tuple(name for name in HEAVY_MODULES if name not in ("ml_metadata", "scipy.stats", "matplotlib"))
    program = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print([name for name in {heavy} if name in sys.modules], file=sys.stderr))\n"
        f"sys.argv[1:] = {[*arguments, '--config', str(five_runs / 'config.yaml')]}\n"
        "from pipeline.cli import main\n"
        "main()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stderr.endswith("[]\n")


def test_compare_pairs_the_clips_that_both_were_asked_about(clipgate: Clipgate) -> None:
    found = as_json(clipgate("compare", "1", SECOND, "--json"))
    assert found["runs"] == [1, 3] and found["same_data"]
    assert found["settings"] == [{"what": "training.epochs", "before": 6, "after": 12}]
    overall, sit, wave = found["classes"]
    assert (overall["class"], overall["change"]["num_clips"]) == (None, 16)
    assert [row["change"]["gain"] for row in (overall, sit, wave)] == [0.3125, 0.75, -0.125]
    # Of eight people, six became better: one way of 64 to exchange them is as good, in either direction.
    assert sit["change"]["p_value"] == pytest.approx(2 / 64)
    assert wave["change"]["p_value"] == 1
    low, high = sit["recall"][0]["interval"]
    assert low < sit["recall"][0]["value"] == 0.25 < high
    assert [(each["label"], each["video"], each["answers"]) for each in found["changed"]] == [
        ("wave", f"{TESTED[0]}.mp4", ["wave", "sit"]),
        *(("sit", f"{person}.mp4", ["wave", "sit"]) for person in TESTED[:6]),
    ]


def test_compare_says_it_for_people(clipgate: Clipgate) -> None:
    lines = lines_of(clipgate("compare", "1", "3").out)
    assert "training.epochs 6 12" in lines
    assert "1 clip lost" in lines and "6 clips won" in lines
    assert f"wave: {TESTED[0]}.mp4 0 to its end; run 3 said sit" in lines


def test_compare_writes_a_page(clipgate: Clipgate, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = clipgate("compare", "1", "4", "--html", page)
    assert (done.code, done.err.strip()) == (0, f"page: {page}")
    text = " ".join(re.sub(r"<[^>]*>", " ", without_script(page.read_text())).split())
    assert f"pushed {FIRST} rejected, model of run 3" in text
    assert "training.epochs 6 12" in text and "gates.min_recall 0.5 0.9" in text
    assert "Both had the same data." in text
    assert "recall sit passed 0.25 bar at least 0 passed 1 bar at least 0.9 same" in text
    assert "recall wave passed 1 bar at least 0 ✗ failed 0.875 bar at least 0.9 differs" in text
    assert f"lost : wave , run 4 said sit {TESTED[0]}.mp4 0 to its end" in text
    assert f"won : sit , run 1 said wave {TESTED[0]}.mp4 0 to its end" in text
    again = clipgate("compare", "1", "4", "--html", page)
    assert again.code == 2 and "exists already; name another file, or overwrite it with --force" in again.err
    assert clipgate("compare", "1", "4", "--html", page, "--force").code == 0


def test_a_page_that_cannot_be_written_is_named(clipgate: Clipgate, tmp_path: Path) -> None:
    done = clipgate("compare", "1", "3", "--html", tmp_path / "nowhere" / "page.html")
    assert done.code == 2 and f"--html: {tmp_path / 'nowhere' / 'page.html'} cannot be written" in done.err


def test_a_run_without_a_measurement_has_nothing_to_compare(clipgate: Clipgate) -> None:
    done = clipgate("compare", "2", "3")
    assert done.code == 2
    assert "run 2 (interrupted) came to no measurement" in done.err


def test_an_unknown_run_is_named_with_those_that_there_are(clipgate: Clipgate) -> None:
    done = clipgate("compare", "1", "9")
    assert done.code == 2
    assert f"no run and no version 9; runs there: 1, 2, 3, 4, 5; versions: {FIRST}, {SECOND}" in done.err


def test_lineage_walks_from_a_version_to_its_videos(clipgate: Clipgate) -> None:
    found = as_json(clipgate("lineage", SECOND, "--json"))
    assert [step["step"] for step in found["steps"]] == ["Pusher", "ModelGate", "Trainer", "VideoExampleGen"]
    assert {step["run"] for step in found["steps"]} == {3}
    assert found["steps"][0]["made_from"] == ["Trainer", "ModelGate"]
    assert found["splits"]["test"] == {f"{person}.mp4": 2 for person in TESTED}


def test_lineage_of_a_run_that_trained_nothing_names_the_run_that_did(clipgate: Clipgate) -> None:
    found = as_json(clipgate("lineage", "4", "--json"))
    assert [(step["step"], step["run"]) for step in found["steps"]] == [("Trainer", 3), ("VideoExampleGen", 3)]


def test_lineage_walks_back_from_a_video_to_the_models_that_saw_it(clipgate: Clipgate, five_runs: Path) -> None:
    def clips(video: object) -> list[tuple[int, list[str], dict[str, int]]]:
        models = as_json(clipgate("lineage", "--video", video, "--json"))["models"]
        return [(each["run"], each["versions"], each["clips"]) for each in models]

    assert clips("p00.mp4") == [(1, [FIRST], {"train": 2}), (3, [SECOND], {"train": 2})]
    assert clips(five_runs / "data" / "p11.mp4") == [(1, [FIRST], {"test": 2}), (3, [SECOND], {"test": 2})]
    for asked, hint in (
        ("p99.mp4", "what is meant is its path below data.videos"),
        ("v/p00.mp4", "did you mean p00.mp4?"),
    ):
        assert clipgate("lineage", "--video", asked).err == f"{asked} is in no ledger that is still there; {hint}\n"


def test_answers_stay_when_the_project_is_moved(clipgate: Clipgate, five_runs: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(five_runs, moved, symlinks=True)
    config = ("--config", moved / "config.yaml")
    found = as_json(clipgate("lineage", "3", "--json", *config))
    assert all(Path(output["path"]).is_relative_to(moved) for step in found["steps"] for output in step["outputs"])
    assert as_json(clipgate("compare", "1", "3", "--json", *config))["changed"]
    written = yaml.safe_load(clipgate("reproduce", "1", *config).out)
    assert written["output_dir"] == str(moved / "out")
    assert written["data"]["annotations"] == str(moved / "data" / "annotations.csv")


def test_reproduce_writes_the_configuration_of_the_run(clipgate: Clipgate, tmp_path: Path) -> None:
    path = tmp_path / "again.yaml"
    done = clipgate("reproduce", "4", "-o", path)
    config = load_config(path)
    assert (config.training.epochs, config.gates.min_recall, config.gates.certainty) == (12, 0.9, None)
    assert done.code == 3  # since the digest of the data is made up
    assert lines_of(done.out)[0] == "data: changed: other rows or videos than those of the run"
    assert clipgate("reproduce", "4", "-o", path).code == 2


def test_reproduce_says_that_all_is_the_same(clipgate: Clipgate, tmp_path: Path) -> None:
    from components.annotations.files.fetch import load_records
    from components.annotations.files.fingerprint import fingerprint_inputs
    from components.storage.known_digests import KnownDigests

    probe = play(tmp_path / "probe").configure()
    records = load_records(probe.data, ())
    project = play(tmp_path / "project", fingerprint_inputs(probe.data, probe.splits, records, (), KnownDigests()))
    config = ("--config", project.config_path)
    done = clipgate("reproduce", SECOND, *config)
    assert (done.code, [line.split(": ")[1] for line in done.err.splitlines()]) == (0, ["same", "same", "same"])
    (project.folder / "data" / "p00.mp4").write_bytes(b"\0\0\0\x18ftypmp42other")
    assert clipgate("reproduce", SECOND, *config).code == 3
