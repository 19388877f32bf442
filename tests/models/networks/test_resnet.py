"""The 2-D network: size and shapes against the paper."""

import keras
import pytest

from models.networks.resnet import PRESETS, ResNetPreset, feature_map
from tests.models.networks.examples import build, trainable


def count_weights(preset: ResNetPreset) -> int:
    """Trainable parameters of the backbone, from the paper's table 1; two values of normalisation for each channel."""
    width = preset.stage_widths[0]
    total = 49 * 3 * width + 2 * width
    for out_width, num_blocks in zip(preset.stage_widths, preset.blocks, strict=True):
        for _ in range(num_blocks):
            total += 9 * width * out_width + 9 * out_width**2 + 4 * out_width
            if width != out_width:
                total += width * out_width + 2 * out_width
            width = out_width
    return total


def test_resnet_18_has_the_size_of_the_published_network() -> None:
    network = build("single_frame", "resnet_18", num_classes=1000)
    assert trainable(network) == count_weights(PRESETS["resnet_18"]) + 513 * 1000 == 11_689_512


@pytest.mark.parametrize("preset", ["tiny", "small"])
def test_a_smaller_preset_has_as_many_weights_as_the_paper_says(preset: str) -> None:
    width = PRESETS[preset].stage_widths[-1]
    assert trainable(build("single_frame", preset)) == count_weights(PRESETS[preset]) + (width + 1) * 5


def test_the_map_is_a_thirty_second_of_the_image() -> None:
    image = keras.Input((224, 160, 3))
    assert feature_map(image, PRESETS["tiny"]).shape == (None, 7, 5, 128)
