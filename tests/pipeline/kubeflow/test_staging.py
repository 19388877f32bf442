"""Where Beam's workers are elsewhere, a step's files are in a folder that they see too."""

from pathlib import Path

import pytest

from pipeline.kubeflow.staging import staged


def test_what_is_read_lies_in_the_shared_folder_and_what_is_written_there_is_brought_back(tmp_path: Path) -> None:
    disk, shared = tmp_path / "disk", tmp_path / "shared"
    (disk / "examples").mkdir(parents=True)
    (disk / "examples" / "part").write_text("clips")
    (disk / "value").write_text("5")
    read, written = (
        [str(disk / name) for name in names] for names in (("examples", "value"), ("model", "output.json"))
    )
    with staged(read, written, shared) as folder:
        copies = Path(f"{folder}{disk}")
        assert ((copies / "examples/part").read_text(), (copies / "value").read_text()) == ("clips", "5")
        (copies / "model/assets").mkdir(parents=True)
        (copies / "model/assets/weights").write_text("0.5")
        (copies / "output.json").write_text("{}")
    assert (disk / "model/assets/weights").read_text() == "0.5"
    assert (disk / "output.json").read_text() == "{}"
    assert list(shared.iterdir()) == []


def test_a_step_that_fails_brings_nothing_back_and_leaves_nothing(tmp_path: Path) -> None:
    disk, shared = tmp_path / "disk", tmp_path / "shared"
    with pytest.raises(ValueError, match="no clips"), staged([], [str(disk / "model")], shared) as folder:
        Path(f"{folder}{disk}/model").mkdir(parents=True)
        raise ValueError("no clips")
    assert not disk.exists()
    assert list(shared.iterdir()) == []
