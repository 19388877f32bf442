"""What a run spends no time on."""

import re
from pathlib import Path
from typing import Any

import pytest
from tfx.utils.dependency_utils import make_beam_dependency_flags

from pipeline.beam.config import BeamConfig
from pipeline.beam.options import beam_args, ingest_beam_args

ROOT = Path(__file__).resolve().parents[2]
SOURCES = [path for folder in ("pipeline", "components", "models") for path in (ROOT / folder).rglob("*.py")]


def test_no_module_imports_the_whole_of_tfx() -> None:
    """`tfx.v1` loads the clients of Vertex AI, too, and takes twice as long."""
    whole = re.compile(r"^\s*(from tfx import .*v1|(from|import) tfx\.v1)", re.MULTILINE)
    assert len(SOURCES) > 50
    assert [str(path) for path in SOURCES if whole.search(path.read_text())] == []


ENGINE = {"runner": "flink", "job_server": "flink:8099", "workers_at": "localhost:50000"}


@pytest.mark.parametrize("beam", [{}, ENGINE], ids=str)
def test_tfx_does_not_pack_its_sources_for_workers_that_have_them(beam: dict[str, Any]) -> None:
    args = [*beam_args(BeamConfig.model_validate(beam)), *ingest_beam_args(None)]
    assert make_beam_dependency_flags(args) == args


@pytest.mark.parametrize("runner", ["--runner=DataflowRunner", "--runner=FlinkRunner"])
def test_workers_elsewhere_get_what_the_user_says(runner: str) -> None:
    args = beam_args(BeamConfig(args=(runner,)))
    assert args[-1] == runner
    assert not any("container_image" in arg for arg in args)
