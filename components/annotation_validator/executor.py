"""The executor of the AnnotationValidator."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import FINDINGS_FILE, PAGE_FILE, Finding
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.look import look
from components.annotation_validator.page import render
from components.annotation_validator.previous import find_previous
from components.annotation_validator.report import as_json, count_failures, failures, tally
from components.annotation_validator.runner import run_checks
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.storage.opening import open_root
from foundation.messages.errors import DataFaultsError
from foundation.messages.progress import Progress, say

_NUM_SHOWN, _NUM_VIDEOS = 20, 5


class AnnotationValidatorExecutor(base_beam_executor.BaseBeamExecutor):
    """Writes `report`. Nothing runs on Beam, but its options hold those of the file systems."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        """Raises DataFaultsError if something fails the data, and the configuration says that a run stops then."""
        data = DataConfig.model_validate_json(exec_properties["data"])
        inspection = Inspection.model_validate_json(exec_properties["inspection"])
        checks = ChecksConfig.model_validate_json(exec_properties["checks"])
        beam_args = self._beam_pipeline_args or []
        records, assumptions = load_annotations(data, beam_args)
        inputs = look(
            records,
            inspection,
            open_root(data.videos, "data.videos", beam_args),
            progress=_progress,
            frames=checks.frames,
            assumptions=assumptions,
            previous=find_previous(data, checks),
            beam_args=beam_args,
        )
        if checks.wants_looks(inputs):
            # TensorFlow is loaded by what needs it.
            from components.annotation_validator.measuring.looks import see_looks

            inputs = see_looks(inputs, _progress("looking at pictures", "segments"))
        findings = run_checks(inputs, checks)

        folder = Path(artifact_utils.get_single_uri(output_dict["report"]))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FINDINGS_FILE).write_text(json.dumps(as_json(findings, inputs, checks), indent=2) + "\n")
        page = render(exec_properties["name"], findings, inputs, checks)
        # A file name that is no valid UTF-8 comes here as lone surrogates, which no encoding accepts.
        (folder / PAGE_FILE).write_bytes(page.encode("utf-8", "backslashreplace"))

        failed = failures(findings, checks)
        if failed and checks.on_failure == "stop":
            listed = "\n".join(map(_shown, failed[:_NUM_SHOWN]))
            more = f"\n  and {len(failed) - _NUM_SHOWN} more" if len(failed) > _NUM_SHOWN else ""
            raise DataFaultsError(
                f"{count_failures(findings, checks)} (checks.fail_on: {checks.fail_on.value}); clipgate check lists all, "
                f"with what to do:\n{listed}{more}"
            )
        say(f"{tally(findings)}{'; clipgate check lists them' if findings else ''}")


def _shown(finding: Finding) -> str:
    """What was found, and in which videos."""
    videos = list(dict.fromkeys(place.video for place in finding.places))
    where = (
        f"\n    in {', '.join(videos[:_NUM_VIDEOS])}{', ...' if len(videos) > _NUM_VIDEOS else ''}" if videos else ""
    )
    return f"  {finding.check}: {finding.message}{where}"


def _progress(title: str, unit: str = "videos") -> Callable[[int, int], None]:
    """Tells how many were looked at, out of how many, whatever is looked at."""
    progress = cache(lambda total: Progress(total, unit))
    return lambda done, total: progress(total).advance()
