"""The executor of the Reporter."""

from pathlib import Path
from typing import Any

from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from components.reporter.collect import collect
from components.reporter.data import Push
from components.reporter.page import render

REPORT_FILE = "report.html"


class ReporterExecutor(base_executor.BaseExecutor):
    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802

        def folder(key: str) -> Path:
            return Path(artifact_utils.get_single_uri(input_dict[key]))

        data = collect(
            name=exec_properties["name"],
            push=_push(artifact_utils.get_single_instance(input_dict["pushed_model"])),
            examples=folder("examples"),
            ledger=folder("ledger"),
            annotation_report=folder("annotation_report"),
            anomalies=folder("anomalies"),
            model_run=folder("model_run"),
            evaluation=folder("evaluation"),
            gate_report=folder("gate_report"),
            train_evaluation=folder("train_evaluation") if input_dict.get("train_evaluation") else None,
            serving_report=folder("serving_report"),
        )
        report = Path(artifact_utils.get_single_uri(output_dict["report"]))
        report.mkdir(parents=True, exist_ok=True)
        # A file name that is no valid UTF-8 comes here as lone surrogates, which no encoding accepts.
        (report / REPORT_FILE).write_bytes(render(data).encode("utf-8", "backslashreplace"))


def _push(pushed_model: Any) -> Push | None:
    # The property names are those that TFX's Pusher sets; it keeps them to itself.
    if not pushed_model.get_int_custom_property("pushed"):
        return None
    return Push(
        version=pushed_model.get_string_custom_property("pushed_version"),
        destination=pushed_model.get_string_custom_property("pushed_destination"),
    )
