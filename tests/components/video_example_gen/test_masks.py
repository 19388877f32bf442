"""Masks become PNGs of the stored frames' size, and boxes where none was drawn."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from components.annotations.records.masks import Pixels, edges_of_mask, encode_mask
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Mask, Reject, Segment, Source, TimeUnit
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, Result, VideoIngest, VideoTask
from components.video_example_gen.masks import encode_mask_png
from models import features
from tests.components.video.videos import HEIGHT, WIDTH, write_video
from tests.components.video_example_gen.test_ingest import reasons, values_of

# Stored frames at 1.2, 1.7, 2.2 and 2.7 s; frames 12, 17, 22 and 27.
SAMPLING = SamplingConfig(num_frames=4, short_side=HEIGHT // 2)
STORED = (HEIGHT // 2, WIDTH // 2)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with `a.mp4`, five seconds of ten frames each."""
    write_video(tmp_path / "a.mp4", 50)
    return tmp_path


def rectangle(left: int, top: int, right: int, bottom: int) -> Pixels:
    """A mask of the video's size."""
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[top:bottom, left:right] = True
    return pixels


def png(root: Path, name: str, pixels: Pixels) -> str:
    (root / name).parent.mkdir(exist_ok=True)
    assert cv2.imwrite(str(root / name), pixels.astype(np.uint8) * 255)
    return name


def run_lengths(time: float, pixels: Pixels) -> Mask:
    return Mask(time, rle=encode_mask(pixels), height=pixels.shape[0], width=pixels.shape[1])


def ingest(root: Path, decoder: Decoder, *masks: Mask, **fields: Any) -> list[Result]:
    values = {"start": 1.0, "end": 3.0} | fields
    segment = Segment("a.mp4", "wave", Source("labels.csv", 2), masks=masks, **values)
    task = VideoTask("a.mp4", (segment,), "train")
    return list(VideoIngest(LocalRoot(root), SAMPLING, None, decoder).ingest(task))


def ingest_one(root: Path, decoder: Decoder, *masks: Mask, **fields: Any) -> dict[str, list[Any]]:
    clip, accepted = ingest(root, decoder, *masks, **fields)
    assert isinstance(clip, IngestedClip), clip
    assert isinstance(accepted, Accepted), accepted
    return values_of(clip)


def decode(content: bytes) -> np.ndarray:
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED))


def test_a_mask_is_stored_at_its_frame_in_the_frames_size(root: Path, decoder: Decoder) -> None:
    pixels = rectangle(12, 8, 48, 40)
    values = ingest_one(root, decoder, Mask(1.74, png=png(root, "masks/1.png", pixels)))
    stored = values[features.MASKS]
    assert [len(mask) > 0 for mask in stored] == [False, True, False, False]
    np.testing.assert_array_equal(decode(stored[1]), pixels[::2, ::2].astype(np.uint8) * 255)
    assert decode(stored[1]).shape == STORED


def test_run_lengths_and_a_png_of_the_same_pixels_give_the_same_values(root: Path, decoder: Decoder) -> None:
    pixels = rectangle(3, 5, 20, 47)
    as_png = ingest_one(root, decoder, Mask(1.2, png=png(root, "m.png", pixels)))
    as_runs = ingest_one(root, decoder, run_lengths(1.2, pixels))
    # The annotation is another one, and so is the name that it gives to the clip.
    assert as_png.pop(features.SEGMENT_ID) != as_runs.pop(features.SEGMENT_ID)
    assert as_png == as_runs


def test_boxes_are_derived_at_masks_and_interpolated_between_them(root: Path, decoder: Decoder) -> None:
    masks = run_lengths(12, rectangle(0, 0, 48, 24)), run_lengths(22, rectangle(48, 24, 96, 48))
    values = ingest_one(root, decoder, *masks, time_unit=TimeUnit.FRAMES, start=10, end=30)
    assert values[features.BOX_VALID] == [1.0, 0.5, 1.0, 0.0]
    assert values[features.BOXES][:4] == pytest.approx([0, 0, 0.5, 0.5])
    assert values[features.BOXES][4:8] == pytest.approx([0.25, 0.25, 0.75, 0.75])
    assert values[features.BOXES][8:12] == pytest.approx([0.5, 0.5, 1, 1])


def test_a_box_that_was_drawn_stands_before_that_of_a_mask(root: Path, decoder: Decoder) -> None:
    drawn = Box(1.2, 0.5, 0.5, 0.75, 0.75)
    masks = run_lengths(1.21, rectangle(0, 0, 48, 24)), run_lengths(1.7, rectangle(0, 0, 24, 24))
    values = ingest_one(root, decoder, *masks, boxes=(drawn,))
    assert values[features.BOXES][:8] == pytest.approx([0.5, 0.5, 0.75, 0.75, 0, 0, 0.25, 0.5])
    assert [len(mask) > 0 for mask in values[features.MASKS]] == [True, True, False, False]


def test_an_empty_mask_ends_the_track(root: Path, decoder: Decoder) -> None:
    masks = (
        run_lengths(1.2, rectangle(0, 0, 48, 24)),
        run_lengths(2.2, rectangle(0, 0, 0, 0)),
        run_lengths(3.5, rectangle(0, 0, 48, 24)),
    )
    values = ingest_one(root, decoder, *masks)
    assert values[features.BOX_VALID] == [1.0, 0.5, 0.0, 0.0]
    assert values[features.BOXES][4:8] == pytest.approx([0, 0, 0.5, 0.5])
    assert decode(values[features.MASKS][2]).max() == 0


def test_masks_between_the_frames_give_boxes_only(root: Path, decoder: Decoder) -> None:
    masks = run_lengths(1.0, rectangle(0, 0, 48, 24)), run_lengths(2.9, rectangle(0, 0, 48, 24))
    values = ingest_one(root, decoder, *masks)
    assert features.MASKS not in values
    assert values[features.BOX_VALID] == [0.5] * 4


def test_masks_that_no_frame_needs_are_not_read(root: Path, decoder: Decoder) -> None:
    masks = Mask(0.5, png="nowhere.png"), run_lengths(1.0, rectangle(0, 0, 9, 9)), Mask(9.0, png="nowhere.png")
    assert reasons(ingest(root, decoder, *masks[:2])) == []
    assert reasons(ingest(root, decoder, *masks))[0] == (2, Reason.MASK_INVALID)


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (Mask(1.2, png="gone.png"), "the mask gone.png: it cannot be read: No such file or directory"),
        (Mask(1.2, png="../m.png"), "the mask ../m.png: the path contains '..'"),
        (Mask(1.2, png="/etc/passwd"), "the mask /etc/passwd: the path is absolute, a URL or has a drive letter"),
        (Mask(1.2, png="link.png"), "the mask link.png: the path leaves the data root through a link"),
        (Mask(1.2, png="a.mp4"), "the mask a.mp4: it is no PNG"),
        (Mask(1.2, rle=b"\x00", height=2, width=2), "the mask at 1.2: run lengths that are cut off or hold"),
        (Mask(1.2, rle=b"4", height=9, width=9), "the mask at 1.2: run lengths that do not add up to the 9 by 9"),
    ],
)
def test_a_mask_that_cannot_be_read_rejects_its_row(root: Path, decoder: Decoder, mask: Mask, message: str) -> None:
    (root / "link.png").symlink_to("/etc/hostname")
    rejected, of_video = ingest(root, decoder, mask)
    assert isinstance(rejected, Reject)
    assert (rejected.reason, rejected.source) == (Reason.MASK_INVALID, Source("labels.csv", 2))
    assert rejected.message.startswith(message)
    assert isinstance(of_video, Reject)
    assert of_video.reason is Reason.VIDEO_UNANNOTATED


def test_a_bad_mask_costs_no_other_row(root: Path, decoder: Decoder) -> None:
    segments = tuple(
        Segment("a.mp4", "wave", Source("labels.csv", row), 0.0, end, masks=(Mask(0.3, png=name),))
        for row, end, name in ((2, 1.0, "gone.png"), (3, 2.0, png(root, "m.png", rectangle(0, 0, 9, 9))))
    )
    ingest = VideoIngest(LocalRoot(root), SAMPLING, None, decoder)
    results = list(ingest.ingest(VideoTask("a.mp4", segments, "train")))
    assert reasons(results) == [(2, Reason.MASK_INVALID)]
    assert [type(result) for result in results].count(IngestedClip) == 1


@given(arrays(bool, array_shapes(min_dims=2, max_dims=2, max_side=40)), st.integers(1, 30), st.integers(1, 30))
def test_scaling_takes_each_pixel_from_where_it_lies(pixels: Pixels, height: int, width: int) -> None:
    scaled = decode(encode_mask_png(pixels, height, width))
    assert scaled.shape == (height, width)
    for row in range(height):
        for column in range(width):
            source = pixels[(2 * row + 1) * pixels.shape[0] // (2 * height)]
            assert scaled[row, column] == 255 * source[(2 * column + 1) * pixels.shape[1] // (2 * width)]


def test_the_box_of_a_stored_mask_is_that_of_the_mask(root: Path, decoder: Decoder) -> None:
    pixels = rectangle(12, 8, 48, 40)
    values = ingest_one(root, decoder, run_lengths(1.2, pixels))
    assert edges_of_mask(decode(values[features.MASKS][0]) > 0) == pytest.approx(values[features.BOXES][:4])
