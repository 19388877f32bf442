"""The model card: facts of a run as JSON and as Markdown."""

from typing import Any

import pytest

from components.pusher.card_page import to_markdown
from components.pusher.model_card import RunFacts, make_model_card
from components.storage.seal import SealedFile
from models.export_info import ExportInfo

COUNTS = {"rows_found": 9, "rows_accepted": 8, "rows_rejected": 1, "videos_found": 8, "videos_used": 8}


def make_facts(**changes: Any) -> RunFacts:
    """Of a run with 3 test clips of each class, in 2 groups; one of them was taken for the other class."""
    clips = {
        split: {"clips": 6, "videos": 4, "groups": 2, "clips_by_label": {"sit": 3, "a|b": 3}} for split in ("test",)
    }
    values: dict[str, Any] = {
        "settings": {
            "name": "demo",
            "licence": "CC-BY-4.0",
            "code_digest": "c0de",
            "data": {"annotations": "a.csv", "videos": "videos", "format": "csv", "fingerprint": "f00"},
            "training": {"epochs": 30, "seed": 7, "augmentation": {"mixup": 0.5}},
        },
        "summary": {**COUNTS, "rejected_by_reason": {"row": {"video_missing": 1}, "video": {}}, "splits": clips},
        "accepted": [
            {"split": "test", "label": label, "video": f"{label}{index}.mp4", "group": f"g{index}"}
            for label in ("sit", "a|b")
            for index in (0, 0, 1)
        ],
        "gate": {
            "passed": True,
            "findings": [
                {"rule": "recall", "label": "sit", "value": 2 / 3, "bar": 0.5, "passed": True, "detail": ""},
                {"rule": "accuracy", "label": "", "value": 0.1, "bar": 0.2, "passed": False, "detail": "of <b>"},
            ],
            "classes": ["sit", "a|b"],
            "confusion_matrix": [[2, 1], [0, 3]],
            "baseline_uri": None,
            "something_new": 0.25,
        },
        "network": {"network": "r2plus1d_tiny", "parameters": 1000},
        "history": {"val_loss": [2.0, 1.0, 1.5]},
        "lineage": {
            "pipeline": "demo",
            "run": "2026-11-22",
            "execution": "10",
            "artifacts": [
                {"input": "model", "id": 6, "type": "Model", "producer": "Trainer", "uri": "/p/Trainer/model/6"}
            ],
        },
        "files": {"variables/variables.data": SealedFile(5, "d1ge57")},
    }
    return RunFacts(**(values | changes))


@pytest.fixture
def card() -> dict[str, Any]:
    model = ExportInfo(("sit", "a|b"), {"network": "r2plus1d", "preset": "tiny"}, {"num_frames": 8}, "key", "ba5e")
    return make_model_card(model, make_facts(), 1700000000, "2026-11-22T09:00:00+00:00")


def test_data_are_counted_by_split_and_class(card: dict[str, Any]) -> None:
    test = card["data"]["splits"]["test"]
    assert (test["clips"], test["videos"], test["groups"]) == (6, 4, 2)
    assert test["classes"]["sit"] == {"clips": 3, "videos": 2, "groups": 2}
    assert card["data"]["splits"]["train"]["classes"]["sit"] == {"clips": 0, "videos": 0, "groups": 0}
    assert card["data"]["fingerprint"] == "f00"
    assert card["data"]["rows_rejected"] == 1


def test_metrics_are_those_of_the_confusion_matrix(card: dict[str, Any]) -> None:
    assert card["evaluation"]["accuracy"] == pytest.approx(5 / 6)
    assert card["evaluation"]["classes"]["sit"] == pytest.approx(
        {"clips": 3, "recall": 2 / 3, "precision": 1, "f1": 0.8}
    )


def test_whatever_the_gate_has_written_is_there(card: dict[str, Any]) -> None:
    assert card["gates"]["something_new"] == 0.25
    assert [finding["rule"] for finding in card["gates"]["findings"]] == ["recall", "accuracy"]


def test_training_lineage_and_software_can_be_traced(card: dict[str, Any]) -> None:
    assert card["training"]["key"] == "key"
    assert card["training"]["base_model"] == "ba5e"
    assert card["training"]["settings"]["seed"] == 7
    assert (card["training"]["epochs"], card["training"]["best_epoch"]) == (3, 2)
    assert card["lineage"]["artifacts"][0]["id"] == 6
    assert {"clipgate", "tensorflow", "tfx", "python", "code_digest"} <= set(card["software"])


def test_limits_name_what_there_was_little_of_and_what_was_confused(card: dict[str, Any]) -> None:
    text = "\n".join(card["limits"])
    assert "Fewer than 30 test clips of: sit (3), a|b (3)." in text
    assert "Fewer than 100 training clips of: sit (0), a|b (0)." in text
    assert "Fewer than 5 groups in the test split" in text
    assert "1 of 3 test clips of sit were taken for a|b." in text
    assert "taken for sit" not in text


def test_a_card_says_that_the_model_learned_from_crops(card: dict[str, Any]) -> None:
    assert not any("cut around" in sentence for sentence in card["limits"])
    model = ExportInfo(("sit", "a|b"), {"network": "r2plus1d"}, {"num_frames": 8, "crop_to_boxes": 0.0}, "key", "ba5e")
    of_crops = make_model_card(model, make_facts(), 1700000000, "2026-11-22T09:00:00+00:00")
    assert any("cut around one actor each (sampling.crop_to_boxes)" in sentence for sentence in of_crops["limits"])
    assert "crop_to_boxes" in to_markdown(of_crops)


def test_the_page_says_the_same_and_labels_cannot_break_it(card: dict[str, Any]) -> None:
    page = to_markdown(card)
    lines = page.splitlines()
    assert lines[0] == "# demo, version 1700000000"
    assert "Licence: CC-BY-4.0." in page
    assert "| a\\|b | 3 | 1 | 0.75 | 0.8571 |" in lines
    assert "| sit | 0 | 0 | 0 | 0 | 0 | 0 | 3 | 2 | 2 |" in lines
    assert "1 of 2 rules passed." in lines
    assert any(line.startswith("- FAILED: all classes: accuracy 0.1, bar at least 0.2") for line in lines)
    assert "<b>" not in page
    assert "| model | 6 | Model | Trainer | /p/Trainer/model/6 |" in lines
    assert "| variables/variables.data | 5 | d1ge57 |" in lines
    assert {"| training.seed | 7 |", "| training.augmentation.mixup | 0.5 |"} <= set(lines)


@pytest.mark.parametrize(
    ("label", "shown"),
    [("raise_arms", "raise_arms"), ("_a_", r"\_a\_"), ("<b>\n# x", r"\<b\> \# x"), ("a\\|`*", r"a\\\|\`\*")],
)
def test_a_label_is_shown_as_it_is_whatever_it_means_to_markdown(card: dict[str, Any], label: str, shown: str) -> None:
    assert f"shows: {shown}." in to_markdown(card | {"classes": [label]})
