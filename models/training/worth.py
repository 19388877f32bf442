"""Measures what numbers beside the pixels are worth to a trained network, on the evaluation split."""

import keras
import numpy as np
import numpy.typing as npt

from models.labelling import Labelling
from models.metadata import PCA_FEATURE, Numbers
from models.networks.fusion import FUSED
from models.networks.outputs import LOGITS, is_tracker, probabilities_of
from models.numbers import unknown_numbers
from models.training.batches import Batches
from models.training.feature_batches import see_clips
from models.worth import Worth

_SHUFFLES = 20


def worth_of_numbers(network: keras.Model, batches: Batches, labelling: Labelling) -> Worth:
    """Ask a network that sees numbers about the centre view of each clip, with its numbers and with other ones.

    `labelling`: of the network; of several labels all of a clip's have to be right.

    A shuffled column is what is called permutation importance: Breiman, "Random Forests", Machine Learning 45 (2001).
    """
    source = batches.evaluation
    card, numbers, labels = source.numbers_card, source.numbers(), batches.eval_labels
    of_frames = network.get_layer(FUSED).input[0]
    features = see_clips(batches, source, keras.Model(network.inputs[0], of_frames))
    logits = network.output[LOGITS] if is_tracker(network) else network.output
    rest = keras.Model((of_frames, network.inputs[1]), logits)

    def accuracy(seen: npt.NDArray[np.float32]) -> float:
        of_seen = rest((features, seen), training=False)
        if not labelling.has_several:
            return float(np.mean(np.argmax(of_seen, axis=1) == labels))
        chosen = labelling.chosen(probabilities_of(of_seen, source.model.labels, batches.heads))
        return float(np.mean(((chosen == labels) | (labels < 0)).all(axis=1)))

    def shuffled(places: list[int]) -> float:
        draw = np.random.default_rng(batches.training.seed)
        shares = []
        for _ in range(_SHUFFLES):
            seen = numbers.copy()
            seen[:, places] = numbers[draw.permutation(len(numbers))][:, places]
            shares.append(accuracy(seen))
        return float(np.mean(shares))

    unknown = np.tile(unknown_numbers(card), (len(numbers), 1))
    by_column = {column: shuffled(places) for column, places in _places(card.numbers).items()}
    return Worth(len(labels), accuracy(numbers), accuracy(unknown), by_column)


def _places(numbers: Numbers) -> dict[str, list[int]]:
    """Where the value and the mark of each column stand among what the network sees; the components count as one."""
    places = {column: [i, numbers.num_values + i] for i, column in enumerate(numbers.columns)}
    if numbers.num_components:
        places[PCA_FEATURE] = [*range(len(numbers.columns), numbers.num_values), numbers.width - 1]
    return places
