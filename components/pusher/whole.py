"""Whether a pushed version is still what its model card says. No TensorFlow here."""

import json

from components.pusher.model_card import FILES, MODEL_CARD_JSON, MODEL_CARD_MARKDOWN
from components.pusher.versions import Version
from components.storage.seal import Difference, Seal, compare, seal_from_json


def version_differences(version: Version) -> list[Difference]:
    """The files of a version that are not those of its card, read as a whole; none if no card says what they were.

    The card's own two files are not on its list.

    Raises:
      OSError: the destination cannot be reached.
    """
    try:
        seal = card_seal(version)
    except (ValueError, KeyError, TypeError) as error:
        return [Difference(MODEL_CARD_JSON, f"is damaged: {error}")]
    if seal is None:
        return []
    found = version.destination.files(version.folder)
    sizes = {name: size for name, size in found.items() if name not in (MODEL_CARD_JSON, MODEL_CARD_MARKDOWN)}
    return compare(seal, sizes, lambda name: version.destination.digest(f"{version.folder}/{name}"))


def card_seal(version: Version) -> Seal | None:
    """The list of files on a version's card; None if it has no card, or one of an earlier release, which has no list.

    Raises:
      ValueError, KeyError, TypeError: the card is damaged.
    """
    try:
        card = json.loads(version.destination.read_text(f"{version.folder}/{MODEL_CARD_JSON}"))
    except FileNotFoundError:
        return None
    return seal_from_json(card[FILES]) if FILES in card else None
