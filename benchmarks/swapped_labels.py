"""How many exchanged labels `clipgate check --model` finds, and how much of what it names was right.

    .venv/bin/python -m benchmarks.swapped_labels --annotations demo/data/annotations.csv --videos demo/data \\
        --model demo/run/serving/action [--share 0.1] [--seeds 5]

Prints JSON. Labels are exchanged for any other after the network has looked at the clips, which does not depend on them; what
it was trained on does. For each seed:

    swapped    segments whose label was exchanged
    recall     share of them that are named
    precision  share of what is named that was exchanged
    corrected  share of them for which the right label is suggested

`named_of_right_labels` is how many segments are named when nothing was exchanged.
"""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchmarks.checked import look_at, model_parser
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.runner import run_checks
from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.storage.local import LocalRoot


def main() -> None:
    parser = model_parser(__doc__)
    parser.add_argument("--share", type=float, default=0.1)
    parser.add_argument("--seeds", type=int, default=5)
    arguments = parser.parse_args()
    data = DataConfig(annotations=arguments.annotations, videos=str(arguments.videos))
    root = LocalRoot(arguments.videos)
    inputs = look_at(load_annotations(data).records, root, with_frames=False, model=arguments.model, over_time=False)
    results = {
        "segments": len(inputs.segments),
        "named_of_right_labels": len(suggestions(inputs)),
        "seeds": [measure(inputs, arguments.share, seed) for seed in range(arguments.seeds)],
    }
    print(json.dumps(results, indent=2))


def measure(inputs: CheckInputs, share: float, seed: int) -> dict[str, Any]:
    swapped, right = swap(inputs, share, seed)
    named = suggestions(swapped)
    found = named.keys() & right.keys()
    return {
        "swapped": len(right),
        "recall": round(len(found) / len(right), 3),
        "precision": round(len(found) / max(1, len(named)), 3),
        "corrected": round(sum(named[each] == right[each] for each in found) / len(right), 3),
    }


def swap(inputs: CheckInputs, share: float, seed: int) -> tuple[CheckInputs, Mapping[str, str]]:
    """The inputs with any other label for a share of the segments, and the right labels of these, by segment id."""
    rng = np.random.default_rng(seed)
    labels = sorted(inputs.by_label)
    chosen = rng.choice(len(inputs.segments), round(share * len(inputs.segments)), replace=False)
    right = {inputs.segments[number].id: inputs.segments[number].label for number in chosen}
    segments = tuple(
        replace(segment, label=str(rng.choice([label for label in labels if label != segment.label])))
        if segment.id in right
        else segment
        for segment in inputs.segments
    )
    return replace(inputs, segments=segments), right


def suggestions(inputs: CheckInputs) -> Mapping[str, str | None]:
    """The label that is suggested for each segment that is named, by its id."""
    return {
        place.segment_id: place.suggestion.label if place.suggestion else None
        for finding in run_checks(inputs, ChecksConfig())
        for place in finding.places
        if finding.check == "confident_disagreement"
    }


if __name__ == "__main__":
    main()
