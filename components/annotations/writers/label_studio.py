"""Label Studio's JSON: see `components.annotations.readers.label_studio`. A task for each video.

Its frames are counted at the labeling configuration's `frameRate`, which a file cannot set: written is for the default, 24. A
segment is a range of the control `actions`; with boxes it is a rectangle of `box`, and as a whole video without boxes a choice
of `action_of_video`. What a model predicted are predictions, which annotators begin with.

Source: https://labelstud.io/guide/task_format, https://labelstud.io/guide/predictions, and what the reader names.
"""

import json
from statistics import fmean
from typing import Any

from components.annotations.records.record import Segment
from components.annotations.writers.content import SCORE, Content, is_whole_video, only
from components.annotations.writers.keyframes import keyframes_of
from components.annotations.writers.writer import Part, Writer

_FRAME_RATE = 24.0


def write_label_studio(content: Content) -> str:
    """The text of a file; videos of segments with boxes, or without an end but not whole ones, were looked at."""
    tasks = [_task(video, content) for video in content.by_video]
    return json.dumps(tasks, indent=2, ensure_ascii=False) + "\n"


def _task(video: str, content: Content) -> dict[str, Any]:
    segments = content.by_video[video]
    data = {
        "video": video,
        "group": only([segment.group for segment in segments]),
        "split": only([segment.split for segment in segments]),
    }
    annotated = [segment for segment in segments if not segment.is_negative]
    results = [_result(number, segment, content) for number, segment in enumerate(annotated, start=1)]
    task: dict[str, Any] = {"data": {name: value for name, value in data.items() if value}}
    if not content.model:
        return {**task, "annotations": [{"result": results}]}
    scores = [segment.metadata[SCORE] for segment in annotated if SCORE in segment.metadata]
    score = {"score": fmean(scores)} if scores else {}
    return {**task, "predictions": [{"model_version": content.model, **score, "result": results}]}


def _result(number: int, segment: Segment, content: Content) -> dict[str, Any]:
    control, kind, value = _value(segment, content)
    score = {"score": segment.metadata[SCORE]} if content.model and SCORE in segment.metadata else {}
    return {"id": f"segment{number}", "from_name": control, "to_name": "video", "type": kind, **score, "value": value}


def _value(segment: Segment, content: Content) -> tuple[str, str, dict[str, Any]]:
    """The control that a segment belongs to, the kind of the result, and its value."""
    if is_whole_video(segment) and not segment.boxes:
        return "action_of_video", "choices", {"choices": [segment.label]}
    start, last = _frame(segment.start), _frame(content.end_of(segment)) - 1
    last = max(start, last)
    if not segment.boxes:
        # Frames are counted from 1, and the last one belongs to a range.
        ranges = [{"start": start + 1, "end": last + 1}]
        return "actions", "timelinelabels", {"ranges": ranges, "timelinelabels": [segment.label]}
    duration = content.frames[segment.video].times.end_seconds
    length = {"framesCount": max(last + 1, _frame(duration)), "duration": duration}
    return "box", "videorectangle", {**length, "sequence": _sequence(segment, start, last), "labels": [segment.label]}


def _sequence(segment: Segment, start: int, last: int) -> list[dict[str, Any]]:
    """Keyframes; after one that is not enabled the rectangle is gone."""
    boxes = keyframes_of(segment.boxes, start, last + 1, _frame)
    # Label Studio says where a rectangle was last, other tools where it is gone.
    gone = {frame for frame, box in boxes.items() if box.is_end}
    places = {frame: box for frame, box in boxes.items() if not box.is_end}
    for frame in gone:
        places.setdefault(frame - 1, boxes[frame])
    places.setdefault(last, places[max(places)])
    return [
        {
            "frame": frame + 1,
            "time": (frame + 1) / _FRAME_RATE,
            "enabled": frame + 1 not in gone and frame != last,
            "rotation": 0,
            "x": 100 * box.x_min,
            "y": 100 * box.y_min,
            "width": 100 * (box.x_max - box.x_min),
            "height": 100 * (box.y_max - box.y_min),
        }
        for frame, box in sorted(places.items())
    ]


def _frame(seconds: float) -> int:
    """The frame, counted from 0, that begins nearest."""
    return round(seconds * _FRAME_RATE)


LABEL_STUDIO = Writer(
    write_label_studio,
    suffix=".json",
    keeps=frozenset((Part.GROUP_OF_VIDEO, Part.SPLIT_OF_VIDEO, Part.BOXES, Part.PREDICTED_SCORE, Part.NEGATIVE_VIDEO)),
    needs_video=lambda segment: bool(segment.boxes) or segment.end is None and not is_whole_video(segment),
    note=lambda _: (
        f"frames are counted at frameRate {_FRAME_RATE:g}, Label Studio's default, and controls are called actions, "
        "box and action_of_video: see docs/formats.md for the labeling configuration"
    ),
)
