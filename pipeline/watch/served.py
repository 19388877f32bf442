"""Reads what was served: records of `clipgate serve`, or TensorFlow Serving's log, for which the model is asked again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from models.embedding import FeatureExtractor, Seen
from pipeline.watch.clips import ClipTable
from pipeline.watch.records import PREFIX, SUFFIX, ServedClip, read_lines
from pipeline.watch.serving_log import read_logged_clips

# More would narrow no interval that matters, and the network has to look at each clip that has pixels.
MOST_CLIPS = 20_000
_CLIPS_AT_ONCE = 64
_SEED = 0

_Clip = TypeVar("_Clip")


@dataclass(frozen=True)
class Served:
    """Clips that were served, their frames where the log has them, and what is to be known of the log, in sentences."""

    clips: ClipTable
    jpegs: tuple[tuple[bytes, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Which clips: those that this version answered, since a time, drawn at random if there are too many.

    `extractor` makes the network, which takes seconds, and is called only if there are pixels.
    """

    version: int
    num_shown: int
    num_classes: int
    since: datetime | None
    extractor: Callable[[], FeatureExtractor]


def read_served(places: Sequence[Path], wanted: Wanted) -> Served:
    """The clips in files, or in folders of them.

    Raises:
      UserError: there is no such file, one is no log, or none of its clips is wanted.
    """
    files = _files(places)
    lines = [file for file in files if file.suffix == SUFFIX]
    others = [file for file in files if file.suffix != SUFFIX]
    if lines and others:
        raise UserError(
            f"{others[0]} is TensorFlow Serving's, and {lines[0]} is of clipgate serve; compare one of them at a time"
        )
    return _of_lines(lines, wanted) if lines else _of_serving(others, wanted)


def _files(places: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for place in places:
        if place.is_dir():
            found = sorted(place.glob(f"{PREFIX}*{SUFFIX}")) or sorted(
                path for path in place.iterdir() if path.is_file() and not path.name.startswith(".")
            )
            if not found:
                raise UserError(f"{place} holds no log of requests; clipgate serve --log-requests DIR writes one")
            files += found
        elif place.is_file():
            files.append(place)
        else:
            raise UserError(f"{place} does not exist; expected a log of requests, or a folder of such files")
    return files


def _of_lines(files: Sequence[Path], wanted: Wanted) -> Served:
    log = read_lines(files)
    recent = [clip for clip in log.clips if wanted.since is None or clip.time >= wanted.since]
    clips = [clip for clip in recent if clip.version == wanted.version]
    if not clips:
        versions = ", ".join(sorted({str(clip.version) for clip in recent})) or "none"
        raise UserError(
            f"{files[0].parent}: no record of version {wanted.version} in the time asked for; versions with records: "
            f"{versions}. Name another one with --model"
        )
    wrong = next((clip for clip in clips if len(clip.scores) != wanted.num_classes), None)
    if wrong:
        raise UserError(
            f"{wrong.place}: {len(wrong.scores)} scores, but version {wanted.version} has {wanted.num_classes} classes; the "
            "record is of another model that has the same version"
        )
    notes = []
    if other := len(recent) - len(clips):
        notes.append(f"Left out: {counted(other, 'clip')} that other versions answered.")
    if log.num_dropped:
        notes.append(f"Not there: {counted(log.num_dropped, 'request')} that could not be written down.")
    clips = _drawn(clips, notes)
    jpegs = tuple(clip.jpegs for clip in clips)
    return Served(_table(clips, jpegs, wanted), jpegs, (_times(clips), *notes))


def _of_serving(files: Sequence[Path], wanted: Wanted) -> Served:
    since = wanted.since
    logged = [
        clip for clip in read_logged_clips(files, wanted.num_shown) if not (since and clip.time and clip.time < since)
    ]
    if not logged:
        raise UserError(
            f"{files[0].parent}: no request of these logs has clips for a signature that gives probabilities, in the time "
            "asked for"
        )
    notes = ["The log is TensorFlow Serving's; the model was asked again about all of its clips."]
    if any(clip.client in clip.place for clip in logged):
        notes.append(
            "It does not say who asked, so each request counts as a client of its own: where many clips are of few clients, "
            "alarms are more frequent than they should be."
        )
    if since and not all(clip.time for clip in logged):
        notes.append("It has no times, so all of its requests are taken.")
    logged = _drawn(logged, notes)
    jpegs = tuple(clip.jpegs for clip in logged)
    seen = _look(jpegs, wanted)
    table = ClipTable(
        names=np.array([clip.place for clip in logged], np.str_),
        groups=np.array([clip.client for clip in logged], np.str_),
        features=np.array([clip.features for clip in logged], np.float32),
        scores=seen.probabilities,
        embedding=seen.features,
    )
    return Served(table, jpegs, tuple(notes))


def _drawn(clips: list[_Clip], notes: list[str]) -> list[_Clip]:
    if len(clips) <= MOST_CLIPS:
        return clips
    notes.append(f"Of {len(clips)} clips {MOST_CLIPS} were drawn at random.")
    chosen = np.sort(np.random.default_rng(_SEED).choice(len(clips), MOST_CLIPS, replace=False))
    return [clips[index] for index in chosen.tolist()]


def _times(clips: Sequence[ServedClip]) -> str:
    first, last = min(clip.time for clip in clips), max(clip.time for clip in clips)
    return f"The clips were answered from {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC."


def _table(clips: Sequence[ServedClip], jpegs: Sequence[tuple[bytes, ...]], wanted: Wanted) -> ClipTable:
    return ClipTable(
        names=np.array([f"{clip.place} ({clip.time:%Y-%m-%d %H:%M:%S})" for clip in clips], np.str_),
        groups=np.array([clip.client for clip in clips], np.str_),
        features=np.array([clip.features for clip in clips], np.float32),
        scores=np.stack([clip.scores for clip in clips]),
        embedding=_look(jpegs, wanted).features if all(jpegs) else np.zeros((len(clips), 0), np.float32),
    )


def _look(jpegs: Sequence[tuple[bytes, ...]], wanted: Wanted) -> Seen:
    """What the network makes of the frames that it is shown; there are as many of each clip."""
    extractor = wanted.extractor()
    starts = range(0, len(jpegs), _CLIPS_AT_ONCE)
    parts = [extractor.see(jpegs[start : start + _CLIPS_AT_ONCE]) for start in starts]
    return Seen(*(np.concatenate(values) for values in zip(*parts, strict=True)))
