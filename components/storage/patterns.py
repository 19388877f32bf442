"""Names that TensorFlow, TFX and Beam take for patterns of names, and then find nothing or something else."""

from pathlib import Path

from foundation.messages.errors import UserError

_PATTERN_CHARACTERS = "*?[\\"


def require_no_pattern(key: str, path: str | Path) -> None:
    """Check that TensorFlow opens the very folder that is named; `key` is the user's word for it.

    Raises:
      UserError: the path has characters of patterns, for which there is no other way to write them.
    """
    found = [character for character in _PATTERN_CHARACTERS if character in str(path)]
    if found:
        raise UserError(
            f"{key}: {path} has {' and '.join(found)} in its name, which TensorFlow takes for a pattern of names; rename that "
            "folder, or choose another one"
        )
