"""What numbers beside the pixels are worth to a trained network. No TensorFlow here."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

_WORTH_FILE = "metadata_worth.json"


@dataclass(frozen=True)
class Worth:
    """Shares of the evaluation split's clips that a network gets right.

    Attributes:
      known: with their numbers; `unknown`: if none of them were known.
      shuffled: by column, if its numbers were those of other clips (mean over shuffles).
    """

    num_clips: int
    known: float
    unknown: float
    shuffled: Mapping[str, float]

    @property
    def sentence(self) -> str:
        """The same for people."""
        columns = ", ".join(f"{share:.2f} with those of {column} shuffled" for column, share in self.shuffled.items())
        return (
            f"numbers beside the frames: eval accuracy {self.known:.2f} with them, {self.unknown:.2f} if none is known, "
            f"{columns} ({self.num_clips} clips)"
        )

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def write_worth(worth: Worth, folder: Path) -> None:
    """Keep it beside the history of a training."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _WORTH_FILE).write_text(json.dumps(worth.as_json(), indent=1) + "\n")


def read_worth(folder: Path) -> Worth | None:
    """What `write_worth` has written; None of a network that sees frames alone."""
    file = folder / _WORTH_FILE
    return Worth(**json.loads(file.read_text())) if file.is_file() else None
