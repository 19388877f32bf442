"""Run as `python -m pipeline.tracking.mlflow_client TRACKING_JSON RECORD_FILE OUTPUT_DIR`: logs one run to MLflow.

Its last line of output says where the run is; with an exit code other than 0, its last line of errors says why it is nowhere.
"""

import json
import math
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from components.model_gate.measurements import GATE_FILE, MISSES_FILE
from models.training.history import HISTORY_FILE
from pipeline.runs.differences import flat, in_words
from pipeline.runs.record import RunRecord
from pipeline.tracking.config import TrackingConfig

_STATUS = {"failed": "FAILED", "interrupted": "KILLED", "killed": "KILLED"}
_FILES = {
    "Reporter.report": ("report.html",),
    "ModelGate.gate_report": (GATE_FILE, MISSES_FILE),
    "Trainer.model_run": (HISTORY_FILE,),
}
# What servers take in one request, and of one value.
_PARAMETERS_AT_ONCE, _METRICS_AT_ONCE, _LONGEST = 100, 1000, 500
_NOT_IN_NAMES = re.compile(r"[^\w.\- /]")


def main() -> None:
    tracking = TrackingConfig.model_validate_json(sys.argv[1])
    record_path, output_dir = Path(sys.argv[2]), Path(sys.argv[3])
    try:
        import mlflow
    except ImportError:
        sys.exit('mlflow is not installed; install the extra: pip install "clipgate[mlflow]"')
    try:
        print(log(mlflow.MlflowClient(tracking_uri=tracking.mlflow), tracking, record_path, output_dir))
    except (mlflow.exceptions.MlflowException, OSError) as error:
        sys.exit(" ".join(str(error).split()))


def log(client: Any, tracking: TrackingConfig, record_path: Path, output_dir: Path) -> str:
    """Log the run with its parameters, figures, curves and files; returns a sentence about where it is."""
    from mlflow.entities import Metric, Param

    record = RunRecord.model_validate_json(record_path.read_text())
    name = tracking.experiment or record.name
    experiment = client.get_experiment_by_name(name)
    experiment_id = experiment.experiment_id if experiment else client.create_experiment(name)
    run = client.create_run(
        experiment_id, start_time=_milliseconds(record.began_at), tags=tags(record), run_name=f"run-{record.number}"
    )
    run_id = run.info.run_id
    parameters = [Param(key, in_words(value)[:_LONGEST]) for key, value in flat(record.config)]
    for start in range(0, len(parameters), _PARAMETERS_AT_ONCE):
        client.log_batch(run_id, params=parameters[start : start + _PARAMETERS_AT_ONCE])
    end = _milliseconds(record.ended_at or record.began_at)
    metrics = [Metric(key, value, end, step) for key, value, step in measures(record, output_dir)]
    for start in range(0, len(metrics), _METRICS_AT_ONCE):
        client.log_batch(run_id, metrics=metrics[start : start + _METRICS_AT_ONCE])
    for path in files(record, record_path, output_dir):
        client.log_artifact(run_id, str(path))
    client.set_terminated(run_id, _STATUS.get(record.verdict, "FINISHED"), end)
    return f"logged: run-{record.number} of experiment {name} in {tracking.mlflow}, id {run_id}"


def tags(record: RunRecord) -> dict[str, str]:
    """What the run is found by."""
    known = {
        "mlflow.source.git.commit": record.commits.get("code", "").rstrip("+"),
        "mlflow.note.content": record.error or "\n".join(record.reasons),
        "clipgate.run": str(record.number),
        "clipgate.verdict": record.verdict,
        "clipgate.version": record.version_number,
        "clipgate.data_digest": record.data_digest,
        "clipgate.training_key": record.training_key,
    }
    return {name: value for name, value in known.items() if value}


def measures(record: RunRecord, output_dir: Path) -> Iterator[tuple[str, float, int]]:
    """Name, value and step: figures of the test split, and of each epoch what the history has."""
    if record.figures:
        figures = record.figures
        found = {"test/accuracy": figures.accuracy, "test/mean_average_precision": figures.mean_average_precision}
        for label, of_class in figures.classes.items():
            found |= {f"test/recall/{label}": of_class.recall, f"test/precision/{label}": of_class.precision}
            found |= {f"test/average_precision/{label}": of_class.average_precision}
        yield from ((_NOT_IN_NAMES.sub("_", name), value, 0) for name, value in found.items() if value is not None)
    path = output_dir / record.artifacts.get("Trainer.model_run", "") / HISTORY_FILE
    for name, values in json.loads(path.read_text()).items() if path.is_file() else ():
        for epoch, value in enumerate(values, start=1):
            if math.isfinite(value):
                yield f"training/{name}", value, epoch


def files(record: RunRecord, record_path: Path, output_dir: Path) -> Iterator[Path]:
    """The record, the report, and what was measured, as far as they are there."""
    yield record_path
    for output, names in _FILES.items():
        folder = output_dir / record.artifacts[output] if output in record.artifacts else None
        yield from (folder / name for name in names if folder and (folder / name).is_file())


def _milliseconds(time: str) -> int:
    return int(1000 * datetime.fromisoformat(time).timestamp())


if __name__ == "__main__":
    main()
