"""Tables of clips as if a network had looked at them: numbers that are drawn, of people who differ."""

from typing import Any

import numpy as np

from models.labelling import Labelling
from pipeline.watch.clips import ClipTable, Reference, join_tables

LABELLING = Labelling(("walk", "jump", "sit"))
_WIDTH = 8


def draw_clips(
    seed: int,
    num_people: int,
    clips_of_each: int = 6,
    darker: float = 0.0,
    faster: float = 1.0,
    blurred: float = 1.0,
    new_class: float = 0.0,
    mix: tuple[float, ...] = (1 / 3, 1 / 3, 1 / 3),
    sure: float = 1.0,
    name: str = "person",
) -> ClipTable:
    """Clips of people, each with light, motion and looks of their own; `new_class`: the share of one that is not trained."""
    rng = np.random.default_rng((seed, sum(map(ord, name))))
    person = np.repeat(np.arange(num_people), clips_of_each)
    count = len(person)

    def of_person(scale: float, own: float) -> Any:
        return scale * rng.normal(size=num_people)[person] + own * rng.normal(size=count)

    labels = rng.choice(3, count, p=mix)
    is_new = rng.random(count) < new_class
    features = np.stack(
        [
            np.full(count, 24),
            np.full(count, 80),
            np.full(count, 107),
            0.5 + of_person(0.1, 0.03) - darker,
            0.1 + of_person(0.02, 0.01),
            0.02 * np.exp(of_person(0.3, 0.3)) * faster,
            0.45 * np.exp(of_person(0.2, 0.1)) * blurred,
            of_person(0.06, 0.01),
        ],
        axis=1,
    )
    looks = np.stack([of_person(0.3, 0.5) for _ in range(_WIDTH)], axis=1)  # [clips, width]
    looks[np.arange(count), labels] += np.where(is_new, 0.5, 4.0)
    looks[:, 3] += np.where(is_new, 4.0, 0.0)
    logits = sure * looks[:, :3]
    scores = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return ClipTable(
        names=np.array([f"{name}_{number}" for number in range(count)]),
        groups=np.array([f"{name}_{number}" for number in person]),
        features=features.astype(np.float32),
        scores=scores.astype(np.float32),
        embedding=looks.astype(np.float32),
    )


def draw_reference(seed: int, num_people: int = 28) -> Reference:
    """As many people in train as in eval and test, where the network is less sure."""
    trained = draw_clips(seed, num_people, sure=1.5, name="trained")
    held_out = draw_clips(seed, num_people, name="held_out")
    return Reference(join_tables([trained, held_out]), np.repeat(["train", "test"], [len(trained), len(held_out)]))
