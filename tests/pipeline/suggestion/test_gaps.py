"""What a gate lacks of a class, in words."""

import json
from pathlib import Path

import pytest

from components.model_gate.verdict import RuleFinding, Verdict
from components.pusher.card_files import MODEL_CARD_JSON
from foundation.evidence import State
from foundation.messages.errors import UserError
from pipeline.suggestion.gaps import gaps_of, gate_of_version

FINDINGS = (
    RuleFinding("accuracy", "", 0.5, 0.6, False, state=State.OPEN),
    RuleFinding("recall", "walk", 0.9, 0.5, True),
    RuleFinding("examples", "fall", 3, 15, False, state=State.OPEN),
    RuleFinding("recall", "sit", 0.8, 0.7, False, state=State.OPEN, groups_needed=4),
    RuleFinding("recall", "jump", 0.2, 0.7, False, state=State.REFUTED),
    RuleFinding("precision", "jump", 0.6, 0.7, False, state=State.OPEN),
)


def test_open_classes_say_what_they_need_and_refuted_ones_that_they_are_below_their_bar() -> None:
    assert gaps_of(Verdict(FINDINGS)) == {
        "fall": "class fall is open: 12 more test clips needed",
        "sit": "class sit is open: recall needs about 4 more groups",
        "jump": "class jump is open: too little shows its precision",
    }
    assert gaps_of(Verdict(FINDINGS[4:5])) == {"jump": "class jump is below its bar of recall"}


def test_the_card_of_a_version_has_what_the_gate_said(tmp_path: Path) -> None:
    assert gate_of_version(tmp_path) is None
    card = tmp_path / MODEL_CARD_JSON
    card.parent.mkdir()
    card.write_text(json.dumps({"gates": Verdict(FINDINGS).as_json()}))
    assert gate_of_version(tmp_path) == Verdict(FINDINGS)


def test_a_damaged_card_is_an_error_that_names_it(tmp_path: Path) -> None:
    card = tmp_path / MODEL_CARD_JSON
    card.parent.mkdir()
    card.write_text("{}")
    with pytest.raises(UserError, match=r"model_card\.json cannot be read"):
        gate_of_version(tmp_path)
