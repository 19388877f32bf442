"""A prediction that begins while versions come and go."""

import threading
from pathlib import Path

from components.pusher.changes import roll_back
from components.pusher.local import LocalDestination
from pipeline.prediction.classifier import Classifier
from tests.models.clips import draw_clip, encode_clip
from tests.pipeline.serve.conftest import push

NUM_LOADS, NUM_CHANGES = 4, 40


def test_every_model_that_is_loaded_meanwhile_answers_right(exported_model: Path, tmp_path: Path) -> None:
    for number in (17, 18):
        push(exported_model, tmp_path, number)
    clip = encode_clip(draw_clip(0, seed=0))
    expected = Classifier(tmp_path / "17").probabilities([clip])
    destination = LocalDestination(tmp_path)
    done = threading.Event()

    def change() -> None:
        for number in range(NUM_CHANGES):
            if not done.wait(0.05):
                roll_back(destination, 17 if number % 2 == 0 else 18)

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(NUM_LOADS):
            classifier = Classifier(tmp_path)
            assert classifier.version.name in ("17", "18")
            assert (classifier.probabilities([clip]) == expected).all()
    finally:
        done.set()
        changing.join()
