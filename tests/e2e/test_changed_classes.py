"""Classes of the pushed model that are given up, or have another name in the annotations now."""

from pathlib import Path

from models.export_info import read_export_info
from tests.e2e.conftest import PushedRun
from tests.e2e.project import OPEN_GATES, explain


def test_a_class_may_be_given_up_and_another_renamed_once_the_configuration_says_so(
    pushed_run: PushedRun, tmp_path: Path
) -> None:
    project = pushed_run.project.copy(tmp_path)
    annotations = tmp_path / "data" / "annotations.csv"
    kept = [row for row in annotations.read_text().splitlines() if ",blue," not in row]
    annotations.write_text("\n".join(kept).replace(",grey,", ",silver,") + "\n")
    project.configure()

    check = project.clipgate("check", "--config", "config.yaml")
    assert check.returncode == 4, explain(check)
    assert "the served model knows blue, grey, which no row is of" in check.stdout
    refused = project.run()
    assert refused.returncode == 2, explain(refused)
    assert "gates.retired: [blue, grey]" in refused.stderr and "gates.renamed: {blue: green}" in refused.stderr

    project.configure(gates=OPEN_GATES | {"retired": ["blue"], "renamed": {"grey": "silver"}})
    result = project.run()
    assert result.returncode == 0, explain(result)
    assert "ids of classes are others than in version" in result.stdout
    before, after = project.versions()
    assert read_export_info(before).classes == ("blue", "green", "grey", "red")
    assert read_export_info(after).classes == ("green", "silver", "red")
    gate = project.gate()
    assert not [finding for finding in gate["findings"] if finding["label"] == "blue"]
    (drop,) = [each for each in gate["findings"] if (each["rule"], each["label"]) == ("recall_drop", "silver")]
    assert drop["value"] is not None
    # The last pushed model was asked about the clips of the new name, which its graph does not know.
    baseline, row = gate["baseline"], gate["baseline"]["classes"].index("silver")
    assert sum(baseline["confusion_matrix"][row]) == sum(gate["confusion_matrix"][gate["classes"].index("silver")]) > 0
