"""Which weights a network takes over, and which it keeps."""

from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import pytest

from foundation.messages.errors import UserError
from models.base_model import BaseModel, open_base
from models.config import ModelConfig
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.networks.build import build_network
from models.training.config import WarmStartConfig
from models.training.warm_start import begin_with, freeze, read_weights, require_fitting, stage_names
from tests.models.networks.examples import noise, randomize

CONFIG = ModelConfig(network="single_frame", preset="tiny", num_frames=2, height=32, width=32)
CLASSES = ("walk", "jump", "sit")


def build(config: ModelConfig = CONFIG, num_classes: int = len(CLASSES)) -> keras.Model:
    return build_network(config, num_classes=num_classes, dropout=0.4, drop_path=0.1)


def write_base(folder: Path, config: ModelConfig = CONFIG) -> tuple[keras.Model, BaseModel]:
    """A network whose weights are random, and what an export keeps of it."""
    network = build(config)
    randomize(network)
    statistics = {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.2, 0.2]}
    ExportInfo(CLASSES, config.model_dump(mode="json"), {}, "key", normalization=statistics).write(folder)
    network.save_weights(folder / WEIGHTS_FILE)
    return network, open_base(folder)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> tuple[keras.Model, BaseModel]:
    return write_base(tmp_path_factory.mktemp("base"))


def values(layers: list[keras.layers.Layer]) -> list[npt.NDArray[np.float32]]:
    return [weight.numpy() for layer in layers for weight in layer.weights]


def assert_same(first: list[npt.NDArray[np.float32]], second: list[npt.NDArray[np.float32]]) -> None:
    for left, right in zip(first, second, strict=True):
        np.testing.assert_array_equal(left, right)


def train_a_step(network: keras.Model) -> None:
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.AdamW(0.01), loss, run_eagerly=True)  # one step is not worth a graph
    network.train_on_batch(noise(3, *network.input_shape[1:4]), np.arange(3))


# Each keeps its weights in a way of its own: in layers, in lists of a layer, in layers of layers, with two outputs.
@pytest.mark.parametrize("name", ["r2plus1d", "conv_transformer", "movinet", "cnn_gru_tracker"])
def test_a_network_takes_over_every_weight_and_freezes_every_stage(name: str, tmp_path: Path) -> None:
    """Dropout and stochastic depth, which have a state of their own, are not the base's."""
    config = CONFIG.model_copy(update={"network": name})
    theirs, base = write_base(tmp_path, config)
    network = build(config)
    begin_with(network, read_weights(base, config), CLASSES, stage_names(network)[-1])
    assert_same(values(network.layers), values(theirs.layers))
    network(
        noise(2, config.num_frames, config.height, config.width), training=True
    )  # moves statistics that are not frozen
    assert_same(values(network.layers), values(theirs.layers))
    assert [weight.path for weight in network.trainable_weights] == ["logits/kernel", "logits/bias"]


def test_logits_are_copied_by_label_and_those_of_new_classes_begin_anew(base: tuple[keras.Model, BaseModel]) -> None:
    classes = ("climb", "sit", "run", "walk")  # jump is gone
    network = build(num_classes=len(classes))
    before = values([network.get_layer("logits")])
    begin_with(network, read_weights(base[1], CONFIG), classes)
    assert_same(values(network.layers[:-1]), values(base[0].layers[:-1]))
    logits = values([network.get_layer("logits")])
    for own, first, theirs in zip(logits, before, values([base[0].get_layer("logits")]), strict=True):
        np.testing.assert_array_equal(own[..., [1, 3]], theirs[..., [CLASSES.index("sit"), CLASSES.index("walk")]])
        np.testing.assert_array_equal(own[..., [0, 2]], first[..., [0, 2]])


def test_what_is_known_and_what_is_trained_is_said(
    base: tuple[keras.Model, BaseModel], caplog: pytest.LogCaptureFixture
) -> None:
    network = build(num_classes=4)
    with caplog.at_level("INFO"):
        begin_with(network, read_weights(base[1], CONFIG), (*CLASSES, "run"), "stage3")
    trained = 4 * 128 + 4
    assert "3 of 4 classes are the base model's, new: run; " in caplog.text
    assert f"{trained} of {network.count_params():,} parameters are trained" in caplog.text


def test_frozen_stages_keep_weights_and_statistics_in_a_step_and_later_ones_learn(
    base: tuple[keras.Model, BaseModel],
) -> None:
    network = build()
    begin_with(network, read_weights(base[1], CONFIG), CLASSES, "stage1")
    train_a_step(network)
    for layer, theirs in zip(network.layers, base[0].layers, strict=True):
        if layer.weights:
            is_frozen = layer.name.startswith(("stem", "stage0", "stage1"))
            is_same = all((a == b).all() for a, b in zip(values([layer]), values([theirs]), strict=True))
            assert is_same == is_frozen, layer.name


def test_without_a_last_stage_nothing_is_frozen() -> None:
    network = build()
    num_trainable = len(network.trainable_weights)
    freeze(network, None)
    assert len(network.trainable_weights) == num_trainable


def test_a_stage_that_the_network_does_not_have_is_named_with_those_that_it_has(
    base: tuple[keras.Model, BaseModel],
) -> None:
    with pytest.raises(UserError) as caught:
        require_fitting(base[1], CONFIG, WarmStartConfig(frozen_through="stage4"))
    assert str(caught.value) == (
        "training.warm_start.frozen_through is stage4, but the stages of single_frame_tiny are "
        "stem, stage0, stage1, stage2, stage3; choose one of them"
    )


def test_the_colours_that_the_base_was_trained_on_come_with_it(base: tuple[keras.Model, BaseModel]) -> None:
    assert read_weights(base[1], CONFIG).normalization == ([0.4, 0.5, 0.6], [0.2, 0.2, 0.2])


def test_of_a_mere_file_everything_but_the_logits_is_taken_over(
    base: tuple[keras.Model, BaseModel], tmp_path: Path
) -> None:
    path = tmp_path / "pretrained.weights.h5"
    path.write_bytes(base[1].weights.read_bytes())
    weights = read_weights(open_base(path), CONFIG)
    network = build(num_classes=2)
    before = values([network.get_layer("logits")])
    begin_with(network, weights, ("walk", "jump"))
    assert_same(values(network.layers[:-1]), values(base[0].layers[:-1]))
    assert_same(values([network.get_layer("logits")]), before)
    assert weights.normalization is None


def test_a_tracker_takes_over_its_boxes_too_of_a_mere_file(tmp_path: Path) -> None:
    config = CONFIG.model_copy(update={"network": "cnn_gru_tracker"})
    theirs, base = write_base(tmp_path, config)
    path = tmp_path / "pretrained.weights.h5"
    path.write_bytes(base.weights.read_bytes())
    network = build(config, num_classes=2)
    before = values([network.get_layer("logits")])
    begin_with(network, read_weights(open_base(path), config), ("walk", "jump"))
    own, others = ([layer for layer in model.layers if layer.name != "logits"] for model in (network, theirs))
    assert_same(values(own), values(others))
    assert_same(values([network.get_layer("logits")]), before)


@pytest.mark.parametrize("content", ["of another network", "damaged"])
def test_weights_that_do_not_fit_are_named_with_the_network_and_the_remedy(
    base: tuple[keras.Model, BaseModel], tmp_path: Path, content: str
) -> None:
    path = tmp_path / "pretrained.weights.h5"
    path.write_bytes(base[1].weights.read_bytes() if content == "of another network" else b"weights")
    with pytest.raises(UserError) as caught:
        require_fitting(open_base(path), CONFIG.model_copy(update={"preset": "small"}), WarmStartConfig())
    message = str(caught.value)
    assert message.startswith(f"{path}: the weights do not fit the network single_frame_small (2 frames of 32 x 32)")
    assert message.endswith("or train without warm_start")
    assert "\n" not in message
