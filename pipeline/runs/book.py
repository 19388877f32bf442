"""All runs that a configuration's `output_dir` knows: their records, and what ML Metadata know of them."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from components.storage.paths import METADATA_FILE
from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.metadata_file import require_metadata
from pipeline.runs.record import RunRecord, read_records

if TYPE_CHECKING:
    from pipeline.runs.history import Artifact, History

_MODEL = ("Trainer", "model")


class Book:
    """The runs of one name in one `output_dir`, oldest first."""

    def __init__(self, config: Config, tell: Callable[[str], None]) -> None:
        """`tell`: gets a sentence for people if ML Metadata are locked."""
        self.output_dir = Path(config.output_dir)
        self.records = tuple(each for each in read_records(self.output_dir).values() if each.name == config.name)
        self._config, self._tell = config, tell

    @cached_property
    def history(self) -> "History | None":
        """What ML Metadata know of the runs; None if there are none.

        Raises:
          UserError: they cannot be read.
        """
        path = self.output_dir / METADATA_FILE
        require_metadata(path, self._tell)
        if not path.is_file():
            return None
        # ML Metadata take half a second to load.
        from pipeline.runs.history import History

        return History(path, self._config.name, Path(self._config.local_pipeline_root))

    def find(self, name: str) -> RunRecord:
        """The run of this number, or the run that pushed the version of this number.

        Raises:
          UserError: there is none.
        """
        found = [each for each in self.records if name in (str(each.number), each.version_number)]
        if found:
            return found[0]
        numbers = ", ".join(str(each.number) for each in self.records) or "none"
        versions = ", ".join(dict.fromkeys(filter(None, (each.version_number for each in self.records)))) or "none"
        raise UserError(f"{self.output_dir}: no run and no version {name}; runs there: {numbers}; versions: {versions}")

    def pusher_of(self, record: RunRecord) -> RunRecord | None:
        """The run that pushed a run's model; None if it was not pushed."""
        return next((each for each in self.records if record.version and each.version == record.version), None)

    def trainer_of(self, record: RunRecord) -> RunRecord | None:
        """The run that trained the model that a run has judged; None if it judged none, or that is not known any more."""
        if self.history is None:
            return None
        made = self.artifact(record, *_MODEL)
        if made is None:
            return None
        maker = self.history.maker(made.number)
        return next((each for each in self.records if maker and maker.run in each.metadata_runs), None)

    def artifact(self, record: RunRecord, node: str, output: str) -> "Artifact | None":
        """An artifact that a run has made, or was given by the cache; None if ML Metadata know of none."""
        if self.history is None or not record.metadata_runs:
            return None
        execution = self.history.of_run(record.metadata_runs).get(node)
        numbers = execution.outputs.get(output, ()) if execution else ()
        return self.history.artifact(numbers[0]) if numbers else None
