"""Bars that the clips can show, by a test split or by folds."""

from pathlib import Path

from components.annotations.files.manifest import Manifest
from components.annotations.splits.config import SplitsConfig
from pipeline.config import Config
from pipeline.initial.gates import Bars, choose_bars, choose_bars_by_folds
from tests.components.annotations.splits.split_data import one_class_groups


def manifest_of(num_groups: int) -> Manifest:
    """Two classes with so many groups of one clip each."""
    segments = one_class_groups({"sit": num_groups, "wave": num_groups})
    videos = {video: tuple(of_video) for video, of_video in segments.items()}
    return Manifest(videos, (), ties=(), num_rows=len(videos), num_videos=len(videos))


def config(folder: Path) -> Config:
    data = {"annotations": "annotations.csv", "videos": "videos"}
    return Config.model_validate({"output_dir": str(folder), "data": data})


def test_folds_are_proposed_where_they_say_more_than_the_test_split(tmp_path: Path) -> None:
    by_test = choose_bars(manifest_of(45), config(tmp_path))
    by_folds = choose_bars_by_folds(manifest_of(45), config(tmp_path), by_test)
    assert by_folds is not None
    assert by_folds.folds == 5
    assert by_folds.rank > by_test.rank


def test_folds_are_not_proposed_where_the_test_split_shows_the_most_or_nothing_shows_anything(tmp_path: Path) -> None:
    best = Bars(SplitsConfig(), 0.99, 0.7)
    assert choose_bars_by_folds(manifest_of(45), config(tmp_path), best) is None
    nothing = choose_bars(manifest_of(4), config(tmp_path))
    assert nothing.certainty is None
    assert choose_bars_by_folds(manifest_of(4), config(tmp_path), nothing) is None
