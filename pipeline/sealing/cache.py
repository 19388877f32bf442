"""Takes damaged artifacts out of the cache, so that their components run again."""

from collections.abc import Iterator
from pathlib import Path

from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2

from components.storage.seal import in_words
from foundation.messages.progress import announce
from pipeline.metadata_store import SUCCESSFUL, open_store
from pipeline.sealing.artifacts import ArtifactSeals


def forget_damaged(metadata_path: Path, pipeline_name: str, seals: ArtifactSeals) -> None:
    """Compare the artifacts of each component's last execution with their seals, and forget those that were changed since.

    TFX's cache answers with no artifact that is not live, so the component runs again, and so does what reads its outputs.
    """
    if not metadata_path.exists():
        return
    store = open_store(metadata_path)
    for node, artifact in _last_outputs(store, pipeline_name):
        if artifact.state != metadata_store_pb2.Artifact.LIVE:
            continue
        if differences := seals.differences(Path(artifact.uri)):
            artifact.state = metadata_store_pb2.Artifact.DELETED
            store.put_artifacts([artifact])
            announce(f"{in_words(differences, artifact.uri)}; so {node} runs again")


def _last_outputs(
    store: metadata_store.MetadataStore, pipeline_name: str
) -> Iterator[tuple[str, metadata_store_pb2.Artifact]]:
    """The components' names and their artifacts."""
    for context in store.get_contexts_by_type("node"):
        pipeline, _, node = context.name.rpartition(".")
        executions = [
            execution.id
            for execution in store.get_executions_by_context(context.id)
            if execution.last_known_state in SUCCESSFUL
        ]
        if pipeline != pipeline_name or not executions:
            continue
        events = store.get_events_by_execution_ids([max(executions)])
        outputs = [event.artifact_id for event in events if event.type == metadata_store_pb2.Event.OUTPUT]
        yield from ((node, artifact) for artifact in store.get_artifacts_by_id(outputs))
