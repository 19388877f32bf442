"""Runs of a compiled pipeline in ML Metadata, by the names that Kubeflow's driver and launcher give them.

After kubeflow/pipelines' backend/src/v2/metadata (client.go, converter.go).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, cast

from google.protobuf import json_format
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as proto

from pipeline import metadata_store
from pipeline.kubeflow.tasks import Json, title_of

State = Literal["RUNNING", "COMPLETE", "CACHED", "FAILED"]
_PIPELINE, _RUN, _EXECUTION = "system.Pipeline", "system.PipelineRun", "system.ContainerExecution"


class Execution(NamedTuple):
    """One execution of a task: `outputs` have a `name` (their number, as text), `uri` and `metadata`.

    A cached one has the outputs of the execution `cached_number`. `parameters`: the values that it hands on.
    """

    number: int
    task: str
    state: State
    outputs: dict[str, Json]
    cached_number: int | None = None
    parameters: Mapping[str, Any] = MappingProxyType({})


def open_store(path: Path) -> MetadataStore:
    """ML Metadata in a file of SQLite, which is made if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return metadata_store.open_store(path, metadata_store.MAKE_IF_MISSING)


class Lineage:
    """The executions of one run, and those of the same pipeline before it."""

    def __init__(self, store: MetadataStore, pipeline: str, run_id: str) -> None:
        self._store = store
        self._type_id = store.put_execution_type(proto.ExecutionType(name=_EXECUTION))
        self._pipeline = self._context(_PIPELINE, pipeline)
        self._run = self._context(_RUN, run_id)

    def begin(self, task: str, inputs: Mapping[str, int], fingerprint: str = "") -> int:
        """Note that a task begins; returns the number of the execution.

        Args:
          inputs: number of the artifact by input.
          fingerprint: what the cache will know it by; empty if it shall not.
        """
        execution = proto.Execution(type_id=self._type_id, last_known_state=proto.Execution.RUNNING)
        execution.custom_properties["task_name"].string_value = task
        execution.custom_properties["cache_fingerprint"].string_value = fingerprint
        artifacts = self._artifacts(inputs.values())
        # ML Metadata keep one such event of an artifact and an execution.
        keys = {number: key for key, number in inputs.items()}
        given = [(artifacts[number], _event(proto.Event.INPUT, key)) for number, key in keys.items()]
        number, _, _ = self._store.put_execution(execution, given, [self._pipeline, self._run])
        return int(number)

    def end(
        self,
        number: int,
        outputs: Mapping[str, Json],
        session_info: Json,
        parameters: Mapping[str, Any] = MappingProxyType({}),
    ) -> dict[str, Json]:
        """Note that an execution is complete; returns its outputs as an `Execution` has them.

        Args:
          outputs: `uri`, `type` and `metadata` by output.
          session_info: how the store of the artifacts is reached; components find it among the metadata of their inputs.
          parameters: value by output parameter.
        """
        made = [self._new_artifact(key, output, session_info) for key, output in outputs.items()]
        self._put(number, "COMPLETE", dict(zip(outputs, made, strict=True)), parameters)
        return self.execution(number).outputs

    def end_cached(self, number: int, cached: Execution) -> None:
        """Note that an execution is answered by an earlier one."""
        artifacts = self._artifacts(int(output["name"]) for output in cached.outputs.values())
        handed_on = {key: artifacts[int(output["name"])] for key, output in cached.outputs.items()}
        self._put(number, "CACHED", handed_on, cached.parameters, cached.number)

    def end_failed(self, number: int) -> None:
        """Note that an execution has failed."""
        self._put(number, "FAILED", {})

    def find(self, fingerprint: str) -> Execution | None:
        """The newest complete execution of the pipeline with this fingerprint."""
        # ML Metadata 1.21 take no queries, and give a context's executions a hundred at a time, but a type's all at once.
        found = [
            each.id
            for each in self._store.get_executions_by_type(_EXECUTION)
            if each.last_known_state == proto.Execution.COMPLETE
            and each.custom_properties["cache_fingerprint"].string_value == fingerprint
        ]
        own = (number for number in sorted(found, reverse=True) if self._is_of_pipeline(number))
        return next(map(self.execution, own), None)

    def _is_of_pipeline(self, number: int) -> bool:
        return self._pipeline.id in {each.id for each in self._store.get_contexts_by_execution(number)}

    def executions(self) -> list[Execution]:
        """What this run has executed, in its order."""
        found = self._store.get_executions_by_context(self._run.id)
        return [self.execution(number) for number in sorted(each.id for each in found if each.type_id == self._type_id)]

    def execution(self, number: int) -> Execution:
        """One execution, of any run."""
        (execution,) = self._store.get_executions_by_id([number])
        events = self._events(number, proto.Event.OUTPUT)
        artifacts = self._artifacts(events.values())
        cached_number = execution.custom_properties["cached_execution_id"].string_value
        return Execution(
            number,
            execution.custom_properties["task_name"].string_value,
            cast(State, proto.Execution.State.Name(execution.last_known_state)),
            {key: _as_json(artifacts[artifact_id]) for key, artifact_id in events.items()},
            int(cached_number) if cached_number else None,
            json_format.MessageToDict(execution.custom_properties["outputs"].struct_value),
        )

    def fingerprint(self, number: int) -> str:
        """What the cache will know an execution by; empty if it shall not."""
        (execution,) = self._store.get_executions_by_id([number])
        return str(execution.custom_properties["cache_fingerprint"].string_value)

    def inputs(self, number: int) -> dict[str, int]:
        """Numbers of the artifacts that an execution was given, by input."""
        return self._events(number, proto.Event.INPUT)

    def _put(
        self,
        number: int,
        state: State,
        outputs: Mapping[str, Any],
        parameters: Mapping[str, Any] = MappingProxyType({}),
        cached_number: int | None = None,
    ) -> None:
        (execution,) = self._store.get_executions_by_id([number])
        execution.last_known_state = proto.Execution.State.Value(state)
        if parameters:
            execution.custom_properties["outputs"].struct_value.update(parameters)
        if cached_number is not None:
            execution.custom_properties["cached_execution_id"].string_value = str(cached_number)
        pairs = [(artifact, _event(proto.Event.OUTPUT, key)) for key, artifact in outputs.items()]
        self._store.put_execution(execution, pairs, [self._pipeline, self._run])

    def _new_artifact(self, key: str, output: Json, session_info: Json) -> Any:
        type_id = self._store.put_artifact_type(proto.ArtifactType(name=title_of(output["type"])))
        artifact = proto.Artifact(type_id=type_id, uri=output["uri"], state=proto.Artifact.LIVE)
        noted = {"display_name": key, "store_session_info": json.dumps(session_info)}
        for name, value in {**noted, **output["metadata"]}.items():
            artifact.custom_properties[name].CopyFrom(_as_value(value))
        return artifact

    def _artifacts(self, numbers: Any) -> dict[int, Any]:
        numbers = list(numbers)
        return {each.id: each for each in self._store.get_artifacts_by_id(numbers)} if numbers else {}

    def _events(self, number: int, kind: int) -> dict[str, int]:
        events = self._store.get_events_by_execution_ids([number])
        return {each.path.steps[0].key: each.artifact_id for each in events if each.type == kind}

    def _context(self, type_name: str, name: str) -> Any:
        type_id = self._store.put_context_type(proto.ContextType(name=type_name))
        if not self._store.get_context_by_type_and_name(type_name, name):
            self._store.put_contexts([proto.Context(type_id=type_id, name=name)])
        return self._store.get_context_by_type_and_name(type_name, name)


def _event(kind: int, key: str) -> Any:
    return proto.Event(type=kind, path=proto.Event.Path(steps=[proto.Event.Path.Step(key=key)]))


def _as_value(value: Any) -> Any:
    """A value of JSON as a property; ML Metadata have no lists, and Kubeflow makes numbers of truth values."""
    if isinstance(value, str):
        return proto.Value(string_value=value)
    if isinstance(value, bool):
        return proto.Value(int_value=int(value))
    if isinstance(value, int | float):
        return proto.Value(double_value=value)
    property_value = proto.Value()
    json_format.ParseDict({"list" if isinstance(value, list) else "struct": value}, property_value.struct_value)
    return property_value


def _as_json(artifact: Any) -> Json:
    metadata = {name: _from_value(value) for name, value in artifact.custom_properties.items()}
    return {"name": str(artifact.id), "uri": artifact.uri, "metadata": metadata}


def _from_value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    if kind == "struct_value":
        return json_format.MessageToDict(value.struct_value)
    found = getattr(value, kind)
    return int(found) if kind == "double_value" and found.is_integer() else found
