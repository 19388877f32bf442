"""Errors that people can do something about."""


class UserError(Exception):
    """Mistake that the user can put right; the message says what and how, and is shown without a traceback."""


class DataFaultsError(UserError):
    """Data that are readable, but not good enough to train on."""
