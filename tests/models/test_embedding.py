"""What a network sees in clips before it decides."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.embedding import FeatureExtractor
from models.preprocessing import decode_clips
from models.serving import MICRO_BATCH
from models.views import centre_view
from tests.models.exported import draw_jpegs, save_network

NUM_CLIPS = MICRO_BATCH + 1


def test_features_are_what_the_logits_and_probabilities_are_computed_from(
    model_config: ModelConfig, tmp_path: Path
) -> None:
    network, info = save_network(tmp_path, model_config)
    jpegs = draw_jpegs(NUM_CLIPS)
    features, probabilities = FeatureExtractor(tmp_path, info).see(jpegs.tolist())
    expected = network(centre_view(decode_clips(tf.constant(jpegs), model_config), model_config), training=False)
    assert features.shape[0] == NUM_CLIPS and features.dtype == np.float32
    assert np.ptp(expected, axis=0).max() > 1e-3
    np.testing.assert_allclose(network.get_layer("logits")(features), expected, atol=1e-5)
    np.testing.assert_allclose(probabilities, tf.nn.softmax(expected), atol=1e-6)


def test_a_model_without_weights_or_features_is_refused(model_config: ModelConfig, tmp_path: Path) -> None:
    _, info = save_network(tmp_path, model_config)
    with pytest.raises(UserError, match="looks at no frame"):
        FeatureExtractor(tmp_path, replace(info, model={**info.model, "network": "majority"}))
    with pytest.raises(UserError, match=r"has no assets\.extra/network\.weights\.h5"):
        FeatureExtractor(tmp_path / "empty", info)
