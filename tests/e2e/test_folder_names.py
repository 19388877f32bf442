"""One run whose folders are called whatever people may call them."""

import json
import shutil
from pathlib import Path

from tests.e2e.project import explain, make_project

HARMLESS = "-o ]}{#%@:,;'\"$&!~ ü😀\nx"
PATTERN = "[a]*?\\" + HARMLESS


def test_a_run_and_a_prediction_do_not_care_what_folders_are_called(tmp_path: Path) -> None:
    project = make_project(tmp_path, num_people=8)
    data = project.folder / PATTERN
    shutil.move(project.folder / "data", data)
    (data / "annotations.csv").rename(data / f"{PATTERN}.csv")
    project.configure(
        output_dir=HARMLESS,
        data={"annotations": f"{PATTERN}/{PATTERN}.csv", "videos": PATTERN},
        serving={"directory": f"{HARMLESS} served/action"},
    )
    result = project.run()
    assert result.returncode == 0, explain(result)
    assert f"{data} to {project.folder}/{HARMLESS} served/action" in result.stdout
    assert "32 of 32 annotation rows became clips" in result.stdout
    prediction = project.clipgate(
        "predict", "--model", f"{HARMLESS} served/action", f"./{PATTERN}/videos/person_00.mp4", "--json"
    )
    assert prediction.returncode == 0, explain(prediction)
    assert set(json.loads(prediction.stdout)) == {"blue", "green", "grey", "red"}
