"""Which names of folders TensorFlow would take for patterns of names."""

import pytest

from components.storage.patterns import require_no_pattern
from foundation.messages.errors import UserError

HARMLESS = "-o ]}{#%@:,;'\"$&!~ ü😀"


def test_all_other_characters_are_harmless() -> None:
    require_no_pattern("output_dir", f"/runs/{HARMLESS}\n")


@pytest.mark.parametrize("character", ["*", "?", "[", "\\"])
def test_a_pattern_is_refused_with_key_characters_and_remedy(character: str) -> None:
    with pytest.raises(UserError) as raised:
        require_no_pattern("serving.directory", f"/served/a{character}b")
    message = str(raised.value)
    assert message.startswith(f"serving.directory: /served/a{character}b has {character} in its name")
    assert "rename" in message
