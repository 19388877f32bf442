"""A model is compared with the last pushed one."""

import pytest

from models.card import read_card
from tests.e2e.conftest import PushedRun
from tests.e2e.project import explain

pytestmark = pytest.mark.e2e


def test_another_training_is_judged_against_the_pushed_model_class_by_class(pushed_run: PushedRun) -> None:
    project = pushed_run.project
    (first,) = project.versions()
    project.configure(training={"epochs": 1, "seed": 1})
    result = project.run()
    assert result.returncode == 0, explain(result)
    assert f"comparing with version {first.name}" in result.stdout
    assert " VideoExampleGen     cached" in result.stdout
    drops = [finding for finding in project.gate()["findings"] if finding["rule"] == "recall_drop"]
    assert [finding["label"] for finding in drops] == list(read_card(first).classes)
    assert all(finding["value"] is not None for finding in drops)
    assert project.versions()[0] == first
    assert len(project.versions()) == 2
