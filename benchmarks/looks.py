"""How many exchanged labels neighbours name by motion alone, and by motion or looks, whichever tells the classes better.

    .venv/bin/python -m benchmarks.looks [--annotations FILE --videos DIR] [--people 30] [--share 0.1] [--seeds 5]

Without annotations of one's own: people of the demo who hold one of four postures, so that nothing moves but noise. Prints
JSON. Labels are exchanged for any other after the videos were measured, which does not depend on them. For each seed, by motion
and with looks:

    told       what the neighbours' vote is worth: the share of each class that it recognises, mean over classes
    recall     share of the exchanged labels that `doubtful_labels` names
    precision  share of what it names that was exchanged

`seconds_per_segment` is the computing time of the encoder.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.checked import look_at, look_into
from benchmarks.planted_rows import PlantedRow, write_rows
from benchmarks.swapped_labels import swap
from benchmarks.timing import timed
from benchmarks.videos import write_video
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.measuring.looks import see_looks
from components.annotation_validator.runner import run_checks
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.storage.local import LocalRoot
from examples import planning
from examples.figure import Image, Pose, draw_background, draw_figure

POSTURES = {"stand": (0.0, 0.0), "arms_up": (1.0, 0.0), "sit": (0.0, 1.0), "sit_arms_up": (1.0, 1.0)}
_VIDEOS_OF_A_PERSON = 2
_FPS, _NUM_FRAMES = 12, 24
_NOISE = 2.0  # grey levels


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--annotations")
    parser.add_argument("--videos", type=Path)
    parser.add_argument("--people", type=int, default=30)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.annotations:
        data = DataConfig(annotations=arguments.annotations, videos=str(arguments.videos))
        inputs = look_at(load_annotations(data).records, LocalRoot(arguments.videos))
    else:
        with tempfile.TemporaryDirectory() as name:
            record_postures(Path(name), arguments.people)
            inputs = look_into(Path(name))
    seen, times = timed(lambda: see_looks(inputs))
    result = {
        "segments": len(inputs.segments),
        "seconds_per_segment": round(times["cpu_seconds"] / len(inputs.segments), 3),
        "seeds": [
            {"motion": measure(inputs, arguments.share, seed), "looks": measure(seen, arguments.share, seed)}
            for seed in range(arguments.seeds)
        ],
    }
    print(json.dumps(result, indent=2))


def record_postures(folder: Path, num_people: int) -> None:
    """Write videos of people who hold a posture, with annotations."""
    (folder / "videos").mkdir(parents=True)
    rows = []
    for number in range(num_people):
        rng = np.random.default_rng((5, number))
        person = planning.draw_person(rng, number)
        for take in range(_VIDEOS_OF_A_PERSON):
            for label, posture in POSTURES.items():
                path = f"videos/{number}_{label}_{take}.mp4"
                write_video(folder / path, list(_frames(rng, person, posture)), _FPS)
                bounds = 0.0, _NUM_FRAMES / _FPS
                rows.append(PlantedRow(path, *bounds, label, f"person {number}", [], bounds))
    write_rows(folder / "annotations.csv", rows, with_boxes=False)


def _frames(rng: np.random.Generator, person: planning.Person, posture: Sequence[float]) -> Iterator[Image]:
    scene = planning.draw_scene(rng)
    picture = draw_background(rng, scene.background, scene.camera)
    draw_figure(picture, person.build, Pose(float(rng.uniform(0.35, 0.65)), *posture), scene.camera)
    for _ in range(_NUM_FRAMES):
        noise = rng.normal(0, _NOISE, picture.shape)
        yield np.clip(picture + noise, 0, 255).astype(np.uint8)


def measure(inputs: CheckInputs, share: float, seed: int) -> dict[str, Any]:
    swapped, right = swap(inputs, share, seed)
    findings = run_checks(swapped, ChecksConfig())
    named = {place.segment_id for each in findings if each.check == "doubtful_labels" for place in each.places}
    found = named & right.keys()
    return {
        "told": round(swapped.embedding.accuracy, 3) if swapped.embedding else None,
        "recall": round(len(found) / len(right), 3),
        "precision": round(len(found) / len(named), 3) if named else None,
    }


if __name__ == "__main__":
    main()
