"""Label Studio exports to read in tests."""

import json
from pathlib import Path
from typing import Any

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Segment
from tests.components.annotations.readers import reading

VIDEO = {"video": "/data/upload/3/0a1b2c3d-street.mp4"}


def timeline(start: Any, end: Any, *labels: Any, name: str = "actions") -> dict[str, Any]:
    value = {"ranges": [{"start": start, "end": end}], "timelinelabels": list(labels)}
    return {"id": f"t{start}", "from_name": name, "to_name": "video", "type": "timelinelabels", "value": value}


def keyframe(frame: Any, enabled: bool = True, x: Any = 10, rotation: Any = 0, **time: float) -> dict[str, Any]:
    return {
        "frame": frame,
        "enabled": enabled,
        "x": x,
        "y": 20,
        "width": 30,
        "height": 40,
        "rotation": rotation,
        **time,
    }


def rectangle(*sequence: Any, labels: Any = ("person",), **value: Any) -> dict[str, Any]:
    value = {"sequence": list(sequence), **value, **({"labels": list(labels)} if labels else {})}
    return {"id": "r", "from_name": "box", "to_name": "video", "type": "videorectangle", "value": value}


def choice(*choices: str, name: str = "verdict", region: str = "c") -> dict[str, Any]:
    return {"id": region, "from_name": name, "to_name": "video", "type": "choices", "value": {"choices": list(choices)}}


def task(*results: Any, data: Any = VIDEO, **more: Any) -> dict[str, Any]:
    return {"id": 1, "annotations": [{"id": 2, "was_cancelled": False, "result": list(results)}], "data": data, **more}


def read(folder: Path, *tasks: Any, **config: Any) -> list[Record]:
    return reading.read(folder, json.dumps(tasks), "project.json", format="label_studio", **config)


def read_segment(folder: Path, *results: Any, data: Any = VIDEO, **config: Any) -> Segment:
    (record,) = read(folder, task(*results, data=data), **config)
    assert isinstance(record, Segment), record
    return record


def read_reject(folder: Path, *tasks: Any, **config: Any) -> tuple[Reason, str]:
    reject = reading.read_reject(folder, json.dumps(tasks), "project.json", format="label_studio", **config)
    return reject.reason, reject.message
