"""From files of Examples to clips."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models import data, features
from models.config import ModelConfig
from models.data import ClipSource
from models.preprocessing import fit_frames
from tests.models.clips import CLASSES, NUM_STORED, clip_example, draw_clip, write_examples
from tests.models.conftest import TRAIN_LABELS


def test_clips_come_in_the_order_of_the_files_as_transform_sees_them(
    source: ClipSource, model_config: ModelConfig
) -> None:
    _, _, clips, labels, *_ = zip(*source.clips().as_numpy_iterator(), strict=True)
    assert labels == TRAIN_LABELS
    drawn = np.stack([draw_clip(label, seed) for seed, label in enumerate(TRAIN_LABELS)])
    fitted = fit_frames(tf.constant(drawn), model_config).numpy()
    # JPEG is lossy.
    assert abs(np.stack(clips).astype(int) - fitted).mean() < 8


def records_of(dataset: tf.data.Dataset) -> list[tuple[int, int, bytes]]:
    return [tuple(record) for record in dataset.as_numpy_iterator()]


def test_records_are_told_apart_by_index_and_key(source: ClipSource) -> None:
    indices, keys, _ = zip(*records_of(source.records()), strict=True)
    assert indices == tuple(range(8))
    assert len(set(keys)) == 8


def test_shuffled_files_have_the_same_records_in_an_order_that_only_the_seed_decides(source: ClipSource) -> None:
    def shuffled(seed: int) -> list[tuple[int, int, bytes]]:
        return records_of(source.records_of_shuffled_files(tf.constant(seed, tf.int64)))

    assert sorted(shuffled(1)) == records_of(source.records())
    orders = [tuple(index for index, _, _ in shuffled(seed)) for seed in range(10)]
    # Two files of five and three records, read in turns.
    assert set(orders) == {(0, 5, 1, 6, 2, 7, 3, 4), (5, 0, 6, 1, 7, 2, 3, 4)}
    assert orders == [tuple(index for index, _, _ in shuffled(seed)) for seed in range(10)]


def test_a_record_is_decoded_with_what_identifies_it(source: ClipSource) -> None:
    keys = {key: index for index, key, _ in records_of(source.records())}
    assert {int(clip.key): int(clip.index) for clip in source.clips().as_numpy_iterator()} == keys


def test_labels_are_ids_and_unknown_ones_minus_one(source: ClipSource) -> None:
    assert source.labels(CLASSES).tolist() == list(TRAIN_LABELS)
    assert source.labels(("sit", "other")).tolist() == [-1, -1, 0, -1, -1, 0, -1, -1]


def test_labels_stay_in_their_order_where_files_are_looked_at_in_several_parts(
    source: ClipSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "_LOOKED_AT_ONCE", 2)
    assert replace(source).labels(CLASSES).tolist() == list(TRAIN_LABELS)


def test_files_without_records_are_passed_over(source: ClipSource, tmp_path: Path) -> None:
    """As ingest writes one where nothing could be read of the videos of a shard."""
    write_examples(tmp_path / "none.gz", [])
    with_it = replace(source, patterns=[*source.patterns, f"{tmp_path}/*"])
    for model in (source.model, source.model.model_copy(update={"labels": "several"})):
        same = [replace(each, model=model).labels(CLASSES).tolist() for each in (source, with_it)]
        assert same[0] == same[1]
    assert with_it.num_records == 8
    assert [index for index, _, _ in records_of(with_it.records())] == list(range(8))


def test_the_size_of_a_clip_is_that_of_its_pixels(source: ClipSource) -> None:
    clip = next(source.clips().as_numpy_iterator())
    assert source.num_frames == NUM_STORED
    assert source.clip_bytes == clip.frames.nbytes


def test_sources_of_one_transform_output_share_its_graph(source: ClipSource, transform: tft.TFTransformOutput) -> None:
    assert transform.transform_features_layer() is source.transform.transform_features_layer()


def test_clips_of_each_label_have_their_durations(
    transform: tft.TFTransformOutput, model_config: ModelConfig, tmp_path: Path
) -> None:
    def example(label: str, start: float, end: float) -> bytes:
        return clip_example(label, [b""] * NUM_STORED, **{features.START_SECONDS: [start], features.END_SECONDS: [end]})

    write_examples(tmp_path / "a.gz", [example("walk", 1.0, 2.5), example("sit", 0.0, 4.0)])
    write_examples(tmp_path / "b.gz", [example("walk", 3.0, 5.0)])
    seconds = ClipSource([f"{tmp_path}/*"], transform, model_config).seconds_by_label()
    assert {label: values.tolist() for label, values in seconds.items()} == {"sit": [4.0], "walk": [1.5, 2.0]}
