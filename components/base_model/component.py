"""BaseModelCopy: makes the model that a training begins from an artifact, so that ML Metadata know where a model comes from."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import Model
from tfx.utils import path_utils

from components.specification import make_spec, text_parameters
from foundation.messages.errors import UserError
from foundation.messages.progress import say
from models.base_model import foreign_weights
from models.export_info import EXPORT_INFO_FILE, WEIGHTS_FILE, rename_classes


class BaseModelCopyExecutor(base_executor.BaseExecutor):
    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        source = Path(exec_properties["path"])
        base_model = artifact_utils.get_single_instance(output_dict["base_model"])
        # A copy, so that the training can be repeated after old versions were removed.
        target = Path(path_utils.serving_model_dir(base_model.uri))
        try:
            _copy(source, target)
        except OSError as error:
            if source.exists():
                raise
            raise UserError(
                f"training.warm_start: {source} was withdrawn or removed since the run began; run the same command again"
            ) from error
        rename_classes(target, json.loads(exec_properties["renamed"]) if (target / EXPORT_INFO_FILE).is_file() else {})
        base_model.set_string_custom_property("fingerprint", exec_properties["fingerprint"])
        say(f"training begins with {source}")


def _copy(source: Path, target: Path) -> None:
    if file := foreign_weights(source):
        # Keras takes seconds to load, and is needed for these alone.
        from models.pretrained.importing import import_weights

        import_weights(file, target)
    elif source.is_dir():
        shutil.copytree(source, target)
    else:
        (target / WEIGHTS_FILE).parent.mkdir(parents=True)
        shutil.copyfile(source, target / WEIGHTS_FILE)


class BaseModelCopySpec(ComponentSpec):
    """`path` is what `models.base_model.open_base` opens; `fingerprint` tells the cache what lies there; `renamed` is JSON."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {"base_model": ChannelParameter(type=Model)}
    PARAMETERS = text_parameters("path", "fingerprint", "renamed", "code_digest")


class BaseModelCopy(base_component.BaseComponent):
    SPEC_CLASS = BaseModelCopySpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(BaseModelCopyExecutor)

    def __init__(self, *, path: str, fingerprint: str, renamed: Mapping[str, str]) -> None:
        """`path`: the folder of an exported model, or a file of weights; `renamed`: new names of classes, by the old ones."""
        super().__init__(make_spec(type(self), path=path, fingerprint=fingerprint, renamed=json.dumps(renamed)))
