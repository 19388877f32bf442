"""Classes of a pushed model that are given up, or have another name now; in folders with the names that people give them."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.export_info import read_export_info
from tests.e2e.conftest import PushedRun
from tests.e2e.project import OPEN_GATES, Project, explain

HARMLESS = "-o ]}{#%@:,;'\"$&!~ ü😀\nx"
PATTERN = "[a]*?\\" + HARMLESS
SERVED = f"{HARMLESS} served/action"


@dataclass(frozen=True)
class ChangedRun:
    """A project beside a pushed model, whose rows know two of its classes no more; what was said of that; and a run at last.

    That one's configuration says what has become of the two.
    """

    project: Project
    check: "subprocess.CompletedProcess[str]"
    refused: "subprocess.CompletedProcess[str]"
    result: "subprocess.CompletedProcess[str]"

    @property
    def versions(self) -> list[Path]:
        return sorted((self.project.folder / SERVED).glob("[0-9]*"))


@pytest.fixture(scope="module")
def changed_run(pushed_run: PushedRun, tmp_path_factory: pytest.TempPathFactory) -> ChangedRun:
    project = Project(tmp_path_factory.mktemp("changed"), Path(PATTERN), HARMLESS)
    shutil.copytree(pushed_run.project.folder / "data", project.folder / PATTERN)
    shutil.copytree(pushed_run.project.output_dir / "serving" / "action", project.folder / SERVED)
    annotations = project.folder / PATTERN / f"{PATTERN}.csv"
    (project.folder / PATTERN / "annotations.csv").rename(annotations)
    kept = [row for row in annotations.read_text().splitlines() if ",blue," not in row]
    annotations.write_text("\n".join(kept).replace(",grey,", ",silver,") + "\n")
    places = {
        "data": {"annotations": f"{PATTERN}/{PATTERN}.csv", "videos": PATTERN},
        "serving": {"directory": SERVED},
    }
    project.configure(**places)
    check = project.clipgate("check", "--config", "config.yaml")
    refused = project.run()
    project.configure(**places, gates=OPEN_GATES | {"retired": ["blue"], "renamed": {"grey": "silver"}})
    return ChangedRun(project, check, refused, project.run())


def test_classes_of_the_pushed_model_that_no_row_has_are_named_and_a_run_asks_what_became_of_them(
    changed_run: ChangedRun,
) -> None:
    check, refused = changed_run.check, changed_run.refused
    assert check.returncode == 4, explain(check)
    assert "the served model knows blue, grey, which no row is of" in check.stdout
    assert refused.returncode == 2, explain(refused)
    assert "gates.retired: [blue, grey]" in refused.stderr and "gates.renamed: {blue: green}" in refused.stderr


def test_a_class_may_be_given_up_and_another_renamed_once_the_configuration_says_so(changed_run: ChangedRun) -> None:
    result = changed_run.result
    assert result.returncode == 0, explain(result)
    assert "ids of classes are others than in version" in result.stdout
    before, after = changed_run.versions
    assert read_export_info(before).classes == ("blue", "green", "grey", "red")
    assert read_export_info(after).classes == ("green", "silver", "red")
    gate = changed_run.project.gate()
    assert not [finding for finding in gate["findings"] if finding["label"] == "blue"]
    (drop,) = [each for each in gate["findings"] if (each["rule"], each["label"]) == ("recall_drop", "silver")]
    assert drop["value"] is not None
    # The last pushed model was asked about the clips of the new name, which its graph does not know.
    baseline, row = gate["baseline"], gate["baseline"]["classes"].index("silver")
    assert sum(baseline["confusion_matrix"][row]) == sum(gate["confusion_matrix"][gate["classes"].index("silver")]) > 0


def test_a_run_and_a_prediction_do_not_care_what_folders_are_called(changed_run: ChangedRun) -> None:
    folder, result = changed_run.project.folder, changed_run.result
    assert f"{folder / PATTERN} to {folder}/{SERVED}" in result.stdout
    # Three rows have other faults.
    assert "48 of 51 annotation rows became clips" in result.stdout
    prediction = changed_run.project.clipgate(
        "predict", "--model", SERVED, f"./{PATTERN}/videos/person_00.mp4", "--json"
    )
    assert prediction.returncode == 0, explain(prediction)
    assert set(json.loads(prediction.stdout)) == {"green", "silver", "red"}
