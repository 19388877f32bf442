"""What is loaded once and stays is not looked through for garbage."""

import gc

import pytest

from foundation.loading import no_garbage


def test_what_is_made_meanwhile_is_never_looked_through_and_all_else_is_afterwards() -> None:
    with no_garbage():
        stays = [[0]]
        assert not gc.isenabled()
    assert gc.isenabled()
    assert not any(found is stays for found in gc.get_objects())
    later = [[0]]
    assert any(found is later for found in gc.get_objects())


def test_a_library_that_cannot_be_loaded_changes_nothing_of_that() -> None:
    with pytest.raises(ImportError), no_garbage():
        raise ImportError
    assert gc.isenabled()
