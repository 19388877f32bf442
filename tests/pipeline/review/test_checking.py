"""Checks run once: the next start shows what they found, unless something is not as it was."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.annotation_validator.inputs.segments import VideoFacts
from components.annotations.files.fetch import load_annotations
from components.storage.local import LocalRoot
from pipeline.config import Config
from pipeline.review import checking
from pipeline.review.checking import check_or_recall
from pipeline.review.clips import Catalogue
from pipeline.review.kept import Checked, keep, key_of, recall
from pipeline.review.places import ClipMap
from tests.components.video.videos import write_video


@pytest.fixture
def settings(tmp_path: Path) -> Config:
    videos = tmp_path / "videos"
    videos.mkdir()
    rows = ["path,start_seconds,end_seconds,label,group"]
    for name in ("a", "b"):
        write_video(videos / f"{name}.mp4", 20)
        rows += [f"{name}.mp4,0,1,wave,{name}", f"{name}.mp4,1,{'3' if name == 'b' else '2'},sit,{name}"]
    (videos / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 200)
    (tmp_path / "rows.csv").write_text("\n".join([*rows, "broken.mp4,0,1,sit,c", ""]))
    return Config(
        output_dir=str(tmp_path / "out"), data={"annotations": str(tmp_path / "rows.csv"), "videos": str(videos)}
    )


class Checks:
    """How often the checks have run."""

    def __init__(self, settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
        self.settings, self.count = settings, 0
        run = checking.check_all

        def check_all(*arguments: Any, **options: Any) -> Catalogue:
            self.count += 1
            return run(*arguments, **options)

        monkeypatch.setattr(checking, "check_all", check_all)

    def start(self) -> Catalogue:
        root = LocalRoot(Path(self.settings.data.videos))
        annotations = load_annotations(self.settings.data)
        return check_or_recall(
            self.settings,
            root,
            annotations,
            {},
            frames=True,
            progress=lambda title: lambda done, total: None,
            say=lambda sentence: None,
        )


@pytest.fixture
def checks(settings: Config, monkeypatch: pytest.MonkeyPatch) -> Checks:
    return Checks(settings, monkeypatch)


def test_a_second_start_shows_the_same_without_checking(checks: Checks) -> None:
    first, second = checks.start(), checks.start()
    assert checks.count == 1
    assert second.is_checked
    assert {known.finding.check for known in first.findings} >= {"past_video_end", "unusable_rows"}
    assert second.findings == first.findings
    assert [clip.segment for clip in second.clips] == [clip.segment for clip in first.clips]
    assert second.inputs.videos == first.inputs.videos
    for video, (seconds, changes) in first.curves.items():
        np.testing.assert_array_equal(second.curves[video], (seconds, changes))


def test_whatever_changes_is_another_check(settings: Config, tmp_path: Path) -> None:
    def key(settings: Config, *, frames: bool = True) -> str | None:
        return key_of(settings, load_annotations(settings.data).records, frames=frames)

    first = key(settings)
    assert first == key(settings)
    others = [key(settings, frames=False)]
    stricter = settings.checks.model_copy(update={"few_groups": 9})
    others.append(key(settings.model_copy(update={"checks": stricter})))
    (tmp_path / "videos" / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"\1" * 200)
    others.append(key(settings))
    rows = tmp_path / "rows.csv"
    rows.write_text(rows.read_text().replace("b.mp4,1,3", "b.mp4,1,2"))
    others.append(key(settings))
    assert len({first, *others}) == 5
    rows.unlink()
    # What cannot be told is not kept.
    assert key_of(settings, (), frames=True) is None


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"half", b"other"])
def test_what_is_damaged_or_of_another_check_counts_as_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "review" / "checked.npz"
    keep(path, "key", Checked({"a.mp4": VideoFacts(8, 6, 25.0, 2.0, seconds_of={1.0: 0.04})}, (), ClipMap(), {}))
    kept = recall(path, "key")
    assert kept and kept.facts["a.mp4"].seconds_of == {1.0: 0.04}
    if content == b"other":
        assert recall(path, "another key") is None
        return
    path.write_bytes(path.read_bytes()[:-100] if content == b"half" else content)
    assert recall(path, "key") is None
