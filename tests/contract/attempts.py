"""Attempts at an ingest of a few real videos, and what lies there after them."""

import json
from collections.abc import Sequence
from pathlib import Path

from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types.standard_artifacts import Examples

from components.annotations.config import DataConfig
from components.annotations.splits.config import SplitsConfig
from components.artifacts import IngestLedger
from components.video.config import SamplingConfig
from components.video_example_gen.executor import VideoExampleGenExecutor
from pipeline.beam.config import BeamConfig
from pipeline.beam.options import beam_args, ingest_beam_args
from tests.components.video.videos import write_video

_HERE = (*beam_args(BeamConfig()), *ingest_beam_args(2))


def write_data(folder: Path, num_videos: int) -> Path:
    """A folder with annotations and videos, three of each person, one of them no video."""
    rows = ["path,label,group"]
    for number in range(num_videos):
        write_video(folder / f"{number:02d}.mp4", 6, first=number)
        rows.append(f"{number:02d}.mp4,{('sit', 'wave')[number % 2]},person {number // 3}")
    (folder / "07.mp4").write_bytes(b"no video")
    (folder / "annotations.csv").write_text("\n".join(rows) + "\n")
    return folder


def ingest(data: Path, output: Path, options: Sequence[str] = _HERE, *, seed: int = 0) -> None:
    """One attempt of an execution, which `output` and the parameters decide."""
    examples, ledger = Examples(), IngestLedger()
    examples.uri, ledger.uri = f"{output}/examples", f"{output}/ledger"
    parameters = {
        "data": DataConfig(annotations=str(data / "annotations.csv"), videos=str(data)).model_dump_json(),
        "splits": SplitsConfig(seed=seed).model_dump_json(),
        "negatives": "null",
        "sampling": SamplingConfig(num_frames=4, short_side=16).model_dump_json(),
        "classes": json.dumps(["sit", "wave"]),
        "labels": "one",
        "fingerprint": "",
    }
    context = BaseBeamExecutor.Context(beam_pipeline_args=list(options))
    VideoExampleGenExecutor(context).Do({}, {"examples": [examples], "ledger": [ledger]}, parameters)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
