"""Classes of which a gate has seen too little, or too little that was right: from a run's report, or a version's card."""

import json
from collections.abc import Mapping
from pathlib import Path

from components.model_gate.measurements import GATE_FILE
from components.model_gate.verdict import RuleFinding, Verdict
from components.pusher.card_files import MODEL_CARD_JSON
from foundation.evidence import State
from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from pipeline.config import Config

_COUNT = "examples"


def gate_of_version(version: Path) -> Verdict | None:
    """What the gate said of a pushed version; None if its card does not tell.

    Raises:
      UserError: the card is damaged.
    """
    path = version / MODEL_CARD_JSON
    if not path.is_file():
        return None
    return _verdict(path, "gates")


def gate_of_last_run(config: Config) -> Verdict | None:
    """What the gate said in the last run; None if it did not come to that, or its files are gone.

    Raises:
      UserError: what the runs have left is damaged.
    """
    # ML Metadata take half a second to load.
    from pipeline.lineage import uri_of_last_run

    uri = uri_of_last_run(config, "ModelGate.gate_report")
    path = Path(uri, GATE_FILE)
    return _verdict(path) if uri and path.is_file() else None


def gaps_of(verdict: Verdict) -> Mapping[str, str]:
    """Of each class with a rule that is open or refuted, the first of these in words; open ones go first."""
    lacking = [finding for finding in verdict.findings if finding.label and _is_lacking(finding)]
    found: dict[str, str] = {}
    for finding in sorted(lacking, key=lambda finding: finding.state is not State.OPEN):
        found.setdefault(finding.label, _in_words(finding))
    return found


def _is_lacking(finding: RuleFinding) -> bool:
    return finding.state is State.OPEN or not finding.passed


def _in_words(finding: RuleFinding) -> str:
    rule = finding.rule.replace("_", " ")
    if finding.state is not State.OPEN:
        return f"class {finding.label} is below its bar of {rule}"
    if finding.rule == _COUNT and finding.value is not None:
        return f"class {finding.label} is open: {counted(round(finding.bar - finding.value), 'more test clip')} needed"
    if finding.groups_needed:
        return f"class {finding.label} is open: {rule} needs about {counted(finding.groups_needed, 'more group')}"
    return f"class {finding.label} is open: too little shows its {rule}"


def _verdict(path: Path, key: str | None = None) -> Verdict:
    try:
        content = json.loads(path.read_text())
        return Verdict.from_json(content[key] if key else content)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(
            f"{path} cannot be read ({type(error).__name__}: {error}); it is damaged, or of another release of clipgate"
        ) from error
