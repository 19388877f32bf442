"""Annotations of real recordings, where they are at hand: `shared/data` beside the checkout."""

from pathlib import Path

import pytest

from components.annotations.config import SPLITS, DataConfig, SplitsConfig
from components.annotations.manifest import build_manifest
from components.annotations.readers.detect import read_annotations
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
