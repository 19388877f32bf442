"""The demo as `make kubeflow-check` runs it: its data, configurations, compiled files, and the run to compare with."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from benchmarks.kubeflow.cluster import BUCKET
from components.model_gate.measurements import GATE_FILE
from foundation.processes import child_environment
from models.training.history import HISTORY_FILE
from pipeline.config import load_config
from pipeline.kubeflow.tasks import Json
from pipeline.lineage import uri_of_last_run

_DEMO = Path(__file__).resolve().parents[2] / "examples" / "demo.yaml"
# Two epochs do not learn six actions.
_OPEN_GATES = {
    "certainty": None, "min_accuracy": 0, "min_recall": 0, "min_precision": 0, "min_examples": 1, "max_recall_drop": 1,
    "max_mean_recall_drop": None, "min_gain_over_majority": None,
}  # fmt: skip
_STRICT_GATES = {**_OPEN_GATES, "min_recall": 1.0}


class LocalRun(NamedTuple):
    """What the local runner has made: the Examples' files by name, the Trainer's history, the gate's measurements."""

    examples: dict[str, bytes]
    history: Json
    gate: Json


def files_below(folder: Path) -> dict[str, bytes]:
    """The content of all files by name."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


class Project:
    """A folder with the demo's data, and what is made of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make_data(self) -> None:
        """Draw the demo's videos, unless they are there."""
        if not (self.folder / "data" / "annotations.csv").exists():
            self._clipgate("demo-data", str(self.folder / "data"))

    @property
    def data(self) -> dict[str, str]:
        """Where annotations and videos are, by their keys in the configuration."""
        folder = self.folder / "data"
        return {"data.annotations": str(folder / "annotations.csv"), "data.videos": str(folder)}

    def compile(self, name: str, scheme: str, *, is_strict: bool = False, without_data: bool = False) -> list[Json]:
        """The documents of the compiled pipeline `name`, whose artifacts go to the bucket by `scheme`.

        `without_data`: its configuration does not say where they are.
        """
        kubeflow = {
            "pipeline_root": f"{scheme}://{BUCKET}/clipgate",
            "checkpoints": str(self.folder / "checkpoints"),
            "retries": 1,
        }
        gates = _STRICT_GATES if is_strict else _OPEN_GATES
        sections: dict[str, Any] = {"name": name, "gates": gates, "kubeflow": kubeflow}
        if without_data:
            sections["data"] = {"annotations": "s3://nowhere/annotations.csv", "videos": "s3://nowhere"}
        config = self._configure(f"{name}-{'strict' if is_strict else 'open'}", **sections)
        compiled = config.with_suffix(".compiled.yaml")
        options = ["--without-data"] if without_data else []
        self._clipgate("compile", "--config", str(config), "-o", str(compiled), "--force", *options)
        return list(yaml.safe_load_all(compiled.read_text()))

    def versions(self, name: str) -> list[Path]:
        """What a pipeline has pushed, oldest first."""
        return sorted(self._served(name).glob("[0-9]*"))

    def run_locally(self) -> LocalRun:
        """A run by the local runner; nothing is trained if it has been."""
        config = self._configure("local", name="local", gates=_OPEN_GATES)
        self._clipgate("run", "--config", str(config))
        settings = load_config(config)
        examples, model_run, gate_report = (
            Path(uri_of_last_run(settings, output))
            for output in ("VideoExampleGen.examples", "Trainer.model_run", "ModelGate.gate_report")
        )
        return LocalRun(
            files_below(examples),
            json.loads((model_run / HISTORY_FILE).read_text()),
            json.loads((gate_report / GATE_FILE).read_text()),
        )

    def _served(self, name: str) -> Path:
        return self.folder / "serving" / name / "action"

    def _configure(self, file_name: str, *, name: str, **sections: Any) -> Path:
        values = yaml.safe_load(_DEMO.read_text())
        values |= {
            "name": name,
            "output_dir": str(self.folder / name),
            "data": values["data"] | {key.removeprefix("data."): place for key, place in self.data.items()},
            "training": values["training"] | {"epochs": 2},
            "serving": {"directory": str(self._served(name))},
            **sections,
        }
        path = self.folder / f"{file_name}.yaml"
        path.write_text(yaml.safe_dump(values))
        return path

    def _clipgate(self, *arguments: str) -> None:
        quiet = child_environment(TF_CPP_MIN_LOG_LEVEL="2", PYTHONWARNINGS="ignore")
        command = [sys.executable, "-m", "pipeline.cli", *arguments]
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(
                f"clipgate {' '.join(arguments)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
            )
