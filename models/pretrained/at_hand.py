"""Which weights from elsewhere are on this machine already. No TensorFlow here."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from foundation.messages.errors import UserError
from models.pretrained.cards import EFFICIENTNET_LITE0
from models.pretrained.imported import CARD_FILE, ImportedCard, read_card
from models.pretrained.published import PUBLISHED, Published


@dataclass(frozen=True)
class AtHand:
    """Weights that are known, and where they are.

    Attributes:
      published: None: they are somebody's own.
      card: of a folder that they were imported into.
      place: that folder, or else the file or the package that they can be imported from; None: they are not here.
      problem: why they cannot be used as they are.
    """

    published: Published | None
    card: ImportedCard | None = None
    place: Path | None = None
    problem: str = ""


def at_hand(folder: Path) -> list[AtHand]:
    """All published weights, and those of one's own that were imported into `folder`."""
    imported = list(_imported(folder))
    own = [one for one in imported if one.card is None or one.card.name not in {known.name for known in PUBLISHED}]
    return [*(_of(known, imported, folder) for known in PUBLISHED), *own]


def _imported(folder: Path) -> Iterator[AtHand]:
    for path in sorted(folder.glob(f"*/{CARD_FILE}")):
        try:
            yield AtHand(None, read_card(path.parent), path.parent)
        except UserError as error:
            yield AtHand(None, None, path.parent, str(error))


def _of(known: Published, imported: list[AtHand], folder: Path) -> AtHand:
    for one in imported:
        if one.card and one.card.name == known.name:
            return AtHand(known, one.card, one.place)
    file = folder / known.file
    if file.is_file():
        return AtHand(known, None, file)
    if known.sha256 == EFFICIENTNET_LITE0.sha256 and EFFICIENTNET_LITE0.is_installed:
        return AtHand(known, None, EFFICIENTNET_LITE0.find())
    return AtHand(known)
