"""Every network goes the whole way: it is trained, exported, and answers."""

import json
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.data import ClipSource
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from models.networks.cost import COST_FILE
from models.networks.outputs import outputs_of
from models.preprocessing import fit_frames
from models.serving import ServingModule
from models.trainer import run_fn
from models.training.config import TrainingConfig
from models.training.fused_adam import FusedAdam
from models.views import centre_view
from tests.models.clips import CLASSES
from tests.models.conftest import TRAIN_LABELS
from tests.models.networks.examples import noise, randomize


@pytest.mark.parametrize("network", [name for name, network in NETWORKS.items() if network.learns])
def test_a_network_that_learned_from_a_step_is_exported_and_answers(
    network: str, source: ClipSource, tmp_path: Path
) -> None:
    config = source.model.model_copy(update={"network": network})
    model = build_network(config, num_classes=len(CLASSES), dropout=0.1, drop_path=0.1)
    randomize(model)  # blocks that begin as an identity learn nothing inside of them at the first step
    before = [weight.numpy() for weight in model.trainable_weights]
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = FusedAdam(1e-3)
    with tf.GradientTape() as tape:
        outputs = outputs_of(model, noise(3, config.num_frames, config.height, config.width), training=True)
        total = loss(np.arange(3), outputs.logits)
        if outputs.boxes is not None:
            total += tf.reduce_mean(outputs.boxes**2)
    weights = model.trainable_variables
    optimizer.apply(tape.gradient(total, [weight.value for weight in weights]), weights)
    changed = [(old != new.numpy()).any() for old, new in zip(before, model.trainable_weights, strict=True)]
    assert sum(changed) > len(changed) / 2

    module = ServingModule(model, source.transform, config, CLASSES)
    signatures = {"predict_frames": module.signatures()["predict_frames"]}
    tf.saved_model.save(module, str(tmp_path), signatures=signatures)
    loaded = tf.saved_model.load(str(tmp_path))
    clips = noise(9, config.num_frames, config.clip_height, config.clip_width)  # more than the graph takes at a time
    served = loaded.signatures["predict_frames"](frames=tf.constant(clips))["probabilities"]
    view = centre_view(fit_frames(tf.constant(clips[:1]), config), config)
    direct = tf.nn.softmax(outputs_of(model, view, training=False).logits)
    assert served.shape == (9, len(CLASSES))
    np.testing.assert_allclose(served[:1], direct, atol=1e-4)


def test_the_trainer_exports_the_shares_of_the_classes_as_majority(source: ClipSource, tmp_path: Path) -> None:
    run_fn(
        SimpleNamespace(
            train_files=source.patterns,
            eval_files=source.patterns,
            transform_graph_path=source.transform.transform_savedmodel_dir.rpartition("/")[0],
            hyperparameters=None,
            model_run_dir=str(tmp_path / "run"),
            base_model=None,
            serving_model_dir=str(tmp_path / "model"),
            custom_config={
                "model": source.model.model_copy(update={"network": "majority"}).model_dump_json(),
                "training": TrainingConfig(epochs=1, batch_size=8).model_dump_json(),
                "metadata": "{}",
                "sampling": "{}",
                "classes": json.dumps(CLASSES),
                "code_digest": "code",
                "recipe": "recipe",
                "checkpoint_root": str(tmp_path / "checkpoints"),
            },
        )
    )
    assert json.loads((tmp_path / "run" / COST_FILE).read_text())["network"] == "majority_tiny"
    answer = tf.saved_model.load(str(tmp_path / "model")).signatures["predict_frames"]
    probabilities = answer(frames=tf.constant(noise(1, 5, 40, 56)))["probabilities"]
    np.testing.assert_allclose(probabilities[0], np.bincount(TRAIN_LABELS) / 8, rtol=1e-5)
