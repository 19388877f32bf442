"""The AnnotationValidator as a component."""

import json
from pathlib import Path

import pytest

from components.annotation_validator.component import AnnotationValidator
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.executor import AnnotationValidatorExecutor
from components.annotation_validator.findings import FINDINGS_FILE, PAGE_FILE
from components.annotation_validator.inspection import Inspection
from components.annotations.config import DataConfig
from components.artifacts import AnnotationReport
from foundation.messages.errors import DataFaultsError
from tests.components.video.videos import write_video

ROWS = "path,start_seconds,end_seconds,label\na.mp4,0,1,sit\na.mp4,1.2,2,Sit\n"


def run(folder: Path, checks: ChecksConfig, rows: str = ROWS) -> Path:
    """Run the executor with a component's own parameters; where its report lies."""
    write_video(folder / "videos" / "a.mp4", 20)
    (folder / "labels.csv").write_text(rows)
    data = DataConfig(annotations=str(folder / "labels.csv"), videos=str(folder / "videos"))
    component = AnnotationValidator(
        name="street", data=data, inspection=Inspection(), checks=checks, fingerprint="digest"
    )
    report = AnnotationReport()
    report.uri = str(folder / "report")
    AnnotationValidatorExecutor().Do({}, {"report": [report]}, dict(component.exec_properties))
    return folder / "report"


def test_it_writes_what_was_found_for_machines_and_for_people(tmp_path: Path) -> None:
    report = run(tmp_path, ChecksConfig())
    written = json.loads((report / FINDINGS_FILE).read_text())
    assert not written["passed"]
    assert "spelling_variants" in {finding["check"] for finding in written["findings"]}
    assert "findings fail the data" in (report / PAGE_FILE).read_text()


def test_a_previous_span_is_compared_with_where_the_configuration_names_one(tmp_path: Path) -> None:
    write_video(tmp_path / "before" / "march.mp4", 20)
    (tmp_path / "march.csv").write_text("path,label\nmarch.mp4,fall\n")
    checks = ChecksConfig(
        frames=True, previous_annotations=str(tmp_path / "march.csv"), previous_videos=str(tmp_path / "before")
    )
    written = json.loads((run(tmp_path, checks) / FINDINGS_FILE).read_text())
    messages = [finding["message"] for finding in written["findings"] if finding["check"] == "span_shift"]
    assert [message.partition(":")[0] for message in messages] == [
        "class 'fall' is gone",
        "class 'Sit' is new",
        "class 'sit' is new",
        "too few groups to be compared",
    ]


def test_frames_are_looked_at_where_the_configuration_says_so(tmp_path: Path) -> None:
    write_video(tmp_path / "videos" / "encoded_anew.avi", 20, codec="MJPG")
    rows = f"{ROWS}encoded_anew.avi,0,1,sit\n"
    for frames, is_found in ((False, False), (True, True)):
        written = json.loads((run(tmp_path, ChecksConfig(frames=frames), rows) / FINDINGS_FILE).read_text())
        assert ("near_duplicates" in {finding["check"] for finding in written["findings"]}) is is_found


def test_a_run_stops_with_the_findings_where_the_configuration_says_so(tmp_path: Path) -> None:
    with pytest.raises(DataFaultsError) as error:
        run(tmp_path, ChecksConfig(on_failure="stop"))
    lines = str(error.value).splitlines()
    assert "5 findings fail the data (checks.fail_on: error)" in lines[0]
    assert any(line.startswith("  spelling_variants: 2 spellings of one label: 'sit'") for line in lines)
    assert (tmp_path / "report" / PAGE_FILE).is_file()


def test_a_group_in_two_splits_stops_a_run_and_its_videos_are_named(tmp_path: Path) -> None:
    write_video(tmp_path / "videos" / "b.mp4", 20, first=100)
    rows = "path,label,group,split\na.mp4,sit,ann,train\nb.mp4,sit,ann,test\n"
    with pytest.raises(DataFaultsError) as error:
        run(tmp_path, ChecksConfig(on_failure="stop"), rows)
    lines = str(error.value).splitlines()
    found = next(
        number for number, line in enumerate(lines) if line.startswith("  split_leakage: 1 of 1 groups are in")
    )
    assert "ann" in lines[found] and "test and train" in lines[found]
    assert lines[found + 1] == "    in a.mp4, b.mp4"


def test_what_does_not_reach_the_bar_stops_nothing(tmp_path: Path) -> None:
    off = dict.fromkeys(("few_groups", "spelling_variants", "too_few_to_evaluate"))
    report = run(tmp_path, ChecksConfig.model_validate({**off, "on_failure": "stop"}))
    assert json.loads((report / FINDINGS_FILE).read_text())["passed"]
