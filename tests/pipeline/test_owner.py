"""Who shares an output directory hears of it."""

from pathlib import Path

import pytest

from pipeline.config import Config
from pipeline.owner import RUNS_FILE, record_run, said_of_another_run


def config_of(folder: Path, videos: str, name: str = "clipgate") -> Config:
    data = {"annotations": "a.csv", "videos": videos}
    return Config.model_validate({"name": name, "output_dir": str(folder), "data": data})


def test_a_run_of_the_same_name_and_of_other_data_is_told_of(tmp_path: Path) -> None:
    first, second = config_of(tmp_path, "/first"), config_of(tmp_path, "/second")
    assert said_of_another_run(first) == ""
    record_run(first)
    assert said_of_another_run(first) == ""
    said = said_of_another_run(second)
    assert said.startswith(f"the last run of clipgate in {tmp_path} was of data.annotations a.csv, data.videos /first,")
    record_run(second)
    assert said_of_another_run(second) == "" != said_of_another_run(first)


def test_runs_of_several_names_share_a_directory(tmp_path: Path) -> None:
    configs = [config_of(tmp_path, "/first", "first"), config_of(tmp_path, "/second", "second")]
    for config in configs:
        record_run(config)
    assert [said_of_another_run(config) for config in configs] == ["", ""]


@pytest.mark.parametrize("content", ["{", "[]", '{"clipgate": 1}'])
def test_a_damaged_record_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / RUNS_FILE).write_text(content)
    assert said_of_another_run(config_of(tmp_path, "/first")) == ""
