"""Logs a run to a tracking server, in a process of its own: the client is large, and a server may not answer."""

import subprocess
import sys
from pathlib import Path

from foundation.processes import child_environment
from pipeline.tracking.config import TrackingConfig

# The server is the one address that is spoken to, and it is asked for no longer than it has to be.
_QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2", "PYTHONWARNINGS": "ignore"}


def log_run(tracking: TrackingConfig, record_path: Path, output_dir: Path) -> str:
    """Log the run of a record; returns a sentence about where it is, or why it was not logged. No run fails by that."""
    if tracking.mlflow is None:
        return ""
    command = [sys.executable, "-m", "pipeline.tracking.mlflow_client", tracking.model_dump_json()]
    try:
        done = subprocess.run(
            [*command, str(record_path), str(output_dir)],
            env=child_environment(**_QUIET),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=tracking.time_limit_seconds,
        )
    except subprocess.TimeoutExpired:
        return f"tracking.mlflow: {tracking.mlflow} did not answer within {tracking.time_limit_seconds:g} s; not logged"
    except OSError as error:
        return f"tracking.mlflow: not logged: {error}"
    words = [line for line in (done.stderr if done.returncode else done.stdout).splitlines() if line.strip()]
    last = words[-1] if words else f"status {done.returncode}"
    return f"tracking.mlflow: not logged: {last}" if done.returncode else last
