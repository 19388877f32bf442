"""All formats that are written, by the names that they have in `data.format`."""

from collections.abc import Mapping
from pathlib import Path

from components.annotations.writers.activitynet import ACTIVITYNET
from components.annotations.writers.cvat_video import CVAT_VIDEO
from components.annotations.writers.elan import ELAN
from components.annotations.writers.fiftyone import FIFTYONE
from components.annotations.writers.label_studio import LABEL_STUDIO
from components.annotations.writers.table import CSV, JSONL
from components.annotations.writers.writer import Writer, never
from foundation.messages.errors import UserError
from foundation.messages.wording import meant

WRITERS: Mapping[str, Writer] = {
    "csv": CSV,
    "jsonl": JSONL,
    "cvat_video": CVAT_VIDEO,
    "label_studio": LABEL_STUDIO,
    "activitynet": ACTIVITYNET,
    "fiftyone": FIFTYONE,
    "elan": ELAN,
}


def choose_format(output: Path, wanted: str | None) -> str:
    """The name of the format to write, by default the one that the file's ending tells.

    Raises:
      UserError: there is no such format, or the ending tells none, or is that of others than the wanted one.
    """
    if wanted is not None:
        if wanted not in WRITERS:
            raise UserError(
                f"--to: {wanted} is no format that is written{meant(wanted, WRITERS)}; {_listed(WRITERS)} are"
            )
        suffix = WRITERS[wanted].suffix
        if output.suffix and output.suffix.lower() != suffix and output.suffix.lower() in _SUFFIXES:
            raise UserError(f"--output: {output} ends in {output.suffix}; files of {wanted} end in {suffix}")
        return wanted
    names = [name for name, writer in WRITERS.items() if writer.suffix == output.suffix.lower()]
    if len(names) == 1:
        return names[0]
    if names:
        raise UserError(f"--output: {output} may be of {_listed(names, 'or')}; say with --to which one is meant")
    raise UserError(
        f"--output: {output} has to end in {_listed(_SUFFIXES, 'or')}, which says what is written, or --to has to say it: "
        f"{_listed(WRITERS)}"
    )


def without_videos() -> str:
    """The formats that never need a video, for messages."""
    return _listed([name for name, writer in WRITERS.items() if writer.needs_video is never])


def _listed(names: Mapping[str, object] | list[str], word: str = "and") -> str:
    *first, last = names
    return f"{', '.join(first)} {word} {last}" if first else last


_SUFFIXES = list(dict.fromkeys(writer.suffix for writer in WRITERS.values()))
