"""Every notebook runs from top to bottom, and holds what it gave."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.e2e.pushed import PushedRun

ROOT = Path(__file__).resolve().parents[2]
NOTEBOOKS = ROOT / "notebooks"


def run(name: str) -> tuple[list[str], str]:
    """Results of the cells of a notebook that have some, and all that they printed."""
    notebook = nbformat.read(NOTEBOOKS / name, as_version=4)
    NotebookClient(notebook, timeout=1200, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}).execute()
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    results = [output["data"]["text/plain"] for output in outputs if output.output_type == "execute_result"]
    return results, "".join(output["text"] for output in outputs if output.output_type == "stream")


def test_the_first_run_ends_with_the_numbers_of_each_class() -> None:
    results, _ = run("01_first_run.ipynb")
    assert "recall" in results[-1]
    assert "walk_left" in results[-1]


def test_own_data_are_read_checked_and_split() -> None:
    results, printed = run("02_own_data.ipynb")
    assert "label_field: action" in printed
    assert any("spelling_variants" in result for result in results)
    assert all(split in results[-1] for split in ("train", "eval", "test"))


def test_the_gate_is_explained_by_its_own_words() -> None:
    results, printed = run("03_the_gate.ipynb")
    assert "80       shown   shown   shown" in results[-1]
    assert "class 'bow': recall drop 0.25, bar at most 0.15" in printed


def test_a_client_gets_the_same_answers_in_two_ways(pushed_run: PushedRun, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLIPGATE_MODEL", str(pushed_run.project.output_dir / "serving" / "action"))
    monkeypatch.setenv("CLIPGATE_VIDEO", str(pushed_run.project.folder / "data" / "videos" / "person_00.mp4"))
    results, printed = run("04_a_client.ipynb")
    assert "AVAILABLE" in results[0]
    assert all(colour in results[1] for colour in ("blue", "green", "grey", "red"))
    assert "400 " in printed


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_outputs_are_stored(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    assert [cell.outputs for cell in notebook.cells if cell.cell_type == "code"].count([]) < 4
