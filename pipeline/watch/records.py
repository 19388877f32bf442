"""Records of served clips, a line of JSON each. See docs/serving.md for the format. No TensorFlow here."""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.messages.errors import UserError
from pipeline.watch.clip_features import ClipFeatures

PREFIX, SUFFIX = "requests-", ".jsonl"
_DIGITS = 4


@dataclass(frozen=True)
class ServedClip:
    """One clip that was asked about.

    Attributes:
      time: of the answer.
      model, version: what answered.
      client: who asked, as far as that is known; clips of one client may be alike.
      scores: float32 [classes], in the order of the model's classes.
      jpegs: the frames that the network was shown; empty unless pixels were asked for.
      place: where the record stands, for people.
    """

    time: datetime
    model: str
    version: int
    client: str
    features: ClipFeatures
    scores: npt.NDArray[np.float32]
    jpegs: tuple[bytes, ...] = ()
    place: str = ""


def to_line(clip: ServedClip) -> str:
    """The record of a clip, with its newline."""
    values: dict[str, Any] = {
        "time": clip.time.isoformat(timespec="milliseconds"),
        "model": clip.model,
        "version": clip.version,
        "client": clip.client,
        **{name: round(value, 5) for name, value in clip.features._asdict().items()},
        "scores": [float(f"{score:.{_DIGITS}g}") for score in clip.scores.tolist()],
    }
    if clip.jpegs:
        values["frames"] = [base64.b64encode(jpeg).decode() for jpeg in clip.jpegs]
    return json.dumps(values, separators=(",", ":")) + "\n"


def dropped_line(time: datetime, num_dropped: int) -> str:
    """What stands in a log for requests that it has not."""
    return json.dumps({"time": time.isoformat(timespec="milliseconds"), "dropped": num_dropped}) + "\n"


@dataclass
class ServedLog:
    """Records that were read, and how many requests the server says that it could not write down."""

    clips: list[ServedClip]
    num_dropped: int = 0


def read_lines(files: Sequence[Path]) -> ServedLog:
    """The records of files that `clipgate serve` has written. A last line that was cut off is passed over.

    Raises:
      UserError: a file cannot be read, or a line is no record.
    """
    log = ServedLog([])
    for file in files:
        for number, line in enumerate(_lines(file), start=1):
            place = f"{file.name}, line {number}"
            try:
                values = json.loads(line)
                if "dropped" in values:
                    log.num_dropped += int(values["dropped"])
                else:
                    log.clips.append(_parse(values, place))
            except (ValueError, TypeError, KeyError, RecursionError) as error:
                if not line.endswith(b"\n"):
                    continue  # it is being written, or the server was killed
                raise UserError(
                    f"{file}, line {number}: no record of a served clip ({type(error).__name__}: {error}); expected what "
                    "clipgate serve --log-requests writes"
                ) from error
    return log


def _lines(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            yield from opened
    except FileNotFoundError:
        return  # the server has removed it meanwhile, since newer ones needed the room
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}") from error


def _parse(values: dict[str, Any], place: str) -> ServedClip:
    features = ClipFeatures._make(float(values[name]) for name in ClipFeatures._fields)
    scores = np.array(values["scores"], np.float32)
    if scores.ndim != 1 or not (np.isfinite(scores).all() and np.isfinite(features).all()):
        raise ValueError("numbers that are not finite")
    return ServedClip(
        time=datetime.fromisoformat(values["time"]),
        model=str(values["model"]),
        version=int(values["version"]),
        client=str(values["client"]),
        features=features,
        scores=scores,
        jpegs=tuple(base64.b64decode(frame, validate=True) for frame in values.get("frames", ())),
        place=place,
    )
