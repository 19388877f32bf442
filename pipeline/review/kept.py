"""What the checks have found, kept in the `output_dir` for the next start, and known to be still right by a digest."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from components.annotation_validator.findings import Finding
from components.annotation_validator.inputs.measures import Curve
from components.annotation_validator.inputs.segments import VideoFacts
from components.annotation_validator.previous import find_previous
from components.annotations.files.fingerprint import fingerprint_inputs
from components.annotations.records.record import Record
from components.storage.known_digests import digests_kept_in
from components.storage.root import is_remote
from foundation.code_digest import code_digest
from foundation.messages.errors import UserError
from models.pretrained.cards import EFFICIENTNET_LITE0
from pipeline.checks import make_inspection
from pipeline.config import Config
from pipeline.plan import file_of_digests
from pipeline.pushed_classes import served_classes
from pipeline.review.places import ClipMap

_CODE = (
    "components.annotation_validator.look",
    "components.annotation_validator.runner",
    "components.annotation_validator.measuring.looks",
    "pipeline.review.kept",
)


@dataclass(frozen=True)
class Checked:
    """What is shown of a check.

    Attributes:
      facts: what the videos' headers say, by path; a video whose header could not be read is absent.
      findings: errors first.
      map: where clips lie; of none if no frames were decoded.
      curves: times and changes over the frame by video, float64 [num_changes] each, where frames were decoded.
    """

    facts: Mapping[str, VideoFacts]
    findings: Sequence[Finding]
    map: ClipMap
    curves: Mapping[str, tuple[Curve, Curve]]


def file_of(settings: Config, *, frames: bool) -> Path:
    """Where it is kept."""
    return Path(settings.output_dir) / "review" / f"checked{'_frames' if frames else ''}.npz"


def key_of(settings: Config, records: Collection[Record], *, frames: bool) -> str | None:
    """A digest of all that a check depends on: data, configuration, code; None where it cannot be told, or nothing be kept."""
    if is_remote(settings.output_dir):
        return None
    try:
        with digests_kept_in(file_of_digests(settings)) as known:
            previous = find_previous(settings.data, settings.checks)
            parts = (
                fingerprint_inputs(settings.data, settings.splits, records, settings.beam.args, known),
                previous.fingerprint(settings.beam.args, known) if previous else "",
                make_inspection(settings).model_dump_json(),
                settings.checks.model_dump_json(),
                settings.data.model_dump_json(),
                json.dumps(served_classes(settings)),
                code_digest(*_CODE),
                f"{frames} {EFFICIENTNET_LITE0.is_installed}",
            )
    except UserError:
        return None
    return hashlib.sha256("\0".join(parts).encode("utf-8", "backslashreplace")).hexdigest()


def keep(path: Path, key: str, checked: Checked) -> None:
    """Keep it; where there is no room for it, the next start checks again."""
    document = {
        "key": key,
        "facts": {
            video: {**asdict(facts), "seconds_of": [*facts.seconds_of.items()]}
            for video, facts in checked.facts.items()
        },
        "findings": [asdict(finding) for finding in checked.findings],
        "places": checked.map.places,
        "shares": checked.map.shares,
        "verb": checked.map.verb,
        "curves": {video: len(seconds) for video, (seconds, _) in checked.curves.items()},
    }
    columns = [np.concatenate([np.zeros(0), *(pair[side] for pair in checked.curves.values())]) for side in (0, 1)]
    text = json.dumps(document, default=_number).encode()
    partial = path.with_name(f".{path.name}.partial")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as file:
            np.savez_compressed(file, document=np.frombuffer(text, np.uint8), seconds=columns[0], changes=columns[1])
        partial.replace(path)


def recall(path: Path, key: str) -> Checked | None:
    """What was kept, if it is of this key; a file that is damaged, or of another release, counts as none."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            document = json.loads(kept["document"].tobytes())
            return _checked(document, kept["seconds"], kept["changes"]) if document["key"] == key else None
    except (OSError, ValueError, LookupError, TypeError, EOFError, zipfile.BadZipFile, zlib.error):
        return None


def _checked(document: Mapping[str, Any], seconds: Curve, changes: Curve) -> Checked:
    ends = np.cumsum([*document["curves"].values()]).tolist()
    pieces = [slice(end - length, end) for end, length in zip(ends, document["curves"].values(), strict=True)]
    return Checked(
        facts={
            video: VideoFacts(**{**facts, "seconds_of": dict(facts["seconds_of"])})
            for video, facts in document["facts"].items()
        },
        findings=tuple(map(Finding.from_json, document["findings"])),
        map=ClipMap(
            {clip: (x, y) for clip, (x, y) in document["places"].items()}, tuple(document["shares"]), document["verb"]
        ),
        curves={
            video: (seconds[piece], changes[piece]) for video, piece in zip(document["curves"], pieces, strict=True)
        },
    )


def _number(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item()
