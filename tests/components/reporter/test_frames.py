"""Thumbnails out of Examples."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow as tf

from components.reporter.frames import read_strips, thumbnail
from components.video.images import encode_jpeg
from models import features


def jpeg(grey: int, height: int = 40, width: int = 80) -> bytes:
    return encode_jpeg(np.full((height, width, 3), grey, np.uint8), 90)


def example(label: str, video: str, seconds: list[float], frames: list[bytes] | None = None) -> bytes:
    values = {
        features.LABEL: [label],
        features.VIDEO_ID: [video],
        features.FRAMES: frames or [jpeg(10 * i) for i in range(len(seconds))],
        features.FRAME_SECONDS: seconds,
        features.START_SECONDS: [seconds[0]],
        features.END_SECONDS: [seconds[-1] + 0.5],
    }
    return features.make_example(values)


def write(folder: Path, shard: int, *records: bytes) -> None:
    folder = folder / "Split-test"
    folder.mkdir(exist_ok=True)
    with tf.io.TFRecordWriter(str(folder / f"data_tfrecord-{shard:05}-of-00002.gz"), "GZIP") as writer:
        for record in records:
            writer.write(record)


def test_the_first_clip_of_each_class_in_the_order_of_the_files_gives_the_strip(tmp_path: Path) -> None:
    write(tmp_path, 1, example("sit", "late.mp4", [0.0]), example("stand", "stand.mp4", [2.0, 3.0]))
    write(tmp_path, 0, example("sit", "first.mp4", [1.0]), example("sit", "second.mp4", [0.0]))
    strips = read_strips(tmp_path, ["test"], features.LABEL, ["sit", "stand"])
    assert {label: strip.video for label, strip in strips.items()} == {"sit": "first.mp4", "stand": "stand.mp4"}
    assert (strips["stand"].start_seconds, strips["stand"].end_seconds) == (2.0, 3.5)


def test_six_frames_are_spread_over_the_clip_each_with_its_own_time(tmp_path: Path) -> None:
    write(tmp_path, 0, example("sit", "v.mp4", [float(i) for i in range(16)]))
    frames = read_strips(tmp_path, ["test"], features.LABEL, ["sit"])["sit"].frames
    assert [frame.seconds for frame in frames] == [0, 3, 6, 9, 12, 15]
    greys = [cv2.imdecode(np.frombuffer(frame.jpeg, np.uint8), cv2.IMREAD_COLOR).mean() for frame in frames]
    assert greys == pytest.approx([0, 30, 60, 90, 120, 150], abs=3)


def test_a_frame_that_fills_up_a_short_clip_is_shown_once(tmp_path: Path) -> None:
    write(tmp_path, 0, example("sit", "v.mp4", [0.0, 0.5, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]))
    assert [frame.seconds for frame in read_strips(tmp_path, ["test"], features.LABEL, ["sit"])["sit"].frames] == [
        0.0,
        0.5,
        1.0,
    ]


def test_nothing_is_read_or_decoded_beyond_the_last_class(tmp_path: Path) -> None:
    damaged = example("stand", "v.mp4", [0.0], frames=[b"no image"])
    write(tmp_path, 0, example("sit", "v.mp4", [0.0]), damaged)
    assert list(read_strips(tmp_path, ["test"], features.LABEL, ["sit"])) == ["sit"]


def test_a_split_without_files_or_classes_gives_no_strips(tmp_path: Path) -> None:
    assert read_strips(tmp_path, ["test"], features.LABEL, ["sit"]) == {}
    write(tmp_path, 0, example("sit", "v.mp4", [0.0]))
    assert read_strips(tmp_path, ["test"], features.LABEL, []) == {}


@pytest.mark.parametrize(
    ("height", "width", "expected"), [(40, 80, (96, 192)), (480, 640, (96, 128)), (96, 1, (96, 1))]
)
def test_thumbnails_are_96_pixels_high_and_keep_their_shape(height: int, width: int, expected: tuple[int, int]) -> None:
    small = cv2.imdecode(np.frombuffer(thumbnail(jpeg(100, height, width)), np.uint8), cv2.IMREAD_COLOR)
    assert small.shape[:2] == expected


def test_a_stored_frame_that_is_no_image_is_named_as_such() -> None:
    with pytest.raises(ValueError, match=r"a stored frame is no image; its first bytes are b'GIF89a'"):
        thumbnail(b"GIF89a")
