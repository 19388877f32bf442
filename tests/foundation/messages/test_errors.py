"""Errors for people that come as the text of another process."""

from foundation.messages.errors import MachineError, UserError, error_in

_TRACEBACK = """\
Pipeline job-1 failed in state FAILED: java.lang.Exception: Error received from SDK harness for instruction 3: Traceback (most
  File "/clipgate/components/video/child.py", line 86, in answer
    raise MachineError(head["message"])
foundation.messages.errors.{}: a.mp4 cannot be read: see to it, and run again{}

During handling of the above exception, another exception occurred:

RuntimeError: Traceback of another
"""


def test_what_another_process_has_raised_is_found_in_its_traceback() -> None:
    for kind in (MachineError, UserError):
        for step in ("", " [while running 'WriteShards-ptransform-13']"):
            error = error_in(_TRACEBACK.format(kind.__name__, step))
            assert type(error) is kind
            assert str(error) == "a.mp4 cannot be read: see to it, and run again"


def test_what_nobody_can_put_right_is_none_of_them() -> None:
    assert error_in(_TRACEBACK.format("KeyError", "")) is None
