"""What the decoding process and its parent say to each other: JSON, and JPEGs behind it. No pickle: videos are hostile.

First a process says that it is `ready`. A request is one message. The answer is any number of `frames` (a sign of life) and
`clip`s and then one `end`, `info`, `index`, `survey` or `mask`; or an `error` of the video, a `fault` of the machine, or
`no_memory`.
"""

import io
import json
from array import array
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Literal

import numpy as np

from components.annotations.records.actors import Actor
from components.annotations.records.record import Box, SpaceUnit
from components.video.png import Pixels
from components.video.queues import Windows
from components.video.reader import VideoInfo
from components.video.survey import Survey
from components.video.tasks import Clip, Ending, Span
from components.video.times import FrameIndex

_HEAD_SIZE_BYTES = 4
Wanted = Literal["info", "times", "index", "clips", "windows", "survey", "mask"]


def pack(head: dict[str, Any], body: bytes = b"") -> bytes:
    """One message: the length of the head, the head as JSON, the body."""
    text = json.dumps(head).encode()
    return len(text).to_bytes(_HEAD_SIZE_BYTES, "big") + text + body


def unpack(message: bytes) -> tuple[dict[str, Any], bytes]:
    """Head and body of a message."""
    end = _HEAD_SIZE_BYTES + int.from_bytes(message[:_HEAD_SIZE_BYTES], "big")
    return json.loads(message[_HEAD_SIZE_BYTES:end]), message[end:]


def pack_clip(clip: Clip) -> bytes:
    """A clip; a frame that it holds several times is sent once."""
    distinct = list({id(jpeg): jpeg for jpeg in clip.jpegs}.values())
    order = {id(jpeg): position for position, jpeg in enumerate(distinct)}
    head = {
        "kind": "clip",
        # Its tuples are long, and asdict would copy them.
        "clip": {**vars(clip), "video": asdict(clip.video), "jpegs": ()},
        "sizes": [len(jpeg) for jpeg in distinct],
        "order": [order[id(jpeg)] for jpeg in clip.jpegs],
    }
    return pack(head, b"".join(distinct))


def unpack_clip(head: dict[str, Any], body: bytes) -> Clip:
    distinct, start = [], 0
    for size in head["sizes"]:
        distinct.append(body[start : start + size])
        start += size
    values = head["clip"]
    return Clip(
        **values
        | {
            "video": VideoInfo(**values["video"]),
            "jpegs": tuple(distinct[position] for position in head["order"]),
            "frame_seconds": tuple(values["frame_seconds"]),
            "frame_indices": tuple(values["frame_indices"]),
            "crop": tuple(values["crop"]) if values["crop"] else None,
        }
    )


def unpack_span(values: dict[str, Any]) -> Span:
    """A span that was packed into a request."""
    return Span(**values | {"actor": unpack_actor(values["actor"]) if values["actor"] else None})


def unpack_actor(values: dict[str, Any]) -> Actor:
    """An actor, of its fields as JSON has them."""
    boxes, mask_boxes = (tuple(Box(**box) for box in values[name]) for name in ("boxes", "mask_boxes"))
    return Actor(boxes, SpaceUnit(values["space_unit"]), mask_boxes)


def pack_ending(ending: Ending) -> bytes:
    return pack({"kind": "end", "ending": asdict(ending)})


def pack_info(info: VideoInfo) -> bytes:
    return pack({"kind": "info", "info": asdict(info)})


def pack_index(index: FrameIndex) -> bytes:
    """The time of every frame."""
    head = {"kind": "index", "end_seconds": index.end_seconds, "promised_seconds": index.promised_seconds}
    return pack(head, array("d", index.seconds).tobytes())


def unpack_index(head: dict[str, Any], body: bytes) -> FrameIndex:
    """The index that was packed."""
    return FrameIndex(array("d", body), head["end_seconds"], head["promised_seconds"])


def pack_survey(survey: Survey) -> bytes:
    """What a pass kept: times and indices, then the grey frames, then the pictures."""
    head = {
        "kind": "survey",
        "video": asdict(survey.video),
        "end_seconds": survey.end_seconds,
        "shape": survey.frames.shape,
        "sizes": [[len(jpeg) for jpeg in jpegs] for jpegs in survey.pictures],
    }
    arrays = [survey.seconds.tobytes(), survey.indices.tobytes(), survey.frames.tobytes()]
    return pack(head, b"".join([*arrays, *(jpeg for jpegs in survey.pictures for jpeg in jpegs)]))


def unpack_survey(head: dict[str, Any], body: bytes) -> Survey:
    num_kept, height, width = head["shape"]
    frames_start, pictures_start = 16 * num_kept, (16 + height * width) * num_kept
    stream = io.BytesIO(body[pictures_start:])
    return Survey(
        video=VideoInfo(**head["video"]),
        seconds=np.frombuffer(body, np.float64, num_kept),
        indices=np.frombuffer(body, np.int64, num_kept, offset=8 * num_kept),
        frames=np.frombuffer(body, np.uint8, num_kept * height * width, frames_start).reshape(num_kept, height, width),
        end_seconds=head["end_seconds"],
        pictures=tuple(tuple(stream.read(size) for size in sizes) for sizes in head["sizes"]),
    )


def pack_mask(mask: Pixels) -> bytes:
    """A mask [height, width], eight pixels a byte."""
    height, width = mask.shape
    return pack({"kind": "mask", "height": height, "width": width}, np.packbits(mask).tobytes())


def unpack_mask(head: dict[str, Any], body: bytes) -> Pixels:
    height, width = head["height"], head["width"]
    bits = np.unpackbits(np.frombuffer(body, np.uint8), count=height * width)
    return bits.reshape(height, width).astype(np.bool_)


def pack_request(
    wanted: Wanted,
    path: str,
    sampling: str,
    num_threads: int,
    spans: Sequence[Span],
    windows: Windows | None,
) -> bytes:
    """Asks for what is known of a video, the times of its packets or of its frames, the clips of `spans` or `windows`, a
    survey with pictures of `spans`, or a mask.

    `sampling` is JSON.
    """
    request = {"wanted": wanted, "path": path, "sampling": sampling, "num_threads": num_threads}
    spans_and_windows = {"spans": [asdict(span) for span in spans], "windows": asdict(windows) if windows else None}
    return pack({**request, **spans_and_windows})
