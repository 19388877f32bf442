"""TFX's local runner, whose components read only what was written, and whose outputs are sealed."""

import datetime
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import attr
from tfx.dsl.compiler import constants
from tfx.orchestration import metadata
from tfx.orchestration.local import runner_utils
from tfx.orchestration.portable import launcher, runtime_parameter_utils, tfx_runner
from tfx.orchestration.portable.base_executor_operator import BaseExecutorOperator
from tfx.orchestration.portable.data_types import ExecutionInfo
from tfx.proto.orchestration import execution_result_pb2, pipeline_pb2

from components.storage.seal import in_words
from foundation.events import Send
from foundation.messages.errors import MachineError
from pipeline.places import Places
from pipeline.sealing.artifacts import ArtifactSeals
from pipeline.sealing.moved import Former, answer_as_before


class SealedRunner(tfx_runner.IrBasedRunner):
    """Launches one component after the other, as TFX's LocalDagRunner does.

    That one makes its launchers itself and gives them nothing, so the loop stands here again. The launchers, which ask the
    cache, see the names of `places`, and executors their paths. `former`: see pipeline.sealing.moved. `send` is told of the
    run's name in ML Metadata, and of each component's start and end.

    Attributes:
      last_run: that name.
    """

    def __init__(self, seals: ArtifactSeals, places: Places, former: Former, send: Send) -> None:
        self._operators = {
            spec: partial(SealingOperator, operator, seals, places, send)
            for spec, operator in launcher.DEFAULT_EXECUTOR_OPERATORS.items()
        }
        self._places = places
        self._former = former
        self._send = send
        self.last_run = ""

    def run_with_ir(self, pipeline: pipeline_pb2.Pipeline, run_options: Any = None, **kwargs: Any) -> None:
        run_id = self.last_run = datetime.datetime.now().isoformat()
        self._send({"metadata_run": run_id})
        runtime_parameter_utils.substitute_runtime_parameter(
            pipeline, {constants.PIPELINE_RUN_ID_PARAMETER_NAME: run_id}
        )
        hide_places(pipeline, self._places)
        deployment = runner_utils.extract_local_deployment_config(pipeline)
        connection = deployment.metadata_connection_config.database_connection_config
        for node in (node.pipeline_node for node in pipeline.nodes):
            node_id = node.node_info.id
            self._send({"node": node_id, "state": "running"})
            executor_spec = runner_utils.extract_executor_spec(deployment, node_id)
            if self._former:
                answer_as_before(metadata.Metadata(connection), node, pipeline, executor_spec, self._former)
            launcher.Launcher(
                pipeline_node=node,
                mlmd_connection=metadata.Metadata(connection),
                pipeline_info=pipeline.pipeline_info,
                pipeline_runtime_spec=pipeline.runtime_spec,
                executor_spec=executor_spec,
                custom_driver_spec=runner_utils.extract_custom_driver_spec(deployment, node_id),
                custom_executor_operators=self._operators,
            ).launch()
            self._send({"node": node_id, "state": "finished"})


class SealingOperator:
    """Runs an executor by another operator: before it, inputs are compared with their seals, and after it, outputs sealed.

    What TFX hands an executor and takes from it passes here, and nowhere else that is open to others.
    """

    def __init__(
        self, operator: type[BaseExecutorOperator], seals: ArtifactSeals, places: Places, send: Send, **settings: Any
    ) -> None:
        """`send` is told where the outputs will lie; `settings`: what the launcher gives every operator."""
        self._inner = operator(**settings)
        self._send = send
        self._seals = seals
        self._places = places

    def with_execution_watcher(self, address: str) -> "SealingOperator":
        self._inner.with_execution_watcher(address)
        return self

    def run_executor(self, execution: ExecutionInfo) -> execution_result_pb2.ExecutorOutput:
        """Run the executor.

        Raises:
          MachineError: an input was changed since it was made; nothing was read.
        """
        for artifact in (artifact for artifacts in execution.input_dict.values() for artifact in artifacts):
            if differences := self._seals.differences(Path(artifact.uri)):
                raise MachineError(
                    f"{in_words(differences, artifact.uri)}: something has changed it during the run, so it is not read; "
                    "run the same command again, which makes it anew"
                )
        parameters = {
            name: self._places.show(value) if isinstance(value, str) else value
            for name, value in execution.exec_properties.items()
        }
        uris = {name: artifacts[0].uri for name, artifacts in execution.output_dict.items() if artifacts}
        self._send({"node": execution.pipeline_node.node_info.id, "outputs": uris})
        output = self._inner.run_executor(attr.evolve(execution, exec_properties=parameters))
        for uri in _output_uris(execution, output):
            self._seals.seal(Path(uri))
        return output


def hide_places(pipeline: pipeline_pb2.Pipeline, places: Places) -> None:
    """Let the parameters of a compiled pipeline hold names for paths, so that the cache's keys do."""
    for node in (node.pipeline_node for node in pipeline.nodes):
        for parameter in node.parameters.parameters.values():
            value = parameter.field_value
            if value.WhichOneof("value") == "string_value":
                value.string_value = places.hide(value.string_value)


def _output_uris(execution: ExecutionInfo, output: execution_result_pb2.ExecutorOutput) -> Iterator[str]:
    """Where the artifacts lie; an executor may have chosen another place than the one that it was given."""
    for name, artifacts in execution.output_dict.items():
        chosen = output.output_artifacts[name].artifacts if name in output.output_artifacts else artifacts
        yield from (artifact.uri for artifact in chosen)
