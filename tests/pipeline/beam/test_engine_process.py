"""A worker that an engine has started asks it what it is to do, and does not wait for one that is gone."""

import pytest

from foundation.messages.errors import MachineError
from pipeline.beam import engine_process
from tests.ports import free_addresses


def test_an_engine_that_is_gone_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_process, "_SECONDS_TO_ANSWER", 0.05)
    (nobody,) = free_addresses(1)
    with pytest.raises(MachineError, match=f"{nobody} does not say what worker 1-1 is to do"):
        engine_process.provision_info(nobody, "1-1")
