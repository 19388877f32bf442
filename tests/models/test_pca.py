"""Principal components of metadata: what Transform gives is what scikit-learn computes."""

from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from pydantic import ValidationError
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

from models.config import ModelConfig
from models.metadata import MetadataConfig, PcaConfig
from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip, run_transform

NUM_CLIPS, SIZE, NUM_COMPONENTS = 12, 6, 3
VECTOR = tuple(f"embedding_{i}" for i in range(SIZE))
MODEL = ModelConfig(preset="tiny", num_frames=2, height=16, width=32, normalization="unit")


def test_transform_reduces_a_vector_as_scikit_learn_does(tmp_path: Path) -> None:
    generator = np.random.default_rng(3)
    hidden = generator.normal(0, (5, 2, 1), (NUM_CLIPS, NUM_COMPONENTS))
    vectors = hidden @ generator.normal(size=(NUM_COMPONENTS, SIZE)) + generator.normal(0, 0.1, (NUM_CLIPS, SIZE)) + 7
    vectors[4, 2] = np.nan
    jpegs = encode_clip(draw_clip(0, 0))
    examples = []
    for vector in vectors:
        numbers = {f"meta_{name}": [value] for name, value in zip(VECTOR, vector, strict=True) if not np.isnan(value)}
        examples.append(clip_example(CLASSES[0], jpegs, meta_age=[len(examples)], **numbers))
    pca = PcaConfig(columns=("embedding_*",), components=NUM_COMPONENTS)
    config = MetadataConfig(columns=("age", *VECTOR), imputation="median", pca=pca)
    transform = run_transform(tmp_path, examples, MODEL, config)
    outputs = transform.transform_features_layer()(tf.io.parse_example(examples, transform.raw_feature_spec()))

    scaler = StandardScaler().fit(vectors)  # which leaves gaps out
    # Of an even number of values TFT's median is one of the two in the middle; here 11 are known.
    filled = scaler.transform(np.where(np.isnan(vectors), np.nanmedian(vectors, axis=0), vectors))
    expected = PCA(NUM_COMPONENTS).fit_transform(filled)
    found = outputs["metadata_pca"].numpy()
    assert found.shape == (NUM_CLIPS, NUM_COMPONENTS)
    signs = np.sign((found * expected).sum(axis=0))
    np.testing.assert_allclose(found * signs, expected, atol=1e-3)
    assert list(found.var(axis=0)) == sorted(found.var(axis=0), reverse=True)


def test_columns_are_selected_by_name_or_pattern_in_their_order() -> None:
    config = PcaConfig(columns=("b", "x_*"), components=2)
    assert config.select(("x_2", "a", "b", "x_1")) == ("x_2", "b", "x_1")


@pytest.mark.parametrize(
    ("columns", "components", "message"),
    [
        (("y_*",), 1, r"pca\.columns: 'y_\*' fits no column of metadata; received \['x_1', 'x_2'\]"),
        (("x_*",), 3, r"pca\.components is 3, but only 2 columns are selected"),
    ],
)
def test_components_that_cannot_be_computed_are_refused(
    columns: tuple[str, ...], components: int, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        MetadataConfig(columns=("x_1", "x_2"), pca=PcaConfig(columns=columns, components=components))
