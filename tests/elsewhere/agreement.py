"""Whether a model that one stack has pushed answers the same on the other.

    python -m tests.elsewhere.agreement push FOLDER            a small project is run until it has pushed a model
    python -m tests.elsewhere.agreement answer RUN ANSWERS     what the model of a run answers on this stack, into a file
    python -m tests.elsewhere.agreement compare RUN ANSWERS    asks it again; fails when the answers differ

The first two run on the stack that has trained the model, the last on the other. Each signature that gives probabilities is
asked for all clips of the test split, as TensorFlow Serving loads the model and as Python does.
"""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
import tensorflow as tf
import tfx.version

from components.serving_validator import requests
from components.serving_validator.served import LoadedModel, ServedModel
from tests.e2e.project import explain, make_project

TOLERANCE = 1e-4
_SIGNATURES = (*requests.SIGNATURES, "evaluate")
_WAYS = {"session": ServedModel, "saved_model.load": LoadedModel}


def push(folder: Path) -> None:
    """Make a project in a folder, and run it."""
    project = make_project(folder, num_people=16)
    project.configure(training={"epochs": 4})
    result = project.run()
    if result.returncode != 0:
        sys.exit(explain(result))


def answer(run: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Probabilities [clips, classes] of the newest pushed version for the run's test clips, by way and signature.

    Args:
        run: What `output_dir` was when the model was pushed.
    """
    version = max((run / "serving" / "action").glob("[0-9]*"), key=lambda path: int(path.name))
    examples = max((run / "pipeline" / "VideoExampleGen" / "examples").iterdir(), key=lambda path: int(path.name))
    clips = requests.read_clips(examples / "Split-test", sys.maxsize)
    answers = {}
    for way, load in _WAYS.items():
        model = load(version)
        for signature in _SIGNATURES:
            rows = [model(signature, requests.request(signature, [clip]))["probabilities"][0] for clip in clips]
            answers[f"{way} {signature}"] = np.stack(rows)
    return answers


def compare(given: dict[str, npt.NDArray[np.float32]], own: dict[str, npt.NDArray[np.float32]]) -> float:
    """The largest difference; exits when it is above the tolerance, or when there is nothing to compare."""
    if given.keys() != own.keys() or any(given[name].shape != own[name].shape for name in own):
        sys.exit("the two stacks were not asked for the same")
    if any(np.ptp(values, axis=0).max() < 10 * TOLERANCE for values in own.values()):
        sys.exit("the model answers the same for every clip; nothing can be concluded")
    largest = max(float(np.abs(given[name] - own[name]).max()) for name in own)
    if not largest <= TOLERANCE:
        worst = max(own, key=lambda name: float(np.abs(given[name] - own[name]).max()))
        sys.exit(f"the stacks differ by {largest:g} in {worst}, which is more than {TOLERANCE:g}")
    return largest


def main() -> None:
    """See the module."""
    command, place, *rest = sys.argv[1:]
    if command == "push":
        push(Path(place))
        return
    own = answer(Path(place))
    if command == "answer":
        np.savez(rest[0], **own)  # type: ignore[arg-type]
        return
    with np.load(rest[0]) as file:
        largest = compare(dict(file), own)
    clips, classes = next(iter(own.values())).shape
    print(
        f"TFX {tfx.version.__version__}, TensorFlow {tf.__version__}: {len(own)} ways of asking for {clips} clips of {classes} "
        f"classes; probabilities differ from the other stack's by {largest:.1e} at most"
    )


if __name__ == "__main__":
    main()
