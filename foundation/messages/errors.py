"""Errors that people can do something about."""

import re


class UserError(Exception):
    """Mistake that the user can put right; the message says what and how, and is shown without a traceback."""


class DataFaultsError(UserError):
    """Data that are readable, but not good enough to train on."""


class MachineError(Exception):
    """What the machine did to a run, such as a full disk: says nothing of its input, and the same command may succeed.

    The message says what happened and what to do, and is shown without a traceback.
    """


# As the traceback of another process ends, to which Beam adds the name of its step.
_IN_A_TRACEBACK = re.compile(
    rf"^{re.escape(__name__)}\.(UserError|MachineError): (.*?)(?: \[while running .*)?$", re.MULTILINE
)


def error_in(text: str) -> UserError | MachineError | None:
    """What another process has raised, by the traceback of its in a text; None if it was no error of these kinds."""
    found = _IN_A_TRACEBACK.search(text)
    if found is None:
        return None
    return (UserError if found[1] == "UserError" else MachineError)(found[2])
