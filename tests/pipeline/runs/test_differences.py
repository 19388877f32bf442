"""What is said to differ between two runs."""

from typing import Any

from pipeline.runs.differences import differences
from pipeline.runs.record import RunRecord


def run(config: dict[str, Any], **facts: Any) -> RunRecord:
    return RunRecord(number=1, name="test", began_at="2026-01-01", config_file="c.yaml", config=config, **facts)


def test_keys_are_named_with_their_section() -> None:
    before, after = ({"training": {"epochs": epochs, "mixup": 0.5}} for epochs in (3, 4))
    assert differences(run(before), run(after)) == ["training.epochs: 3 → 4"]


def test_a_section_that_one_of_them_lacks_is_told_key_by_key() -> None:
    before, after = {"negatives": None}, {"negatives": {"label": "none of them"}}
    assert differences(run(before), run(after)) == ["negatives.label: none → none of them"]


def test_where_things_lie_is_no_difference() -> None:
    before, after = ({"output_dir": place, "data": {"videos": f"{place}/videos"}} for place in ("/a", "/b"))
    assert differences(run(before, data_digest="1"), run(after, data_digest="1")) == []
    assert differences(run(before, data_digest="1"), run(after, data_digest="2")) == ["other data"]


def test_where_the_data_lie_is_told_of_a_run_that_did_not_come_to_look_at_them() -> None:
    before, after = ({"data": {"videos": place}} for place in ("/a", "/b"))
    assert differences(run(before, data_digest="1"), run(after)) == ["data.videos: /a → /b"]


def test_what_was_not_planned_is_not_compared() -> None:
    assert differences(run({}, data_digest="1", code={"Trainer": "1"}), run({})) == []


def test_code_and_packages_are_named() -> None:
    before = run({}, code={"Trainer": "1", "Pusher": "1"}, software={"keras": "3.1"})
    after = run({}, code={"Trainer": "2", "Pusher": "1"}, software={"keras": "3.2"})
    assert differences(before, after) == ["other code of Trainer", "keras: 3.1 → 3.2"]
