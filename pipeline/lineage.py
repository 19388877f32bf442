"""Reads from ML Metadata what the newest run did."""

from pathlib import Path
from typing import Any

from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2

from components.storage.paths import METADATA_FILE
from pipeline.commands.terminal import errors
from pipeline.config import Config
from pipeline.metadata_file import require_metadata
from pipeline.metadata_store import READ_ONLY, open_store
from pipeline.owner import said_of_another_run


def uri_of_last_run(config: Config, output: str) -> str:
    """URI of an output (`node.output`) of the newest local run; empty if there is none.

    Raises:
      UserError: what the runs have left cannot be read; see `pipeline.metadata_file.require_metadata`.
    """
    path = Path(config.output_dir, METADATA_FILE)
    require_metadata(path, _warn)
    if said := said_of_another_run(config):
        _warn(said)
    return str(run_summary(path, config.name)["uris"].get(output, "")) if path.is_file() else ""


def _warn(sentence: str) -> None:
    errors.print(sentence, markup=False, highlight=False)


def run_summary(metadata_path: Path, pipeline_name: str) -> dict[str, Any]:
    """States and output URIs of the newest run's nodes; all are empty before the first run.

    Returns:
      `nodes`: state by node (`complete` or `cached`); `uris`: first artifact's URI by `node.output`; `pushed_version`:
      the pushed directory, or None; `not_pushed_reason`: why the Pusher refused a model that had passed, or empty.
    """
    store = open_store(metadata_path, READ_ONLY)
    runs = [
        context
        for context in store.get_contexts_by_type("pipeline_run")
        # A run that was killed while it was registered is nobody's.
        if any(parent.name == pipeline_name for parent in store.get_parent_contexts_by_context(context.id))
    ]
    if not runs:
        return {"nodes": {}, "uris": {}, "pushed_version": None, "not_pushed_reason": ""}
    run = max(runs, key=lambda context: context.id)
    executions = {execution.id: execution for execution in store.get_executions_by_context(run.id)}
    artifacts = {artifact.id: artifact for artifact in store.get_artifacts_by_context(run.id)}
    nodes = {
        _node_name(store, execution): metadata_store_pb2.Execution.State.Name(execution.last_known_state).lower()
        for execution in executions.values()
    }
    uris: dict[str, str] = {}
    pushed_version, not_pushed_reason = None, ""
    for event in store.get_events_by_execution_ids(list(executions)):
        if event.type != metadata_store_pb2.Event.OUTPUT or event.artifact_id not in artifacts:
            continue
        artifact = artifacts[event.artifact_id]
        node = _node_name(store, executions[event.execution_id])
        uris[f"{node}.{event.path.steps[0].key}"] = artifact.uri
        if node == "Pusher":
            not_pushed_reason = artifact.custom_properties["not_pushed_reason"].string_value
            if artifact.custom_properties["pushed"].int_value:
                pushed_version = artifact.custom_properties["pushed_destination"].string_value
    return {"nodes": nodes, "uris": uris, "pushed_version": pushed_version, "not_pushed_reason": not_pushed_reason}


def _node_name(store: metadata_store.MetadataStore, execution: metadata_store_pb2.Execution) -> str:
    contexts = store.get_contexts_by_execution(execution.id)
    node = next(context.name for context in contexts if context.type == "node")
    return str(node).rpartition(".")[2]
