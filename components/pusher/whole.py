"""Whether a pushed version is still what its model card says. No TensorFlow here."""

import json
from pathlib import Path

from components.pusher.card_files import FILES, MODEL_CARD_JSON, MODEL_CARD_MARKDOWN
from components.pusher.local import LocalDestination
from components.pusher.versions import Version
from components.storage.seal import Difference, Seal, compare, in_words, seal_from_json
from foundation.messages.errors import UserError


def version_differences(version: Version) -> list[Difference] | None:
    """The files of a version that are not those of its card, which has the digest of each but for its own two files.

    None if no card says what the files were: the version has no card, or one of an earlier release.

    Raises:
      OSError: the destination cannot be reached.
    """
    try:
        seal = card_seal(version)
    except (ValueError, KeyError, TypeError) as error:
        return [Difference(MODEL_CARD_JSON, f"is damaged: {error}")]
    if seal is None:
        return None
    cards = (MODEL_CARD_JSON, MODEL_CARD_MARKDOWN)
    return compare(seal, {name: size for name, size in version.files().items() if name not in cards}, version.digest)


def require_whole(version: Version, remedy: str) -> None:
    """Raise UserError, with the files and the remedy, if a version is not what its card says.

    Raises:
      OSError: the destination cannot be reached.
    """
    if differences := version_differences(version):
        raise UserError(f"{in_words(differences, version.uri)}: the version was damaged after its push; {remedy}")


def require_whole_folder(folder: Path, remedy: str) -> None:
    """The same for the folder of a version on this machine."""
    require_whole(Version(LocalDestination(folder.parent), folder.name), remedy)


def card_seal(version: Version) -> Seal | None:
    """The files of a version as its card lists them; None if no card does.

    Raises:
      ValueError, KeyError, TypeError: the card is damaged.
    """
    try:
        card = json.loads(version.destination.read_text(f"{version.folder}/{MODEL_CARD_JSON}"))
    except FileNotFoundError:
        return None
    return seal_from_json(card[FILES]) if FILES in card else None
