"""Examples are shared out to a file for each fold, every one once and as it was."""

from pathlib import Path

import pytest
import tensorflow as tf

from components.fold_trainer.clips import Clip, share_out
from models.features import make_example

CLIPS = [
    Clip(str(number), f"{number % 4}.mp4", f"group {number % 4}", ("sit",) if number % 2 else ("wave", "sit"))
    for number in range(9)
]
FOLD_OF = {"0.mp4": 0, "1.mp4": 1, "2.mp4": 2, "3.mp4": 1}


def example(clip: Clip) -> bytes:
    values = {"segment_id": clip.clip, "video_id": clip.video, "group": clip.group}
    lists = {"label": clip.labels, "frames": ["jpeg", clip.clip]}
    return make_example({**{name: [value] for name, value in values.items()}, **lists})


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Two files of Examples, as an ingest writes them."""
    paths = [str(tmp_path / name) for name in ("b.gz", "a.gz")]
    for path, clips in zip(paths, (CLIPS[:4], CLIPS[4:]), strict=True):
        with tf.io.TFRecordWriter(path, "GZIP") as writer:
            for clip in clips:
                writer.write(example(clip))
    return paths


def test_each_clip_is_in_the_file_of_its_fold_and_listed_in_its_order(files: list[str], tmp_path: Path) -> None:
    folds = share_out(files, FOLD_OF, tmp_path)
    assert sorted(clip for fold in folds for clip in fold.clips) == sorted(CLIPS)
    for number, fold in enumerate(folds):
        assert {FOLD_OF[clip.video] for clip in fold.clips} == {number}
        records = tf.data.TFRecordDataset(fold.path, "GZIP").as_numpy_iterator()
        assert list(records) == [example(clip) for clip in fold.clips]


def test_the_order_in_which_files_are_named_does_not_matter(files: list[str], tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    clips, again = (
        [fold.clips for fold in share_out(named, FOLD_OF, folder)]
        for named, folder in ((files, tmp_path), (files[::-1], tmp_path / "again"))
    )
    assert clips == again


def test_a_video_that_the_ledger_does_not_know_is_an_error(files: list[str], tmp_path: Path) -> None:
    with pytest.raises(KeyError, match=r"3\.mp4"):
        share_out(files, {video: fold for video, fold in FOLD_OF.items() if video != "3.mp4"}, tmp_path)
