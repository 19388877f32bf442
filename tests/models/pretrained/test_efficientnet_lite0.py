"""The encoder with ImageNet's weights is the one that they were trained in."""

import json
from pathlib import Path

import keras
import matplotlib.cbook
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from foundation.messages.errors import UserError
from models.base_model import open_base
from models.config import ModelConfig
from models.networks import efficientnet_lite
from models.networks.build import build_network
from models.pretrained import efficientnet_lite0
from models.pretrained.cards import EFFICIENTNET_LITE0
from models.pretrained.efficientnet_lite0 import load_encoder
from models.pretrained.foreign import find_foreign
from models.pretrained.importing import import_weights
from models.pretrained.torch_file import Tensors, read_tensors
from models.training.warm_start import begin_with, read_weights

EXPECTED = json.loads(Path(__file__).with_name("efficientnet_lite0.json").read_text())["features"]
_MILITARY_UNIFORM = 652


@pytest.fixture(scope="module")
def weights() -> Path:
    pytest.importorskip(EFFICIENTNET_LITE0.module, reason="the extra pretrained is not installed")
    return EFFICIENTNET_LITE0.find()


def encoder(height: int, width: int) -> keras.Model:
    images = keras.Input((height, width, 3))
    return keras.Model(images, efficientnet_lite.feature_map(images))


def see(network: keras.Model, picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """The features of a picture, averaged over the map."""
    card = EFFICIENTNET_LITE0
    pixels = (picture[np.newaxis] / 255 - np.array(card.mean)) / np.array(card.std)
    return np.mean(network(pixels.astype(np.float32), training=False), axis=(0, 1, 2))


@pytest.mark.parametrize(("height", "width"), [(64, 80), (97, 61)])
def test_features_are_those_of_pytorch_for_even_and_odd_sizes(weights: Path, height: int, width: int) -> None:
    network = encoder(height, width)
    load_encoder(network, weights)
    rows, columns, channels = np.meshgrid(range(height), range(width), range(3), indexing="ij")
    waves = 127.5 + 127.5 * np.sin(rows / (5 + 2 * channels) + columns**2 / (40 * width))
    features = see(network, np.round(waves).astype(np.uint8))
    np.testing.assert_allclose(features[::10], EXPECTED[f"{height}x{width}"], atol=1e-4)


def test_an_admiral_wears_a_uniform(weights: Path) -> None:
    network = encoder(224, 224)
    load_encoder(network, weights)
    with Image.open(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False)) as image:
        picture = np.asarray(image.convert("RGB").crop((0, 0, image.width, image.width)).resize((224, 224)))
    classifier = read_tensors(weights)
    logits = classifier["_fc.weight"] @ see(network, picture) + classifier["_fc.bias"]
    assert logits.argmax() == _MILITARY_UNIFORM


def test_tensors_that_do_not_fit_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A layer's name is the place of its weights: nothing is taken over if one is missing, unknown or of another shape."""
    network = encoder(32, 32)
    parts = efficientnet_lite0.layout().parts
    whole: Tensors = {"_fc.weight": np.zeros((1000, 1280)), "_fc.bias": np.zeros(1000)}
    for weight in network.weights:
        shape, name = tuple(weight.shape), parts[weight.path].tensor
        if len(shape) == 4:
            shape = (shape[2], shape[3], *shape[:2]) if "depthwise" in name else (shape[3], shape[2], *shape[:2])
        whole[name] = np.full(shape, 0.5, np.float32)
    before = network.get_weights()

    def refused(tensors: Tensors) -> str:
        monkeypatch.setattr(efficientnet_lite0, "read_tensors", lambda _: tensors)
        with pytest.raises(UserError) as failure:
            load_encoder(network, tmp_path / "some.pth")
        for old, new in zip(before, network.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        return str(failure.value)

    assert "_bn0.bias is missing" in refused({name: value for name, value in whole.items() if name != "_bn0.bias"})
    assert "_blocks.16.weight is unknown" in refused(whole | {"_blocks.16.weight": np.zeros(1)})
    assert "_conv_stem.weight is [3, 3, 4, 32]" in refused(whole | {"_conv_stem.weight": np.zeros((32, 4, 3, 3))})
    monkeypatch.setattr(efficientnet_lite0, "read_tensors", lambda _: whole)
    load_encoder(network, tmp_path / "some.pth")
    assert {float(np.mean(weight)) for weight in network.get_weights()} == {0.5}


def test_an_imported_file_gives_an_encoder_the_weights_that_the_package_gives_it(weights: Path, tmp_path: Path) -> None:
    file = find_foreign(weights)
    assert file is not None
    card = import_weights(file, tmp_path / "weights")
    assert (card.name, card.is_published) == ("efficientnet_lite0_imagenet", True)
    config = ModelConfig(network="frames", preset="efficientnet_lite0", num_frames=2, height=32, width=32)
    imported, packaged = (build_network(config, num_classes=2, dropout=0) for _ in range(2))
    begin_with(imported, read_weights(open_base(tmp_path / "weights"), config), ("a", "b"))
    load_encoder(packaged, weights)
    for layer in imported.layers:
        if layer.name.startswith("st"):
            for one, other in zip(layer.get_weights(), packaged.get_layer(layer.name).get_weights(), strict=True):
                np.testing.assert_array_equal(one, other)
