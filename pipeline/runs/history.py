"""What ML Metadata know of all runs of a pipeline: read at once, and without TensorFlow."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ml_metadata import errors
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as proto

from foundation.messages.errors import UserError
from pipeline.metadata_store import READ_ONLY, SUCCESSFUL, open_store, place_of


@dataclass(frozen=True)
class Execution:
    """An execution of a component in a run; artifacts are ids, by the names of inputs and outputs."""

    number: int
    node: str
    run: str
    state: str
    inputs: dict[str, tuple[int, ...]] = field(default_factory=dict)
    outputs: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Artifact:
    """An artifact; `path`: where it lies now, also if its folder was moved; `is_there`: neither removed nor damaged."""

    number: int
    type_name: str
    path: Path
    is_there: bool
    properties: dict[str, str]


class History:
    """Executions and artifacts of one pipeline, oldest first."""

    def __init__(self, metadata_path: Path, pipeline_name: str, pipeline_root: Path) -> None:
        """Look at the file with `pipeline.metadata_file.require_metadata` before.

        Raises:
          UserError: it is of another version of ML Metadata.
        """
        self._root = pipeline_root
        try:
            store = open_store(metadata_path, READ_ONLY)
        except (errors.StatusError, RuntimeError) as error:
            raise UserError(f"{metadata_path} cannot be opened by this version of ML Metadata ({error})") from error
        self.executions = tuple(_executions(store, pipeline_name))
        self._artifacts = {artifact.id: artifact for artifact in store.get_artifacts()}

    def artifact(self, number: int) -> Artifact:
        """The artifact of this number."""
        known = self._artifacts[number]
        path = place_of(known.uri, self._root)
        properties = {
            name: value.string_value or str(getattr(value, value.WhichOneof("value") or "string_value"))
            for name, value in known.custom_properties.items()
        }
        is_there = known.state == proto.Artifact.LIVE and path.exists()
        return Artifact(number, known.type, path, is_there, properties)

    def maker(self, artifact: int) -> Execution | None:
        """The execution that made an artifact, and was not answered with it from the cache; None: none of this pipeline."""
        return self._makers.get(artifact)

    def of_run(self, runs: tuple[str, ...]) -> dict[str, Execution]:
        """The last execution of each component in a run, which may have several names."""
        return {node: execution for run in runs for node, execution in self._by_run.get(run, {}).items()}

    @cached_property
    def _by_run(self) -> dict[str, dict[str, Execution]]:
        found: dict[str, dict[str, Execution]] = {}
        for execution in self.executions:
            found.setdefault(execution.run, {})[execution.node] = execution
        return found

    @cached_property
    def _makers(self) -> dict[int, Execution]:
        found: dict[int, Execution] = {}
        for execution in self.executions:
            for artifact in (number for numbers in execution.outputs.values() for number in numbers):
                found.setdefault(artifact, execution)
        return found


def _executions(store: MetadataStore, pipeline_name: str) -> Iterator[Execution]:
    nodes: dict[int, str] = {}
    for context in store.get_contexts_by_type("node"):
        pipeline, _, node = context.name.rpartition(".")
        if pipeline == pipeline_name:
            nodes |= {execution.id: node for execution in store.get_executions_by_context(context.id)}
    runs, states = {}, {}
    for context in store.get_contexts_by_type("pipeline_run"):
        for execution in store.get_executions_by_context(context.id):
            runs[execution.id], states[execution.id] = context.name, execution.last_known_state
    events = store.get_events_by_execution_ids(list(nodes)) if nodes else []
    given: dict[tuple[int, int], dict[str, tuple[int, ...]]] = {}
    for event in events:
        # The outputs of an execution that failed are pending, and none.
        if event.type == proto.Event.OUTPUT and states.get(event.execution_id) not in SUCCESSFUL:
            continue
        by_name = given.setdefault((event.execution_id, event.type), {})
        name = event.path.steps[0].key
        by_name[name] = (*by_name.get(name, ()), event.artifact_id)
    for number in sorted(nodes.keys() & runs.keys()):
        yield Execution(
            number,
            nodes[number],
            runs[number],
            proto.Execution.State.Name(states[number]).lower(),
            given.get((number, proto.Event.INPUT), {}),
            given.get((number, proto.Event.OUTPUT), {}),
        )
