"""A run that would do nothing is answered without loading what runs are made of."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from components.storage.paths import METADATA_FILE
from pipeline.config import Config, load_config
from pipeline.local import still_standing
from pipeline.metadata_store import READ_ONLY, open_store
from pipeline.plan import make_plan
from tests.e2e.conftest import PushedRun, RepeatedRun
from tests.e2e.project import explain


def stands(config: Config) -> bool:
    return still_standing(make_plan(config), Path(config.output_dir, METADATA_FILE)) is not None


@contextmanager
def flipped_byte(path: Path) -> Iterator[None]:
    content = path.read_bytes()
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    yield
    path.write_bytes(content)


def test_the_verdict_stands_as_long_as_all_is_as_it_was(pushed_run: PushedRun, repeated_run: RepeatedRun) -> None:
    project = pushed_run.project
    path = project.output_dir / METADATA_FILE
    runs = len(open_store(path, READ_ONLY).get_contexts_by_type("pipeline_run"))
    again = project.run()
    assert again.returncode == 0, explain(again)
    assert re.findall(r"(\d+)/13 \w+ +cached", again.stdout) == [str(number) for number in range(1, 14)]
    assert again.stdout.split("report: ")[1] == repeated_run.result.stdout.split("report: ")[1]
    assert len(open_store(path, READ_ONLY).get_contexts_by_type("pipeline_run")) == runs

    config = load_config(project.config_path)
    assert stands(config)
    assert not stands(load_config(project.config_path, ["gates.min_recall=0.01"]))
    with flipped_byte(project.artifact("VideoExampleGen", "ledger") / "rejected.jsonl"):
        assert not stands(config)
    with flipped_byte(project.versions()[0] / "saved_model.pb"):
        assert not stands(config)
    (version,) = project.versions()
    away = version.rename(project.folder / version.name)
    assert not stands(config)
    away.rename(version)
    assert stands(config)
