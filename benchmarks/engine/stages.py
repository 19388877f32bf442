"""Single components of a run that has ended, carried out once more where other options of Beam say, from the same inputs."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ml_metadata.proto import metadata_store_pb2 as messages
from tfx.components.statistics_gen.executor import Executor as StatisticsGenExecutor
from tfx.components.transform.executor import Executor as TransformExecutor
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.orchestration import metadata
from tfx.orchestration.portable.mlmd import execution_lib

from components.evaluator.executor import EvaluatorExecutor
from components.storage.paths import METADATA_FILE

EXECUTORS: Mapping[str, type[BaseBeamExecutor]] = {
    "StatisticsGen": StatisticsGenExecutor,
    "Transform": TransformExecutor,
    "Evaluator": EvaluatorExecutor,
}


class Stage:
    """The last execution of a component in an output directory.

    Attributes:
      inputs, outputs: TFX's artifacts by name; outputs are where that execution has put them.
      parameters: what it was told.
    """

    def __init__(self, output_dir: Path, name: str) -> None:
        self.name = name
        connection = metadata.sqlite_metadata_connection_config(str(output_dir / METADATA_FILE))
        with metadata.Metadata(connection) as handle:
            store = handle.store
            (node,) = (each for each in store.get_contexts_by_type("node") if each.name.rpartition(".")[2] == name)
            execution = max(store.get_executions_by_context(node.id), key=lambda each: each.id)
            self.inputs = execution_lib.get_input_artifacts(handle, execution.id)
            self.outputs = execution_lib.get_output_artifacts(handle, execution.id)
            self.parameters = {key: _value(each) for key, each in execution.custom_properties.items()}

    def outputs_in(self, folder: Path) -> dict[str, list[Any]]:
        """Artifacts like the outputs, in folders of their names below `folder`, which is empty then."""
        shutil.rmtree(folder, ignore_errors=True)
        made = {}
        for key, (artifact,) in self.outputs.items():
            copy = type(artifact)()
            copy.uri = str(folder / key)
            Path(copy.uri).mkdir(parents=True)
            made[key] = [copy]
        return made

    def replay(self, folder: Path, beam_args: Sequence[str], **inputs: Sequence[Any]) -> None:
        """Carry it out once more; `inputs` take the place of those that it had."""
        context = BaseBeamExecutor.Context(beam_pipeline_args=list(beam_args), tmp_dir=f"{folder}/.tmp", unique_id="0")
        outputs = self.outputs_in(folder)
        EXECUTORS[self.name](context).Do({**self.inputs, **inputs}, outputs, dict(self.parameters))


def _value(value: messages.Value) -> Any:
    return getattr(value, value.WhichOneof("value"))
