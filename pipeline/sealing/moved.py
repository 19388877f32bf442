"""Artifacts that were moved or copied with their `output_dir`: ML Metadata know them by addresses in the old place."""

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path

from google.protobuf.message import Message
from ml_metadata.proto import metadata_store_pb2
from tfx.orchestration import data_types_utils, metadata
from tfx.orchestration.portable import cache_utils, inputs_utils, outputs_utils
from tfx.proto.orchestration import pipeline_pb2
from tfx.types import Artifact

from foundation.messages.progress import announce
from foundation.messages.wording import counted
from pipeline.metadata_store import open_store

_State = metadata_store_pb2.Artifact.State


# What ML Metadata knew of an artifact before it was moved, by its id.
Former = Mapping[int, metadata_store_pb2.Artifact]


def follow_move(metadata_path: Path, pipeline_root: Path) -> Former:
    """Let artifacts that are known at another place be those that lie here, and forget those that do not.

    So nothing is read in the old place, even if it is still there.
    """
    if not metadata_path.exists():
        return {}
    store = open_store(metadata_path)
    elsewhere = [
        artifact
        for artifact in store.get_artifacts()
        if artifact.state == _State.LIVE and not Path(artifact.uri).is_relative_to(pipeline_root)
    ]
    if not elsewhere:
        return {}
    former = {artifact.id: copy.deepcopy(artifact) for artifact in elsewhere}
    # <root>/<component>/<output>/<execution>
    old_root = Path(elsewhere[-1].uri).parents[2]
    for artifact in elsewhere:
        here = pipeline_root.joinpath(*Path(artifact.uri).parts[-3:])
        if here.exists():
            artifact.uri = str(here)
        else:
            artifact.state = _State.DELETED
    store.put_artifacts(elsewhere)
    found = sum(artifact.state == _State.LIVE for artifact in elsewhere)
    announce(
        f"earlier runs kept their artifacts in {old_root}; of {counted(len(elsewhere), 'artifact')}, {found} lie in "
        f"{pipeline_root} now and are used, and nothing is read in the old place"
    )
    return former


def answer_as_before(
    connection: metadata.Metadata,
    node: pipeline_pb2.PipelineNode,
    pipeline: pipeline_pb2.Pipeline,
    executor_spec: Message | None,
    former: Former,
) -> None:
    """Let TFX's cache answer for a component whose inputs were moved with what it would have answered before.

    An address and the time at which it was written down are part of the cache's keys of all that reads the artifact.
    """
    with connection as store:
        inputs = inputs_utils.resolve_input_artifacts(pipeline_node=node, metadata_handle=store)
        if isinstance(inputs, inputs_utils.Skip) or len(inputs) != 1:
            return
        if not any(artifact.id in former for artifacts in inputs[0].values() for artifact in artifacts):
            return
        parameters = inputs_utils.resolve_parameters_with_schema(node_parameters=node.parameters)
        outputs = outputs_utils.OutputsResolver(node, pipeline.pipeline_info, pipeline.runtime_spec)

        def context(artifacts: Mapping[str, Sequence[Artifact]]) -> metadata_store_pb2.Context:
            return cache_utils.get_cache_context(
                metadata_handle=store,
                pipeline_node=node,
                pipeline_info=pipeline.pipeline_info,
                executor_spec=executor_spec,
                input_artifacts=artifacts,
                output_artifacts=outputs.generate_output_artifacts(0),
                parameters=data_types_utils.build_parsed_value_dict(parameters),
            )

        before = {name: [_before(artifact, former) for artifact in artifacts] for name, artifacts in inputs[0].items()}
        now = context(inputs[0]).id
        store.store.put_attributions_and_associations(
            [],
            [
                metadata_store_pb2.Association(execution_id=execution.id, context_id=now)
                for execution in store.store.get_executions_by_context(context(before).id)
            ],
        )


def _before(artifact: Artifact, former: Former) -> Artifact:
    """The artifact as TFX knew it before it was moved."""
    before = copy.deepcopy(artifact)
    if known := former.get(artifact.id):
        before.mlmd_artifact.uri = known.uri
        before.mlmd_artifact.last_update_time_since_epoch = known.last_update_time_since_epoch
    return before
