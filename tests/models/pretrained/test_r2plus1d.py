"""torchvision's R(2+1)D: a file of it is imported, begins a training, and says what PyTorch's own network says."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from foundation.messages.errors import UserError
from models.base_model import open_base
from models.config import ModelConfig
from models.networks import r2plus1d as network_module
from models.networks.build import build_network
from models.pretrained.foreign import find_foreign
from models.pretrained.importing import import_weights
from models.pretrained.r2plus1d import layout
from models.training.warm_start import begin_with, read_weights
from tests.models.networks.examples import logits_of, trainable
from tests.models.pretrained.narrow import CLASSES, IG65M, PRESETS, TORCHVISION, narrow_presets, shapes_of, write_narrow
from tests.models.pretrained.torch_writing import write_pth
from tests.models.pretrained.waves import Array, coloured_clips, torch_waves

# As PyTorch 2.13 and torchvision 0.28 have computed it.
EXPECTED = json.loads(Path(__file__).with_name("r2plus1d.json").read_text())


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    narrow_presets(monkeypatch)


def begun(path: Path, preset: str, num_frames: int, height: int, width: int) -> keras.Model:
    """A network that begins with the weights in `path`, as a training does."""
    config = ModelConfig(preset=preset, num_frames=num_frames, height=height, width=width)
    weights = read_weights(open_base(path), config)
    assert weights.normalization is not None
    mean, std = weights.normalization
    network = build_network(config, num_classes=len(CLASSES), dropout=0.4, channel_mean=mean, channel_std=std)
    begin_with(network, weights, CLASSES)
    return network


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("size", [(4, 32, 32), (5, 33, 47)])
def test_an_imported_network_says_what_pytorchs_says_for_even_and_odd_sizes(
    preset: str, size: tuple[int, int, int], tmp_path: Path
) -> None:
    file = find_foreign(write_narrow(tmp_path, preset))
    assert file is not None
    import_weights(file, tmp_path / "weights", CLASSES)
    logits = logits_of(begun(tmp_path / "weights", preset, *size), coloured_clips(2, *size))
    expected = np.array(EXPECTED[preset]["x".join(map(str, size))])
    np.testing.assert_allclose(logits, expected, atol=1e-4 * np.abs(expected).max())


def test_the_file_itself_begins_a_training_as_its_import_does(tmp_path: Path) -> None:
    path = write_narrow(tmp_path)
    file = find_foreign(path)
    assert file is not None
    import_weights(file, tmp_path / "weights")
    assert open_base(path).fingerprint == open_base(tmp_path / "weights").fingerprint
    networks = [begun(each, TORCHVISION, 4, 32, 32) for each in (path, tmp_path / "weights")]
    features = [[layer.get_weights() for layer in network.layers if layer.name != "logits"] for network in networks]
    for first, second in zip(*features, strict=True):
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_weight_of_a_network_has_a_part_of_the_file(preset: str) -> None:
    config = ModelConfig(preset=preset, num_frames=1, height=32, width=32)
    network = build_network(config, num_classes=2, dropout=0)
    assert set(layout(preset).parts) == {weight.path for weight in network.weights}
    assert layout(preset).tensors == {name for name in shapes_of(preset) if not name.endswith("num_batches_tracked")}


def test_other_arithmetic_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With TensorFlow's padding, or another epsilon, the logits of the first test are others."""
    path, whole = write_narrow(tmp_path), network_module.PRESETS[TORCHVISION]
    expected = np.array(EXPECTED[TORCHVISION]["4x32x32"])
    for change in ({"pads_evenly": False}, {"epsilon": 1e-3}):
        other = whole._replace(arithmetic=whole.arithmetic._replace(**change))
        monkeypatch.setitem(network_module.PRESETS, TORCHVISION, other)
        logits = logits_of(begun(path, TORCHVISION, 4, 32, 32), coloured_clips(2, 4, 32, 32))
        assert np.abs(logits - expected).max() > 3e-4 * np.abs(expected).max(), change


@pytest.mark.parametrize(
    ("name", "value", "problem"),
    [
        ("layer1.0.conv1.0.0.weight", None, "layer1.0.conv1.0.0.weight is missing"),
        ("layer5.weight", np.zeros(1), "layer5.weight is unknown"),
        ("stem.1.bias", np.zeros(7), "stem.1.bias is [7] in Keras's order and not [6]"),
        (
            "stem.0.weight",
            np.zeros((6, 3, 1, 7, 5)),
            "stem.0.weight is [7, 5, 3, 6] in Keras's order and not [7, 7, 3, 6]",
        ),
        ("stem.0.weight", np.zeros((6, 3, 7, 7)), "stem.0.weight is [6, 3, 7, 7], which this weight cannot be"),
        ("stem.1.bias", np.full(6, np.nan), "stem.1.bias has values that are no finite numbers"),
        ("stem.1.bias", np.zeros(6, int), "stem.1.bias has values that are no finite numbers"),
    ],
)
def test_tensors_that_do_not_fit_are_named_and_nothing_is_written(
    name: str, value: Array | None, problem: str, tmp_path: Path
) -> None:
    tensors = torch_waves(shapes_of(TORCHVISION)) | ({} if value is None else {name: value})
    if value is None:
        del tensors[name]
    path = tmp_path / "wrong.pth"
    write_pth(path, tensors)
    file = find_foreign(path)
    assert file is not None
    with pytest.raises(UserError) as failure:
        import_weights(file, tmp_path / "weights")
    assert f"{path} does not have the weights of torchvision's r2plus1d_18: {problem}" in str(failure.value)
    assert [each.name for each in tmp_path.iterdir()] == ["wrong.pth"]


@pytest.mark.parametrize(("preset", "num_classes", "size"), [(TORCHVISION, 400, 31_505_325), (IG65M, 487, 63_741_806)])
def test_with_all_channels_it_has_the_size_of_the_published_network(
    preset: str, num_classes: int, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    config = ModelConfig(preset=preset, num_frames=1, height=32, width=32)
    assert trainable(build_network(config, num_classes=num_classes, dropout=0)) == size
