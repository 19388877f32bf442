"""Pictures of clips that changed sides, from the Examples that runs have kept."""

from collections.abc import Sequence
from pathlib import Path

from components.reporter.data import Strip
from components.reporter.frames import read_strips
from models import features
from pipeline.runs.measured import EXAMPLES, kept
from pipeline.runs.record import RunRecord


def read_pictures(output_dir: Path, runs: Sequence[RunRecord], clip_ids: Sequence[str]) -> dict[str, Strip]:
    """Frames of these clips by their ids, from the first of `runs` that has them; none of clips that no run has any more."""
    strips: dict[str, Strip] = {}
    for record in runs:
        missing = [clip_id for clip_id in clip_ids if clip_id not in strips]
        if missing and (examples := kept(output_dir, record, EXAMPLES)):
            strips |= read_strips(examples, record.asked_splits, features.SEGMENT_ID, missing)
    return strips
