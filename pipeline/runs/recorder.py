"""Keeps the record of a run while it goes on: begun before anything is looked at, ended however the run ends."""

from contextlib import suppress
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import Any

from components.pusher.model_card import software
from foundation.events import Event
from models.training.key import read_data_digest
from pipeline.config import Config
from pipeline.runs.outcome import figures_of, read_outcome
from pipeline.runs.record import RunRecord, read_records, write_record
from pipeline.runs.surroundings import commits, source_digest
from pipeline.runs.tensorboard import link_logs


class Recorder:
    """A context that writes a run's record beside its log.

    A disk that is full loses the record, or its end, and not the run.
    """

    def __init__(self, log_path: Path, config_path: Path, config: Config, module: str) -> None:
        """`module`: of the runner, as in `pipeline.launch.run_pipeline`."""
        self._output_dir = Path(config.output_dir)
        self._path = log_path.with_suffix(".json")
        self._node = ""
        self.record = RunRecord(
            number=max((known.number for known in read_records(self._output_dir).values()), default=0) + 1,
            name=config.name,
            began_at=_now(),
            config_file=str(config_path),
            config=config.model_dump(mode="json"),
            runner="local" if module == "pipeline.local" else "compiled",
            software=software(),
            commits=commits(config_path),
            source_digest=source_digest(),
        )

    def __enter__(self) -> "Recorder":
        self._note()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and self.record.ended_at is None:
            how = (
                {"verdict": "interrupted"}
                if isinstance(error, KeyboardInterrupt)
                else {"verdict": "failed", "error": str(error)}
            )
            self._note(ended_at=_now(), **how)

    def hear(self, event: Event) -> None:
        """Keep what an event of the run says that its record holds."""
        if "planned" in event:
            facts = event["planned"]
            if "base_model" in facts:
                facts = {**facts, "base_model": self._relative(facts["base_model"])}
            self._note(**facts)
        elif "metadata_run" in event:
            self._note(metadata_runs=(*self.record.metadata_runs, event["metadata_run"]))
        elif "outputs" in event and "model_run" in event["outputs"]:
            link_logs(self._output_dir, self.record.number, event["node"], Path(event["outputs"]["model_run"]))
        elif event.get("state") == "running":
            self._node = event["node"]
        elif "resumed_after_epoch" in event and self._node == "Trainer":
            self._note(resumed_after_epoch=event["resumed_after_epoch"])

    def end(self, result: dict[str, Any] | None, error: str | None, error_kind: str) -> None:
        """Write down how the run has ended; the arguments are those of `pipeline.launch.RunOutcome`."""
        if result is None:
            self._note(verdict="failed", ended_at=_now(), error=error, error_kind=error_kind)
            return
        changes: dict[str, Any] = {"verdict": "pushed" if result["pushed_version"] else "rejected"}
        # What cannot be read is said by whoever shows the result.
        with suppress(OSError, ValueError, LookupError, TypeError):
            outcome = read_outcome(result)
            changes = {
                "verdict": outcome.verdict,
                "reasons": outcome.reasons,
                "figures": figures_of(outcome.measured),
            }
        self._note(
            ended_at=_now(),
            steps=result["nodes"],
            artifacts={output: self._relative(uri) for output, uri in result["uris"].items()},
            data_digest=self.record.data_digest or _data_digest(result["uris"]),
            version=self._relative(result["pushed_version"]) if result["pushed_version"] else None,
            **changes,
        )

    def _relative(self, uri: str) -> str:
        path = Path(uri)
        return str(path.relative_to(self._output_dir)) if path.is_relative_to(self._output_dir) else uri

    def _note(self, **changes: Any) -> None:
        self.record = self.record.model_copy(update=changes)
        with suppress(OSError):
            write_record(self._path, self.record)


def _data_digest(uris: dict[str, str]) -> str:
    """Of a run that was planned when it was compiled: as its Examples have it."""
    try:
        return read_data_digest(uris["VideoExampleGen.examples"])
    except (OSError, KeyError):
        return ""


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
