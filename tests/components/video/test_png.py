"""PNG files as masks: what counts as the actor, and files that are none."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.png import Pixels, read_mask
from components.video.protocol import pack_mask, unpack, unpack_mask
from components.video.reader import VideoError

MANY = 10**6
SHAPE = np.array([[0, 1, 0], [1, 0, 1]], np.uint8)


def write_png(path: Path, image: np.ndarray) -> Path:
    assert cv2.imwrite(str(path), image)
    return path


@pytest.mark.parametrize("value", [1, 128, 255])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_value_but_0_belongs_to_the_actor(tmp_path: Path, value: int, dtype: type) -> None:
    mask = read_mask(write_png(tmp_path / "m.png", (SHAPE * value).astype(dtype)), MANY)
    np.testing.assert_array_equal(mask, SHAPE > 0)


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_any_colour_belongs_to_the_actor(tmp_path: Path, channel: int) -> None:
    image = np.zeros((*SHAPE.shape, 3), np.uint8)
    image[..., channel] = SHAPE * 7
    np.testing.assert_array_equal(read_mask(write_png(tmp_path / "m.png", image), MANY), SHAPE > 0)


def test_what_is_transparent_or_black_is_background(tmp_path: Path) -> None:
    image = np.zeros((1, 4, 4), np.uint8)
    image[0] = [[0, 0, 0, 255], [9, 0, 0, 0], [9, 0, 0, 1], [0, 0, 0, 0]]
    assert read_mask(write_png(tmp_path / "m.png", image), MANY).tolist() == [[False, False, True, False]]


def test_what_is_no_png_is_refused_whatever_its_name(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "m.jpg"), SHAPE)
    (tmp_path / "m.jpg").rename(tmp_path / "m.png")
    with pytest.raises(VideoError, match="it is no PNG") as error:
        read_mask(tmp_path / "m.png", MANY)
    assert error.value.code == "mask_invalid"


def test_a_missing_file_is_named_so(tmp_path: Path) -> None:
    with pytest.raises(VideoError, match="it cannot be read: No such file or directory"):
        read_mask(tmp_path / "m.png", MANY)


def test_a_header_that_promises_too_much_is_refused_before_anything_is_decoded(tmp_path: Path) -> None:
    path = write_png(tmp_path / "m.png", SHAPE)
    content = bytearray(path.read_bytes())
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    path.write_bytes(content)
    with pytest.raises(VideoError, match=r"it has 60000x60000 pixels; the limit is 1000000 \(sampling\.max_pixels\)"):
        read_mask(path, MANY)


@given(position=st.floats(0, 1, exclude_max=True), cut=st.booleans(), bit=st.integers(0, 7))
def test_a_damaged_file_gives_a_mask_or_is_refused(
    tmp_path_factory: pytest.TempPathFactory, position: float, cut: bool, bit: int
) -> None:
    path = write_png(tmp_path_factory.mktemp("masks") / "m.png", np.eye(40, dtype=np.uint8) * 255)
    content = bytearray(path.read_bytes())
    place = int(position * len(content))
    if cut:
        content = content[:place]
    else:
        content[place] ^= 1 << bit
    path.write_bytes(content)
    try:
        assert read_mask(path, MANY).ndim == 2
    except VideoError as error:
        assert error.code == "mask_invalid"


@pytest.mark.parametrize("mask", [SHAPE > 0, np.ones((1, 9), bool), np.zeros((7, 3), bool)])
def test_a_mask_survives_the_way(mask: Pixels) -> None:
    np.testing.assert_array_equal(unpack_mask(*unpack(pack_mask(mask))), mask)


def test_the_child_reads_masks_while_clips_are_on_their_way(tmp_path: Path) -> None:
    path = write_png(tmp_path / "m.png", SHAPE)
    with Decoder() as decoder:
        np.testing.assert_array_equal(decoder.read_mask(path, SamplingConfig()), SHAPE > 0)
        with pytest.raises(VideoError, match="it cannot be read"):
            decoder.read_mask(tmp_path, SamplingConfig())
        np.testing.assert_array_equal(decoder.read_mask(path, SamplingConfig()), SHAPE > 0)
        child = decoder._mask_decoder and decoder._mask_decoder._child
    assert child
    assert not child.is_idle
