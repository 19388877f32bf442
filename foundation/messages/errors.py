"""Errors that people can do something about."""


class UserError(Exception):
    """Mistake that the user can put right; the message says what and how, and is shown without a traceback."""


class DataFaultsError(UserError):
    """Data that are readable, but not good enough to train on."""


class MachineError(Exception):
    """What the machine did to a run, such as a full disk: says nothing of its input, and the same command may succeed.

    The message says what happened and what to do, and is shown without a traceback.
    """
