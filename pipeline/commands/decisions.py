"""The log of decisions that belongs to annotations."""

from pathlib import Path

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.decided import Decided, decided_by
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotations.config import DataConfig
from components.annotations.decisions.log import log_beside, read_log
from components.storage.root import is_remote
from foundation.messages.errors import UserError


def find_decisions(data: DataConfig, checks: ChecksConfig, inputs: CheckInputs) -> Decided:
    """What people decided, by `checks.decisions` or else by the log beside the annotations; nothing if there is none.

    Raises:
      UserError: the log is not there though it is configured, or cannot be read.
    """
    log = _log_of(data, checks)
    return decided_by(log, read_log(log), inputs.segments) if log else Decided()


def _log_of(data: DataConfig, checks: ChecksConfig) -> Path | None:
    if checks.decisions:
        if not Path(checks.decisions).is_file():
            raise UserError(
                f"checks.decisions: {checks.decisions} is no file; correct the path, or leave it out until somebody decided "
                "something"
            )
        return Path(checks.decisions)
    beside = log_beside(data.annotations)
    return beside if not is_remote(data.annotations) and beside.is_file() else None
