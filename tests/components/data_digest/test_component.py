"""What is said of the data when a run begins."""

from pathlib import Path
from typing import Any

import pytest
from tfx.types.standard_artifacts import String

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.fingerprint import fingerprint_inputs
from components.annotations.splits.config import SplitsConfig
from components.data_digest.component import DataDigest, DataDigestExecutor
from foundation.messages.errors import UserError

VIDEO = b"\0\0\0\x18ftypmp42"


@pytest.fixture
def data(tmp_path: Path) -> DataConfig:
    """Two rows of two classes."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "annotations.csv").write_text("video,start,end,label\na.mp4,0,1,walk\nb.mp4,0,1,jump\n")
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(VIDEO)
    return DataConfig(annotations=str(folder / "annotations.csv"), videos=str(folder))


def digest(data: DataConfig, *classes: str, negatives: NegativesConfig | None = None, digests_file: str = "") -> str:
    """What the component hands on."""
    component = DataDigest(
        data=data, splits=SplitsConfig(), negatives=negatives, found_classes=classes, digests_file=digests_file
    )
    handed_on = String()
    handed_on.uri = f"{data.videos}.digest"
    DataDigestExecutor().Do({}, {"digest": [handed_on]}, component.exec_properties)
    assert Path(handed_on.uri).read_text() == handed_on.value
    return str(handed_on.value)


def add(data: DataConfig, row: str) -> None:
    with Path(data.annotations).open("a") as file:
        file.write(f"{row}\n")


def test_it_is_the_digest_that_a_run_on_this_machine_plans_with(data: DataConfig) -> None:
    records = load_annotations(data).records
    assert digest(data, "jump", "walk") == fingerprint_inputs(data, SplitsConfig(), records)


def test_it_changes_with_the_data_and_not_with_what_lies_beside_them(data: DataConfig) -> None:
    before = digest(data)
    Path(data.videos, "report.html").write_text("a page")
    assert digest(data) == before
    Path(data.videos, "a.mp4").write_bytes(VIDEO + b"another")
    with_video = digest(data)
    add(data, "b.mp4,1,2,walk")
    assert len({before, with_video, digest(data)}) == 3


def test_a_file_of_digests_that_cannot_be_written_costs_nothing_but_time(data: DataConfig, tmp_path: Path) -> None:
    assert digest(data, digests_file=str(tmp_path / "absent/digests.json")) == digest(data)


def test_labels_that_the_compiled_pipeline_does_not_know_are_named_with_what_to_do(data: DataConfig) -> None:
    add(data, "a.mp4,1,2,sit")
    add(data, "b.mp4,1,2,crawl")
    with pytest.raises(UserError) as caught:
        digest(data, "walk", "jump")
    message = str(caught.value)
    assert message.startswith(
        f"{data.annotations}: there are rows of crawl, sit, which the compiled pipeline does not know; it was compiled for "
        "jump, walk. Compile again"
    )
    assert "model.classes" in message


def test_a_class_of_which_no_row_is_left_is_named(data: DataConfig) -> None:
    with pytest.raises(UserError, match="no row is of sit any more; it was compiled for jump, sit, walk"):
        digest(data, "walk", "jump", "sit")


def test_classes_of_the_configuration_decide_which_rows_count(data: DataConfig) -> None:
    add(data, "a.mp4,1,2,sit")
    assert digest(data)


@pytest.mark.parametrize(("clips_per_video", "classes"), [(2, ("background", "jump", "walk")), (0, ("jump", "walk"))])
def test_background_is_a_class_where_it_is_taken_from_the_videos(
    data: DataConfig, clips_per_video: int, classes: Any
) -> None:
    negatives = NegativesConfig(label="background", clips_per_video=clips_per_video)
    assert digest(data, *classes, negatives=negatives)
