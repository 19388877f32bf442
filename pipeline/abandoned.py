"""Executions of runs that were killed: ML Metadata take them for running until somebody says that they are not."""

from pathlib import Path

from ml_metadata import errors
from ml_metadata.proto.metadata_store_pb2 import Execution

from foundation.messages.errors import UserError
from pipeline.metadata_store import open_store


def fail_abandoned(metadata_path: Path) -> int:
    """Mark what still counts as running as failed; returns how many there were.

    Call it while no run uses the file, which `pipeline.launch` sees to.

    Raises:
      UserError: the file is of another version of ML Metadata.
    """
    if not metadata_path.exists():
        return 0
    try:
        store = open_store(metadata_path)
    except (errors.StatusError, RuntimeError) as error:
        raise UserError(
            f"{metadata_path} cannot be opened by this version of ML Metadata ({error}). Move it away: the next run then sets "
            "aside what earlier runs left, and makes everything anew"
        ) from error
    # ML Metadata 1.21 take no queries.
    abandoned = [execution for execution in store.get_executions() if execution.last_known_state == Execution.RUNNING]
    for execution in abandoned:
        execution.last_known_state = Execution.FAILED
    store.put_executions(abandoned)
    return len(abandoned)
