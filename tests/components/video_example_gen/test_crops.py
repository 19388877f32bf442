"""A clip is cut around its actor, with boxes and masks that follow, and people in one picture are clips of their own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from components.annotations.config import DataConfig
from components.annotations.files.manifest import build_manifest
from components.annotations.readers.detect import read_annotations
from components.annotations.records.masks import edges_of_mask, encode_mask
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Mask, Reject, Segment, Source, SpaceUnit, TimeUnit
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, Result, VideoIngest, VideoTask
from models import features
from tests.components.video_example_gen.test_ingest import reasons, values_of

WIDTH, HEIGHT, SIDE, FPS = 192, 96, 32, 10.0
# Of what is darker between the two people only the colour of one may be seen in a clip.
LEFT_COLOUR, RIGHT_COLOUR = (0, 0, 255), (255, 0, 0)
SAMPLING = SamplingConfig(num_frames=4, short_side=64, crop_to_boxes=0.25)
LEFT, RIGHT = 16, 144


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `a.mp4`: five seconds in which a red square goes down on the left, and a blue one on the right."""
    root = tmp_path_factory.mktemp("two")
    writer = cv2.VideoWriter(str(root / "a.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), FPS, (WIDTH, HEIGHT))
    for index in range(50):
        frame = np.full((HEIGHT, WIDTH, 3), 96, np.uint8)
        for left, colour in ((LEFT, LEFT_COLOUR), (RIGHT, RIGHT_COLOUR)):
            frame[top_at(index) : top_at(index) + SIDE, left : left + SIDE] = colour
        writer.write(frame)
    writer.release()
    return root


def top_at(index: int) -> int:
    return index


def track(left: int, first: int = 0, last: int = 49, step: int = 1) -> tuple[Box, ...]:
    """Boxes of a square by frame, in shares."""
    return tuple(
        Box(
            index / FPS,
            left / WIDTH,
            top_at(index) / HEIGHT,
            (left + SIDE) / WIDTH,
            (top_at(index) + SIDE) / HEIGHT,
        )
        for index in range(first, last + 1, step)
    )


def row(label: str, number: int, boxes: tuple[Box, ...] = (), **fields: Any) -> Segment:
    return Segment("a.mp4", label, Source("labels.csv", number), boxes=boxes, **{"start": 1.0, "end": 3.0, **fields})


def ingest(
    root: Path, decoder: Decoder, *rows: Segment, min_cover: float | None = None, **sampling: Any
) -> list[Result]:
    config = SamplingConfig(**SAMPLING.model_dump() | sampling)
    return list(
        VideoIngest(LocalRoot(root), config, None, decoder, min_cover=min_cover).ingest(
            VideoTask("a.mp4", rows, "train")
        )
    )


def clips_of(results: list[Result]) -> list[dict[str, list[Any]]]:
    return [values_of(result) for result in results if isinstance(result, IngestedClip)]


def pictures(values: dict[str, list[Any]]) -> list[np.ndarray]:
    return [cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) for jpeg in values[features.FRAMES]]


def colours(values: dict[str, list[Any]]) -> set[str]:
    """Which of the two people the frames show."""
    blue, red = (max(picture[..., channel].astype(int).max() for picture in pictures(values)) for channel in (0, 2))
    return {name for name, brightest in (("right", blue), ("left", red)) if brightest > 180}


def test_two_people_of_one_span_are_two_clips_of_one_person_each(root: Path, decoder: Decoder) -> None:
    results = ingest(root, decoder, row("wave", 2, track(LEFT)), row("sit", 3, track(RIGHT)))
    left, right = sorted(clips_of(results), key=lambda values: values[features.LABEL], reverse=True)
    assert [len(result.rows) for result in (r.segment for r in results if isinstance(r, Accepted))] == [1, 1]
    assert (left[features.LABEL], colours(left)) == ([b"wave"], {"left"})
    assert (right[features.LABEL], colours(right)) == ([b"sit"], {"right"})
    assert left[features.SEGMENT_ID] != right[features.SEGMENT_ID]


def test_without_the_option_both_are_seen_in_both(root: Path, decoder: Decoder) -> None:
    results = ingest(root, decoder, row("wave", 2, track(LEFT)), row("sit", 3, track(RIGHT)), crop_to_boxes=None)
    assert [colours(values) for values in clips_of(results)] == [{"left", "right"}] * 2


def test_one_place_is_cut_out_of_all_frames_before_they_are_made_smaller_and_boxes_follow(
    root: Path, decoder: Decoder
) -> None:
    (values,) = clips_of(ingest(root, decoder, row("wave", 2, track(LEFT))))
    # Frames 10 to 30 of the square, and a frame before and after; a quarter of that on each side: 16 to 48, 9 to 63.
    assert {picture.shape for picture in pictures(values)} == {(64, 64, 3)}
    edges = np.reshape(values[features.BOXES], (4, 4))
    assert values[features.BOX_VALID] == [1.0] * 4
    assert np.diff(edges[:, 1]).min() > 0 and np.ptp(edges[:, 0]) == 0
    for picture, (x_min, y_min, x_max, y_max) in zip(pictures(values), edges, strict=True):
        is_red = (picture[..., 2] > 160) & (picture[..., 0] < 90)
        found = edges_of_mask(is_red)
        assert found == pytest.approx((x_min, y_min, x_max, y_max), abs=0.04)


def test_a_crop_that_is_smaller_than_what_is_stored_stays_as_it_is(root: Path, decoder: Decoder) -> None:
    still = row("wave", 2, track(LEFT, 10, 10), start=1.0, end=1.4)
    (values,) = clips_of(ingest(root, decoder, still, crop_to_boxes=0.0, min_frames=1))
    assert {picture.shape for picture in pictures(values)} == {(SIDE, SIDE, 3)}


@pytest.mark.parametrize(
    "sampling", [{}, {"method": "step", "step_frames": 3}, {"method": "step", "step_seconds": 0.3}]
)
def test_pixels_and_frames_are_the_same_places_as_shares_and_seconds(
    root: Path, decoder: Decoder, sampling: dict[str, Any]
) -> None:
    in_seconds = row("wave", 2, track(LEFT))
    boxes = tuple(Box(index, LEFT, top_at(index), LEFT + SIDE, top_at(index) + SIDE) for index in range(50))
    in_frames = row("wave", 3, boxes, start=10, end=30, time_unit=TimeUnit.FRAMES, space_unit=SpaceUnit.PIXELS)
    one, other = clips_of(ingest(root, decoder, in_seconds, in_frames, **sampling))
    if not sampling:
        assert one[features.FRAMES] == other[features.FRAMES]
    # Steps end between frames.
    assert one[features.BOXES] == pytest.approx(other[features.BOXES], abs=0.03 if sampling else 1e-5)
    assert colours(one) == colours(other) == {"left"}


def test_steps_in_the_middle_of_a_long_row_are_cut_around_where_the_actor_is_then(root: Path, decoder: Decoder) -> None:
    whole = row("wave", 2, track(LEFT), start=0.0, end=5.0)
    (spread,), (dense,) = (
        clips_of(ingest(root, decoder, whole, crop_to_boxes=0.0, short_side=2000, **options))
        for options in ({}, {"method": "dense"})
    )
    assert pictures(spread)[0].shape[0] > pictures(dense)[0].shape[0] >= SIDE + 3


def test_each_window_is_cut_around_where_the_actor_is_then(root: Path, decoder: Decoder) -> None:
    whole = row("wave", 2, track(LEFT, step=7), start=0.0, end=5.0)
    clips = clips_of(ingest(root, decoder, whole, crop_to_boxes=0.0, short_side=2000, window_seconds=1.0))
    assert len(clips) == 5
    for values in clips:
        assert max(picture.shape[0] for picture in pictures(values)) <= SIDE + 14
        assert all(valid > 0 for valid in values[features.BOX_VALID][:3])


def test_a_row_whose_boxes_lie_elsewhere_in_time_is_in_the_ledger(root: Path, decoder: Decoder) -> None:
    results = ingest(root, decoder, row("wave", 2, track(LEFT, 40, 45)), row("sit", 3, track(RIGHT)))
    assert reasons(results) == [(2, Reason.BOX_MISSING)]
    assert [colours(values) for values in clips_of(results)] == [{"right"}]
    (reject,) = [result for result in results if isinstance(result, Reject)]
    assert reject.message == "no box of the actor from 1 to 3 s to cut the clip around"


def test_a_row_without_boxes_is_in_the_ledger_before_a_video_is_opened(root: Path) -> None:
    rows = [row("wave", 2), row("sit", 3, track(RIGHT)), row("stand", 4, masks=(Mask(1.0, png="m.png"),))]
    manifest = build_manifest(rows, LocalRoot(root), needs_boxes=True)
    assert [(reject.source.row, reject.reason) for reject in manifest.rejects if reject.source] == [
        (2, Reason.BOX_MISSING)
    ]
    assert len(manifest.segments_by_video["a.mp4"]) == 2


def mask_at(index: int, left: int) -> Mask:
    pixels = np.zeros((HEIGHT, WIDTH), bool)
    pixels[top_at(index) : top_at(index) + SIDE, left : left + SIDE] = True
    return Mask(index / FPS, rle=encode_mask(pixels), height=HEIGHT, width=WIDTH)


def test_a_clip_is_cut_around_masks_too_and_these_follow(root: Path, decoder: Decoder) -> None:
    masks = tuple(mask_at(index, LEFT) for index in range(8, 34))
    (by_masks,), (by_boxes,) = (
        clips_of(ingest(root, decoder, each))
        for each in (row("wave", 2, masks=masks), row("wave", 3, track(LEFT, 8, 33)))
    )
    assert by_masks[features.FRAMES] == by_boxes[features.FRAMES]
    assert by_masks[features.BOXES] == pytest.approx(by_boxes[features.BOXES], abs=1e-6)
    for png, edges in zip(by_masks[features.MASKS], np.reshape(by_masks[features.BOXES], (4, 4)), strict=True):
        pixels = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
        assert pixels.shape == (64, 64)
        assert edges_of_mask(pixels > 0) == pytest.approx(tuple(edges), abs=0.02)


def test_a_mask_that_cannot_be_read_costs_its_row_alone(root: Path, decoder: Decoder) -> None:
    results = ingest(root, decoder, row("wave", 2, masks=(Mask(1.5, png="gone.png"),)), row("sit", 3, track(RIGHT)))
    assert reasons(results) == [(2, Reason.MASK_INVALID)]
    assert len(clips_of(results)) == 1


def test_labels_of_one_span_are_joined_by_actor(root: Path, decoder: Decoder) -> None:
    rows = row("wave", 2, track(LEFT)), row("sit", 3, track(RIGHT)), row("talk", 4, track(LEFT))
    results = ingest(root, decoder, *rows, min_cover=0.5)
    clips = {frozenset(values[features.LABEL]): colours(values) for values in clips_of(results)}
    assert clips == {frozenset({b"wave", b"talk"}): {"left"}, frozenset({b"sit"}): {"right"}}
    accepted = sorted((r.row.source.row, r.segment.labels) for r in results if isinstance(r, Accepted))
    assert accepted == [(2, ("talk", "wave")), (3, ("sit",)), (4, ("talk", "wave"))]


def test_of_what_covers_a_clip_only_the_same_actors_is_seen_in_it(root: Path, decoder: Decoder) -> None:
    walks = row("walk", 2, track(LEFT, step=7), start=0.0, end=5.0)
    waves = row("wave", 3, track(LEFT, 10, 30), start=1.0, end=3.0)
    sits = row("sit", 4, track(RIGHT), start=0.5, end=4.0)
    clips = clips_of(ingest(root, decoder, walks, waves, sits, min_cover=0.5))
    assert {(*sorted(values[features.LABEL]),) for values in clips} == {(b"walk",), (b"walk", b"wave"), (b"sit",)}


def test_rows_of_ava_are_clips_of_each_person_with_all_its_labels(root: Path, decoder: Decoder, tmp_path: Path) -> None:
    """Two people in two key frames whose spans overlap; in the second one the one on the left no longer talks."""
    left, right = (f"{x / WIDTH},0.1,{(x + SIDE) / WIDTH},0.7" for x in (LEFT, RIGHT))
    rows = [
        f"a,1.50,{left},12,0",
        f"a,1.50,{left},79,0",
        f"a,1.50,{right},11,1",
        f"a,2.50,{left},12,0",
        f"a,2.50,{right},80,1",
    ]
    (tmp_path / "ava_train.csv").write_text("\n".join(rows) + "\n")
    config = DataConfig(annotations=str(tmp_path / "ava_train.csv"), videos=str(root), format="ava")
    manifest = build_manifest(read_annotations(config).records, LocalRoot(root), needs_boxes=True)
    results = ingest(root, decoder, *manifest.segments_by_video["a.mp4"], min_cover=0.5)
    assert reasons(results) == []
    found = sorted(
        (values[features.START_SECONDS][0], *colours(values), *sorted(values[features.LABEL]))
        for values in clips_of(results)
    )
    assert found == [
        (0.0, "left", b"12", b"79"),
        (0.0, "right", b"11"),
        (1.0, "left", b"12"),
        (1.0, "right", b"80"),
    ]
    together = ingest(root, decoder, *manifest.segments_by_video["a.mp4"], min_cover=0.5, crop_to_boxes=None)
    assert [sorted(values[features.LABEL]) for values in clips_of(together)] == [[b"11", b"12", b"79"], [b"12", b"80"]]
