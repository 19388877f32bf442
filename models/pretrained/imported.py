"""Weights from elsewhere as they are kept here: Keras's file, and a card that says where they come from. No TensorFlow here."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from foundation.messages.errors import UserError
from models.pretrained.published import Input

CARD_FILE, IMPORTED_WEIGHTS_FILE = "weights.json", "network.weights.h5"


@dataclass(frozen=True)
class ImportedCard:
    """What is known of weights from elsewhere.

    Attributes:
      name: of the weights, for people.
      network, preset: of `model`, which the weights are of.
      source, licence: as in `Published`.
      is_published: the file is the one that is published, by its digest; None: nobody has told that. Otherwise it is
        somebody's of the same layout, and the input is that of the published one.
      file: name of the file that they come from; `sha256`: of it, and of all files where there are several.
      classes: labels of the logits, if they are known; `num_classes` in any case.
      input: what the weights were trained to see.
    """

    name: str
    network: str
    preset: str
    source: str
    licence: str
    is_published: bool | None
    file: str
    sha256: str
    num_classes: int
    classes: tuple[str, ...]
    input: Input

    def __str__(self) -> str:
        return f"{self.source}; {self.licence}; {self.file}, SHA-256 {self.sha256[:12]}"

    @property
    def fingerprint(self) -> str:
        """Identifier of the weights and of what they mean, the same before and after an import."""
        known = (self.network, self.preset, self.sha256, self.classes, asdict(self.input))
        return hashlib.sha256(repr(known).encode()).hexdigest()


def write_card(card: ImportedCard, folder: Path) -> None:
    """Write the card of a folder, in which the weights are already."""
    values = asdict(card) | {"weights_sha256": file_digest([folder / IMPORTED_WEIGHTS_FILE])}
    (folder / CARD_FILE).write_text(json.dumps(values, indent=2) + "\n")


def read_card(folder: Path) -> ImportedCard:
    """The card of a folder with imported weights.

    Raises:
      UserError: it cannot be understood, or the weights are not those that were imported.
    """
    path = folder / CARD_FILE
    try:
        values: dict[str, Any] = json.loads(path.read_text())
        expected = values.pop("weights_sha256")
        given = values.pop("input")
        known = {field.name: given[field.name] for field in fields(Input)}
        known |= {name: tuple(known[name]) for name in ("mean", "std")}
        card = ImportedCard(**(values | {"classes": tuple(values["classes"]), "input": Input(**known)}))
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{path} is damaged or of another version of clipgate ({error}); import the weights once more"
        ) from error
    weights = folder / IMPORTED_WEIGHTS_FILE
    if not weights.is_file() or file_digest([weights]) != expected:
        raise UserError(f"{weights} is not the file that was written with {CARD_FILE}; import the weights once more")
    return card


def file_digest(paths: Sequence[Path]) -> str:
    """SHA-256 (hex) of files, one after the other."""
    digest = hashlib.sha256()
    for path in paths:
        with path.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
    return digest.hexdigest()
