"""Seals of artifacts: where they lie, and what is read twice."""

import json
import os
from pathlib import Path

import pytest

from components.storage.local import LocalRoot
from pipeline.sealing.artifacts import ArtifactSeals, seal_path


@pytest.fixture
def artifact(tmp_path: Path) -> Path:
    folder = tmp_path / "pipeline" / "VideoExampleGen" / "examples" / "3"
    (folder / "Split-train").mkdir(parents=True)
    (folder / "Split-train" / "data.gz").write_bytes(b"12345")
    return folder


def test_a_seal_lies_outside_of_the_artifact_and_of_its_outputs(artifact: Path) -> None:
    ArtifactSeals().seal(artifact)
    assert [path.name for path in artifact.iterdir()] == ["Split-train"]
    assert [path.name for path in artifact.parent.iterdir()] == ["3"]
    (row,) = json.loads(seal_path(artifact).read_text())
    assert (row["file"], row["bytes"]) == ("Split-train/data.gz", 5)


def test_an_artifact_of_an_earlier_release_has_no_seal_and_is_taken_as_it_is(artifact: Path) -> None:
    assert ArtifactSeals().differences(artifact) == []


def test_an_artifact_that_is_handed_on_keeps_the_seal_of_its_maker(artifact: Path) -> None:
    seals = ArtifactSeals()
    seals.seal(artifact)
    (artifact / "Split-train" / "data.gz").write_bytes(b"123")
    seals.seal(artifact)
    assert [str(difference) for difference in seals.differences(artifact)] == [
        "Split-train/data.gz is cut: 3 of 5 bytes"
    ]


def test_a_damaged_seal_is_a_difference(artifact: Path) -> None:
    ArtifactSeals().seal(artifact)
    seal_path(artifact).write_text("[{}]")
    (difference,) = ArtifactSeals().differences(artifact)
    assert "3.json is damaged" in str(difference)


def test_a_file_is_read_again_only_after_it_was_written_again(artifact: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    digest = LocalRoot.digest

    def counted_digest(root: LocalRoot, name: str) -> str:
        read.append(name)
        return digest(root, name)

    monkeypatch.setattr(LocalRoot, "digest", counted_digest)
    seals = ArtifactSeals()
    seals.seal(artifact)
    assert seals.differences(artifact) == seals.differences(artifact) == []
    assert len(read) == 1
    path = artifact / "Split-train" / "data.gz"
    before = path.stat()
    path.write_bytes(b"1234S")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    assert len(seals.differences(artifact)) == 1
    assert len(read) == 2
