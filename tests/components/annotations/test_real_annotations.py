"""Annotations of real recordings, where they are at hand: `shared/data` beside the checkout."""

from pathlib import Path
from random import Random

import pytest

from components.annotations.config import SPLITS, DataConfig, SplitsConfig
from components.annotations.manifest import build_manifest
from components.annotations.readers.detect import READERS, read_annotations
from components.annotations.records import Segment
from components.annotations.splits import assign_splits
from components.storage.root import LocalRoot
from models.errors import UserError
from tests.components.annotations.split_data import count_segments, splits_of_groups
from tests.shared_data import SHARED_DATA

FILES = sorted(path for path in (SHARED_DATA / "annotations").rglob("*") if path.is_file())
needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")


@needs_data
def test_clips_cut_from_the_same_recording_are_split_together() -> None:
    root = SHARED_DATA / "fights"
    records = read_annotations(DataConfig(annotations=str(root / "annotations.csv"), videos=str(root)))
    manifest = build_manifest(records, LocalRoot(root))
    assert (manifest.num_rows, manifest.num_videos) == (193, 193)
    splits = assign_splits(manifest.segments_by_video, manifest.ties, SplitsConfig())
    assert all(len(found) == 1 for found in splits_of_groups(manifest.segments_by_video, splits).values())
    counts = count_segments(manifest.segments_by_video, splits)
    assert counts.total() + sum(reject.source is not None for reject in manifest.rejects) == 193
    assert set(counts) == {(split, label) for split in SPLITS for label in ("fight", "noFight")}


@needs_data
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_files_of_other_formats_are_read_or_refused_in_words(path: Path, tmp_path: Path) -> None:
    try:
        records = read_annotations(DataConfig(annotations=str(path), videos=str(tmp_path)))
    except UserError as error:
        assert path.name in str(error)
        return
    assert all(isinstance(record, Segment) or record.message for record in records)


@needs_data
@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_damaged_files_are_read_or_refused_in_words(path: Path, tmp_path: Path) -> None:
    random = Random(path.name)
    content = path.read_bytes()
    for _ in range(4):
        (tmp_path / path.name).write_bytes(damaged(content, random))
        for name in ("auto", random.choice(sorted(READERS))):
            try:
                records = read_annotations(
                    DataConfig(annotations=str(tmp_path / path.name), videos=str(tmp_path), format=name)
                )
            except UserError as error:
                assert path.name in str(error)
            else:
                assert all(isinstance(record, Segment) or record.message for record in records)


def damaged(content: bytes, random: Random) -> bytes:
    """`content` with a few bits flipped, and a stretch of it deleted, repeated elsewhere or cut off at the end."""
    changed = bytearray(content)
    for _ in range(random.randint(1, 20)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    start, stop = sorted(random.choices(range(len(changed)), k=2))
    stretch = changed[start : min(stop, start + 1000)]
    place = random.randrange(len(changed))
    kind = random.choice(["flip", "delete", "repeat", "cut"])
    if kind == "delete":
        del changed[start : start + len(stretch)]
    elif kind == "repeat":
        changed[place:place] = stretch
    elif kind == "cut":
        del changed[place:]
    return bytes(changed)
