"""An `output_dir` with five runs: two that pushed, the second after an interruption, a rejected one and a failed one.

The files are small, but as a run leaves them, and ML Metadata hold what TFX writes there. tests/e2e looks at real ones.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2 as proto

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import GATE_FILE, MISSES_FILE, Measurements
from components.model_gate.rules import judge
from components.serving_validator.rules import SERVING_FILE
from components.video_example_gen.ledger import Ledger
from foundation.events import Event
from pipeline.config import Config, load_config
from pipeline.metadata_store import MAKE_IF_MISSING, open_store
from pipeline.runs.recorder import Recorder

CLASSES = ("sit", "wave")
PEOPLE = tuple(f"p{number:02d}" for number in range(12))
TRAINED, TESTED = PEOPLE[:4], PEOPLE[4:]
# Version numbers of the two that were pushed.
FIRST, SECOND = "1700000101", "1700000103"
ERROR = "data.videos: nowhere is not a folder"

Misses = Mapping[str, Mapping[str, str]]


def segment_of(person: str, label: str) -> str:
    return f"{person}{label}"


class Metadata:
    """Writes executions as TFX does; `run` names the run that is going on."""

    def __init__(self, path: Path) -> None:
        self._store: metadata_store.MetadataStore = open_store(path, MAKE_IF_MISSING)
        self._pipeline = self._context("pipeline", "test")
        self.run = ""

    def execute(
        self, node: str, state: int, inputs: Mapping[str, int], outputs: Mapping[str, proto.Artifact]
    ) -> dict[str, int]:
        """An execution; gives the numbers of its outputs. Those that have numbers already come from the cache."""
        kind = self._store.put_execution_type(proto.ExecutionType(name=node))
        known = {artifact.id: artifact for artifact in self._store.get_artifacts()}
        pairs = [(known[number], _event(proto.Event.INPUT, name)) for name, number in inputs.items()]
        pairs += [(artifact, _event(proto.Event.OUTPUT, name)) for name, artifact in outputs.items()]
        contexts = [self._pipeline, self._context("pipeline_run", self.run), self._context("node", f"test.{node}")]
        execution = proto.Execution(type_id=kind, last_known_state=state)
        _, numbers, _ = self._store.put_execution(execution, pairs, contexts)
        return dict(zip(outputs, numbers[len(inputs) :], strict=True))

    def artifact(self, kind: str, path: Path, **properties: Any) -> proto.Artifact:
        """A new artifact."""
        type_id = self._store.put_artifact_type(proto.ArtifactType(name=kind))
        artifact = proto.Artifact(type_id=type_id, uri=str(path), state=proto.Artifact.LIVE)
        for name, value in properties.items():
            setattr(artifact.custom_properties[name], "int_value" if isinstance(value, int) else "string_value", value)
        return artifact

    def known(self, number: int) -> proto.Artifact:
        (artifact,) = self._store.get_artifacts_by_id([number])
        return artifact

    def _context(self, kind: str, name: str) -> proto.Context:
        found = self._store.get_context_by_type_and_name(kind, name) if self._has(kind) else None
        if found is None:
            type_id = self._store.put_context_type(proto.ContextType(name=kind))
            self._store.put_contexts([proto.Context(type_id=type_id, name=name)])
            found = self._store.get_context_by_type_and_name(kind, name)
        return found

    def _has(self, kind: str) -> bool:
        return kind in {each.name for each in self._store.get_context_types()}


@dataclass
class FiveRuns:
    """A project folder, whose runs are played one after the other."""

    folder: Path

    def __post_init__(self) -> None:
        self.output_dir = self.folder / "out"
        self.config_path = self.folder / "config.yaml"
        self.output_dir.mkdir(parents=True)
        data = self.folder / "data"
        data.mkdir()
        rows = [f"{person}.mp4,{label},{person}" for person in PEOPLE for label in CLASSES]
        for person in PEOPLE:
            (data / f"{person}.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + person.encode())
        (data / "annotations.csv").write_text("\n".join(["path,label,group", *rows, ""]))
        self.metadata = Metadata(self.output_dir / "metadata.sqlite")
        self.model: dict[str, dict[str, int]] = {}
        self._number = 0

    def configure(self, **sections: Any) -> Config:
        values = {
            "name": "test",
            "output_dir": "out",
            "data": {"annotations": "data/annotations.csv", "videos": "data"},
        }
        self.config_path.write_text(yaml.safe_dump({**values, **sections}))
        return load_config(self.config_path)

    def begin(self, config: Config) -> Recorder:
        """The record of a run that has begun, in the project's next second."""
        self._number += 1
        logs = self.output_dir / "logs"
        logs.mkdir(exist_ok=True)
        log = logs / f"run-20260101-00000{self._number}.log"
        log.write_text("words")
        return Recorder(log, self.config_path, config, "pipeline.local")

    def train(self, recorder: Recorder, data_digest: str, misses: Misses) -> None:
        """Everything up to a new model and its gate report."""
        self.plan(recorder, data_digest)
        folder = self._folder("VideoExampleGen", "ledger")
        _ledger().write(folder)
        examples = self._execute("VideoExampleGen", {}, ledger=("components.IngestLedger", folder, {}))
        self._hear_training(recorder)
        inputs = {"examples": examples["ledger"]}
        model = self._execute("Trainer", inputs, model=("Model", self._folder("Trainer", "model"), {}))
        self._model = {"ledger": examples["ledger"], "model": model["model"]}
        self._judge(misses, GatesConfig(certainty=None, min_recall=0))

    def interrupt(self, recorder: Recorder, data_digest: str) -> None:
        """As Ctrl-C does while the network is trained."""
        self.plan(recorder, data_digest)
        self._hear_training(recorder)
        self.metadata.execute("Trainer", proto.Execution.FAILED, {}, {})

    def judge_again(self, recorder: Recorder, data_digest: str, misses: Misses, gates: GatesConfig) -> None:
        """Other bars: all before the gate comes from the cache."""
        self.plan(recorder, data_digest)
        for node, output in (("VideoExampleGen", "ledger"), ("Trainer", "model")):
            self.metadata.execute(node, proto.Execution.CACHED, {}, {output: self.metadata.known(self._model[output])})
        self._judge(misses, gates)

    def push(self, version: str) -> str:
        """Push the model; gives the version's folder."""
        folder = self.output_dir / "serving" / "action" / version
        folder.mkdir(parents=True)
        self._execute(
            "Pusher",
            {"model": self._model["model"], "gate_report": self._model["gate_report"]},
            pushed_model=(
                "PushedModel",
                self._folder("Pusher", "pushed_model"),
                {"pushed": 1, "pushed_version": version, "pushed_destination": str(folder)},
            ),
        )
        return str(folder)

    def result(self, pushed_version: str | None) -> dict[str, Any]:
        """What the runner gives at the end of a run."""
        outputs = {
            "VideoExampleGen.ledger": self._model["ledger"],
            "Trainer.model": self._model["model"],
            "ModelGate.gate_report": self._model["gate_report"],
            "ServingValidator.serving_report": self._model["serving_report"],
        }
        return {
            "nodes": {"Trainer": "complete", "Pusher": "complete"},
            "uris": {name: self.metadata.known(number).uri for name, number in outputs.items()},
            "pushed_version": pushed_version,
            "not_pushed_reason": "",
        }

    def plan(self, recorder: Recorder, data_digest: str) -> None:
        """What a run says of itself before its first component."""
        code = {"Trainer": "code of the trainer", "ModelGate": "code of the gate"}
        recorder.hear({"planned": {"data_digest": data_digest, "training_key": "key", "code": code}})
        self.metadata.run = f"2026-01-01T00:00:0{self._number}"
        recorder.hear({"metadata_run": self.metadata.run})

    def _hear_training(self, recorder: Recorder) -> None:
        heard: tuple[Event, ...] = (
            {"node": "Trainer", "state": "running"},
            {"node": "Trainer", "outputs": {"model_run": str(self._folder("Trainer", "model_run"))}},
        )
        for event in heard:
            recorder.hear(event)

    def _judge(self, misses: Misses, gates: GatesConfig) -> None:
        measured = _measurements(misses)
        report, serving = self._folder("ModelGate", "gate_report"), self._folder("ServingValidator", "serving_report")
        content = {**judge(gates, measured).as_json(), **measured.as_json(), "confidence": 0.95}
        (report / GATE_FILE).write_text(json.dumps(content))
        (report / MISSES_FILE).write_text(json.dumps(misses))
        (serving / SERVING_FILE).write_text(json.dumps({"findings": []}))
        inputs = {"model": self._model["model"]}
        self._model |= self._execute(
            "ServingValidator", inputs, serving_report=("components.ServingReport", serving, {})
        )
        self._model |= self._execute("ModelGate", inputs, gate_report=("components.GateReport", report, {}))

    def _execute(
        self, node: str, inputs: Mapping[str, int], **outputs: tuple[str, Path, Mapping[str, Any]]
    ) -> dict[str, int]:
        made = {
            name: self.metadata.artifact(kind, path, **properties) for name, (kind, path, properties) in outputs.items()
        }
        return self.metadata.execute(node, proto.Execution.COMPLETE, inputs, made)

    def _folder(self, node: str, output: str) -> Path:
        path = self.output_dir / "pipeline" / node / output / str(self._number)
        path.mkdir(parents=True, exist_ok=True)
        return path


def play(folder: Path, data_digest: str = "data") -> FiveRuns:
    """All five of them."""
    runs = FiveRuns(folder)
    short = runs.configure(training={"epochs": 6})
    with runs.begin(short) as first:
        runs.train(first, data_digest, {"sit": {segment_of(person, "sit"): "wave" for person in TESTED[:6]}})
        first.end(runs.result(runs.push(FIRST)), None, "internal")

    long = runs.configure(training={"epochs": 12})
    try:
        with runs.begin(long) as second:
            runs.interrupt(second, data_digest)
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass

    with runs.begin(long) as third:
        runs.train(third, data_digest, {"wave": {segment_of(TESTED[0], "wave"): "sit"}})
        third.hear({"message": "resumed after epoch 4", "resumed_after_epoch": 4})
        third.end(runs.result(runs.push(SECOND)), None, "internal")

    strict = runs.configure(training={"epochs": 12}, gates={"certainty": None, "min_recall": 0.9})
    with runs.begin(strict) as fourth:
        runs.judge_again(fourth, data_digest, {"wave": {segment_of(TESTED[0], "wave"): "sit"}}, strict.gates)
        fourth.end(runs.result(None), None, "internal")

    with runs.begin(strict) as fifth:
        fifth.end(None, ERROR, "user")
    return runs


def _measurements(misses: Misses) -> Measurements:
    entries: dict[str, list[Entry]] = {}
    for person in TESTED:
        entries[person] = []
        for label_id, label in enumerate(CLASSES):
            answer = CLASSES.index(misses.get(label, {}).get(segment_of(person, label), label))
            entries[person].append(Entry((label_id,), (answer,), 1))
    of_all = [entry for each in entries.values() for entry in each]
    matrix = ConfusionMatrix.of(of_all, CLASSES, has_several_labels=False)
    return Measurements(matrix, groups=GroupAnswers.of(entries, CLASSES, has_several_labels=False))


def _ledger() -> Ledger:
    accepted = [
        {
            "kind": "row",
            "reason": None,
            "segment_id": segment_of(person, label),
            "file": "annotations.csv",
            "row": 1,
            "video": f"{person}.mp4",
            "label": label,
            "start": 0.0,
            "end": None,
            "time_unit": "seconds",
            "group": person,
            "split": "train" if person in TRAINED else "test",
            "clips": 1,
        }
        for person in PEOPLE
        for label in CLASSES
    ]
    return Ledger(accepted, len(accepted), len(PEOPLE))


def _event(kind: int, name: str) -> proto.Event:
    return proto.Event(
        type=kind, path=proto.Event.Path(steps=[proto.Event.Path.Step(key=name), proto.Event.Path.Step(index=0)])
    )
