"""The record of a run: a small JSON file beside its log, with what ML Metadata do not know of it.

Paths of artifacts are relative to the `output_dir`, which may be moved.
"""

import fcntl
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from components.annotations.splits.config import FOLD_SPLITS
from components.storage.paths import LOCK_FILE
from components.storage.writing import write_whole

# How a run ended; `interrupted`: by Ctrl-C or a signal, `killed`: before anybody could write down how.
Verdict = Literal["running", "pushed", "rejected", "open", "failed", "interrupted", "killed"]

_NAME = re.compile(r"run-\d+-\d+(-\d+)?\.json")


class _Part(BaseModel):
    # A later release may have written more.
    model_config = ConfigDict(extra="ignore", frozen=True, protected_namespaces=())


class ClassFigures(_Part):
    """What was measured of a class on the test split; None: it has no clips. Average precision need not be measured."""

    clips: int
    recall: float | None
    precision: float | None
    average_precision: float | None = None


class Figures(_Part):
    """What the gate has measured of the model on the test split."""

    clips: int
    accuracy: float | None
    mean_average_precision: float | None = None
    classes: Mapping[str, ClassFigures]

    @property
    def worst(self) -> tuple[str, float] | None:
        """The class of the lowest recall, and its recall; None if no class has clips."""
        recalls = {label: each.recall for label, each in self.classes.items() if each.recall is not None}
        return min(recalls.items(), key=lambda item: (item[1], item[0]), default=None)


class RunRecord(_Part):
    """A run as it was begun, planned and ended.

    Attributes:
      number: counts the runs of an `output_dir` from 1.
      began_at, ended_at: ISO 8601, UTC; None: not yet.
      config: the whole configuration, with absolute paths.
      commits: the git commit of the code and that of the configuration's folder; `+` behind one: with changes.
      data_digest, training_key, code: of the data, of all that decides the model, and of each component's code; empty for a
        run that was not planned.
      source_digest: of all our code.
      base_model: what its training begins from, relative to the `output_dir` if it lies there; empty: random weights.
      metadata_runs: the run's names in ML Metadata; a model that has to be pushed once more makes a second one.
      steps: how each component ended: `complete` or `cached`.
      artifacts: paths by `component.output`, relative to the `output_dir`.
      resumed_after_epoch: where its training went on; None: it began anew, or came from the cache.
      version: address of the pushed version that holds the run's model, or its path relative to the `output_dir`.
      reasons: sentences that say why it was not pushed.
      error, error_kind: as in `pipeline.launch.RunOutcome`.
    """

    number: int
    name: str
    began_at: str
    config_file: str
    config: dict[str, Any]
    runner: str = "local"
    software: dict[str, str] = Field(default_factory=dict)
    commits: dict[str, str] = Field(default_factory=dict)
    source_digest: str = ""
    data_digest: str = ""
    training_key: str = ""
    code: dict[str, str] = Field(default_factory=dict)
    base_model: str = ""
    metadata_runs: tuple[str, ...] = ()
    ended_at: str | None = None
    verdict: Verdict = "running"
    steps: dict[str, str] = Field(default_factory=dict)
    artifacts: dict[str, str] = Field(default_factory=dict)
    resumed_after_epoch: int | None = None
    version: str | None = None
    reasons: tuple[str, ...] = ()
    error: str | None = None
    error_kind: str | None = None
    figures: Figures | None = None

    @property
    def began(self) -> str:
        """When it was begun, to the minute, for people."""
        return self.began_at[:16].replace("T", " ")

    @property
    def version_number(self) -> str:
        """The number of the pushed version; empty if there is none."""
        return (self.version or "").rpartition("/")[2]

    @property
    def learned_splits(self) -> tuple[str, ...]:
        """The splits that its model has learned from; eval only said when to stop."""
        return FOLD_SPLITS if self.config.get("evaluation", {}).get("folds") else ("train",)

    @property
    def asked_splits(self) -> tuple[str, ...]:
        """The splits of which its clips were asked about: with folds all that was learned from."""
        return self.learned_splits if self.config.get("evaluation", {}).get("folds") else ("test",)

    @property
    def has_pushed(self) -> bool:
        """Tell whether this very run has pushed, and did not find its model pushed already."""
        return self.verdict == "pushed" and self.steps.get("Pusher") == "complete"


def log_folder(output_dir: Path) -> Path:
    """Where the logs of runs lie, and their records."""
    return output_dir / "logs"


def write_record(path: Path, record: RunRecord) -> None:
    """Put it in place of what was there, in one step. Raises OSError."""
    write_whole(path, record.model_dump_json(indent=1) + "\n")


def read_records(output_dir: Path) -> dict[Path, RunRecord]:
    """The records of all runs there by their files, oldest first; files that hold none are left out.

    One that nobody ended is killed, unless a run is at work there.
    """
    records = {}
    for path in sorted(log_folder(output_dir).glob("run-*.json")):
        if _NAME.fullmatch(path.name):
            with suppress(OSError, UnicodeDecodeError, ValidationError):
                records[path] = RunRecord.model_validate_json(path.read_text())
    newest = max((record.number for record in records.values()), default=0)
    is_at_work = any(record.verdict == "running" for record in records.values()) and _is_locked(output_dir)
    ordered = sorted(records.items(), key=lambda item: item[1].number)
    return {path: _ended(record, is_at_work and record.number == newest) for path, record in ordered}


def follow_artifacts(output_dir: Path, old_folder: str, new_folder: str) -> None:
    """Let the records of ended runs name their artifacts where they lie now; both folders are in the `output_dir`."""
    for path, record in read_records(output_dir).items():
        moved = {
            output: f"{new_folder}/{place.removeprefix(f'{old_folder}/')}"
            for output, place in record.artifacts.items()
            if place.startswith(f"{old_folder}/")
        }
        if moved:
            with suppress(OSError):
                write_record(path, record.model_copy(update={"artifacts": {**record.artifacts, **moved}}))


def _ended(record: RunRecord, is_at_work: bool) -> RunRecord:
    return record.model_copy(update={"verdict": "killed"}) if record.verdict == "running" and not is_at_work else record


def _is_locked(output_dir: Path) -> bool:
    try:
        with (output_dir / LOCK_FILE).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
