"""What measurements of checks share: what checks look at, and how far suggested bounds are off."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.planted_rows import PlantedRow
from components.annotation_validator.findings import Place
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.look import look
from components.annotation_validator.measuring.network import embed_videos
from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.records.record import Record
from components.storage.local import LocalRoot
from pipeline.prediction.model import find_model


def bounds_errors(row: PlantedRow, place: Place) -> list[float]:
    """Seconds from each suggested bound to the true one."""
    if place.suggestion is None:
        return []
    suggested = place.suggestion.start_seconds, place.suggestion.end_seconds
    return [abs(bound - true) for bound, true in zip(suggested, row.true_bounds, strict=True) if bound is not None]


def look_into(folder: Path) -> CheckInputs:
    """What `clipgate check --frames` looks at in a folder with `annotations.csv`."""
    data = DataConfig(annotations=str(folder / "annotations.csv"), videos=str(folder))
    return look_at(load_annotations(data).records, LocalRoot(folder))


def look_at(
    records: Sequence[Record],
    root: LocalRoot,
    *,
    with_frames: bool = True,
    model: Path | None = None,
    over_time: bool = True,
) -> CheckInputs:
    """What checks look at: frames if they are wanted, and what a pushed model sees (`over_time` too) if one is named."""
    inputs = look(records, Inspection(negatives=NegativesConfig()), root, frames=with_frames)
    return embed_videos(inputs, root, *find_model(model), over_time=over_time) if model else inputs


def model_parser(description: str) -> argparse.ArgumentParser:
    """The options of what is measured with annotations that are right and a model."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--annotations", required=True)
    parser.add_argument("--videos", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    return parser
