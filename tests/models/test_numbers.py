"""Numbers beside the pixels: what a network sees of them is what Transform makes of them, however they come."""

import numpy as np
import pytest
import tensorflow as tf

from models.config import ModelConfig
from models.data import ClipSource
from models.metadata import MetadataConfig, Numbers, NumbersCard, PcaConfig, select_numbers
from models.numbers import read_numbers, unknown_numbers
from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip, run_transform, write_examples

VECTOR = ("x_0", "x_1", "x_2")
METADATA = MetadataConfig(
    columns=("age", "body mass", *VECTOR), imputation="median", pca=PcaConfig(columns=("x_*",), components=2)
)
MODEL = ModelConfig(
    preset="tiny", num_frames=2, height=16, width=32, normalization="unit", metadata=("body mass", "metadata_pca", "a*")
)
NUM_CLIPS = 9


def table() -> np.ndarray:
    """Raw values, NaN in gaps: [clips, columns of METADATA]."""
    values = np.random.default_rng(5).normal((40, 70, 1, 2, 3), (12, 9, 1, 2, 3), (NUM_CLIPS, 5)).astype(np.float32)
    values[[1, 4], 0] = np.nan
    values[[4, 5], 1] = np.nan
    values[6, 3] = np.nan
    return values


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[ClipSource, list[bytes]]:
    folder = tmp_path_factory.mktemp("numbers")
    jpegs = encode_clip(draw_clip(0, 0, 16, 32))
    names = ("meta_age", "meta_body_mass", *(f"meta_{name}" for name in VECTOR))
    examples = [
        clip_example(
            CLASSES[0], jpegs, **{name: [float(x)] for name, x in zip(names, row, strict=True) if not np.isnan(x)}
        )
        for row in table()
    ]
    transform = run_transform(folder, examples, MODEL, METADATA)
    source = ClipSource([write_examples(folder / "clips.gz", examples)], transform, MODEL)
    card = source.number_statistics(select_numbers(MODEL.metadata, METADATA))
    return ClipSource(source.patterns, transform, MODEL, card), examples


def test_the_network_sees_what_transform_standardises_and_marks(clips: tuple[ClipSource, list[bytes]]) -> None:
    source, examples = clips
    raw = tf.io.parse_example(examples, source.transform.raw_feature_spec())
    outputs = {name: value.numpy() for name, value in source.transform.transform_features_layer()(raw).items()}
    components = outputs["metadata_pca"] / outputs["metadata_pca"].std(axis=0)
    values = np.stack([outputs["meta_age"], outputs["meta_body_mass"]], axis=1)
    marks = np.stack([outputs["imputed_age"], outputs["imputed_body_mass"]], axis=1)
    of_vector = np.isnan(table()[:, 2:]).mean(axis=1, keepdims=True)
    expected = np.concatenate([values, components, marks, of_vector], axis=1)
    np.testing.assert_allclose(source.numbers(), expected, atol=1e-5)
    seen = np.array([clip.numbers[0].numpy() for clip in source.clips()])
    np.testing.assert_array_equal(seen, source.numbers())


def test_raw_values_give_what_examples_give(clips: tuple[ClipSource, list[bytes]]) -> None:
    source, _ = clips
    values = tf.constant(table())  # the sources are all columns, in their order
    numbers, is_imputed = read_numbers(values, tf.zeros_like(values, tf.bool), source.numbers_card)
    np.testing.assert_allclose(numbers, source.numbers(), atol=1e-6)
    np.testing.assert_array_equal(is_imputed, np.isnan(table()))


def test_of_nothing_known_the_median_stands_in_and_everything_is_marked(clips: tuple[ClipSource, list[bytes]]) -> None:
    source, _ = clips
    unknown = unknown_numbers(source.numbers_card)
    medians, means, deviations = (
        statistic(table()[:, :2], axis=0) for statistic in (np.nanmedian, np.nanmean, np.nanstd)
    )
    np.testing.assert_allclose(unknown[:2], (medians - means) / deviations, atol=1e-5)
    assert unknown[4:].tolist() == [1, 1, 1]


@pytest.mark.parametrize("absurd", [3e38, -3e38, np.inf, -np.inf, np.nan])
def test_an_absurd_value_gives_finite_numbers(clips: tuple[ClipSource, list[bytes]], absurd: float) -> None:
    values = tf.fill([1, 5], np.float32(absurd))
    numbers, _ = read_numbers(values, tf.zeros_like(values, tf.bool), clips[0].numbers_card)
    assert np.isfinite(numbers).all()


def test_the_card_survives_json(clips: tuple[ClipSource, list[bytes]]) -> None:
    card = clips[0].numbers_card
    assert NumbersCard.from_json(card.as_json()) == card


def test_numbers_are_chosen_by_name_or_pattern_in_the_order_of_the_columns() -> None:
    assert select_numbers(("x_*", "age"), METADATA) == Numbers(("age", *VECTOR))
    chosen = select_numbers(("metadata_pca", "age"), METADATA)
    assert chosen == Numbers(("age",), 2, VECTOR)
    assert (chosen.width, chosen.sources) == (5, ("age", *VECTOR))
    assert select_numbers((), METADATA).width == 0


def test_a_pattern_that_fits_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="'weight' fits none of the columns in data.metadata"):
        select_numbers(("weight",), METADATA)
    with pytest.raises(ValueError, match="there is no data.pca"):
        select_numbers(("metadata_pca",), MetadataConfig(columns=("age",)))
