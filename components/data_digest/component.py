"""DataDigest: looks at the data at the beginning of each run of a compiled pipeline, which may be months older than they are.

What it gives is a parameter of the components that read the data, so that their cache notices new ones. It must not be an
artifact: Kubeflow's cache knows artifacts by their numbers, and these are others in each run.
"""

import json
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from tfx.dsl.components.base import base_beam_component, base_beam_executor, executor_spec
from tfx.types import artifact_utils
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import String

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_records
from components.annotations.files.fingerprint import find_labels, fingerprint_inputs
from components.annotations.splits.config import SplitsConfig
from components.specification import make_spec, text_parameters
from components.storage.known_digests import digests_kept_in
from foundation.messages.errors import UserError
from foundation.messages.progress import say

_SHOWN_DIGITS = 12


class DataDigestExecutor(base_beam_executor.BaseBeamExecutor):
    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        data = DataConfig.model_validate_json(exec_properties["data"])
        splits = SplitsConfig.model_validate_json(exec_properties["splits"])
        negatives = TypeAdapter(NegativesConfig | None).validate_json(exec_properties["negatives"])
        beam_args = self._beam_pipeline_args or []
        records = load_records(data, beam_args)
        if classes := json.loads(exec_properties["found_classes"]):
            require_same_classes(data.annotations, classes, find_labels(records, negatives))
        digests_file = exec_properties["digests_file"]
        with digests_kept_in(Path(digests_file) if digests_file else None) as known:
            found = fingerprint_inputs(data, splits, records, beam_args, known)
        artifact_utils.get_single_instance(output_dict["digest"]).value = found
        say(f"the data are {found[:_SHOWN_DIGITS]}")


def require_same_classes(annotations: str, known: Collection[str], found: Collection[str]) -> None:
    """Check that the annotations have the classes that a pipeline was compiled for.

    Raises:
      UserError: there are others, whose rows would be rejected, or some are gone.
    """
    new, gone = (sorted(set(some) - set(others)) for some, others in ((found, known), (known, found)))
    problems = [f"there are rows of {', '.join(new)}, which the compiled pipeline does not know"] if new else []
    problems += [f"no row is of {', '.join(gone)} any more"] if gone else []
    if problems:
        raise UserError(
            f"{annotations}: {', and '.join(problems)}; it was compiled for {', '.join(sorted(known))}. Compile again, so that "
            "the classes are those of the data, or set model.classes before: rows of other labels are then left out"
        )


class DataDigestSpec(ComponentSpec):
    """Sections of the configuration are JSON; `found_classes` is a JSON list."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {"digest": ChannelParameter(type=String)}
    PARAMETERS = text_parameters("data", "splits", "negatives", "found_classes", "digests_file", "code_digest")


class DataDigest(base_beam_component.BaseBeamComponent):
    """Must not be cached."""

    SPEC_CLASS = DataDigestSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(DataDigestExecutor)

    def __init__(
        self,
        *,
        data: DataConfig,
        splits: SplitsConfig,
        negatives: NegativesConfig | None,
        found_classes: Sequence[str],
        digests_file: str,
    ) -> None:
        """`found_classes`: those that the annotations had, empty if the configuration names the classes; `digests_file`: where
        digests of files that were read before may stand, or empty."""
        spec = make_spec(
            type(self),
            data=data,
            splits=splits,
            negatives=negatives or "null",
            found_classes=json.dumps(list(found_classes)),
            digests_file=digests_file,
        )
        super().__init__(spec)

    @property
    def digest(self) -> Any:
        """The digest as a parameter of other components."""
        return self.outputs["digest"].future()[0].value
