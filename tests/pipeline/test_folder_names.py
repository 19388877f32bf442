"""Folders of a run whose names hold anything: they work, or are refused before anything runs."""

import os
from pathlib import Path

import pytest
import yaml
from rich.console import Console

from foundation.messages.errors import UserError
from pipeline.config import load_config
from pipeline.launch import run_pipeline


def write(folder: Path, **values: object) -> Path:
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump({"output_dir": "out", "data": {"annotations": "a.csv", "videos": "v"}, **values}))
    return path


@pytest.mark.parametrize("name", ["a*", "a?", "[a]", "a\\b"])
@pytest.mark.parametrize("key", ["output_dir", "serving.directory"])
def test_patterns_are_refused_where_models_and_artifacts_lie(tmp_path: Path, key: str, name: str) -> None:
    values = (
        {"output_dir": name, "serving": {"directory": "s"}} if key == "output_dir" else {"serving": {"directory": name}}
    )
    path = write(tmp_path, **values)
    with pytest.raises(UserError, match=f"^{key}: .* takes for a pattern of names; rename"):
        run_pipeline(path, load_config(path), Console())
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("name", ["v*", "v?", "[v]", "a\\b", "a\nb", "-v ]}{#%@:,;'\"$&!~ ü😀"])
def test_folders_of_data_may_be_called_anything(tmp_path: Path, name: str) -> None:
    config = load_config(write(tmp_path, data={"annotations": f"{name}/a.csv", "videos": name}))
    assert config.data.videos == f"{tmp_path}/{name}"


@pytest.mark.parametrize("text", ['output_dir: "\\uDCFF"', 'data: {annotations: a.csv, videos: "\\uDCFF"}'])
def test_text_that_is_no_unicode_is_refused_with_its_key(tmp_path: Path, text: str) -> None:
    values = {"output_dir": "output_dir: out", "data": "data: {annotations: a.csv, videos: v}"}
    values[text.partition(":")[0]] = text
    (tmp_path / "config.yaml").write_text("\n".join(values.values()))
    with pytest.raises(UserError, match=r"(output_dir|data\.videos): "):
        load_config(tmp_path / "config.yaml")


def test_a_folder_whose_name_is_no_utf8_is_refused_with_the_key(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes only UTF-8")
    with pytest.raises(UserError, match="output_dir: .* no UTF-8.*rename the folder"):
        load_config(write(folder))
