"""What of clips is compared: their features, what the network answers, and how far they are from all that was trained."""

from collections.abc import Iterator, Sequence
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from models.heads import best_of_heads
from models.labelling import Labelling
from pipeline.watch.clip_features import ClipFeatures
from pipeline.watch.clips import ClipTable, Floats, Reference
from pipeline.watch.config import WatchConfig

_NEIGHBOURS = 3
# Lower scores are all the same: their logarithms are far apart and mean nothing.
_LEAST_SCORE = 1e-3

Values = npt.NDArray[np.float64]


class Kind(Enum):
    """A number of each clip; or whether something holds for it, of which the share is compared."""

    FEATURE = "feature"
    SHARE = "share"


class Look(NamedTuple):
    """One number, or 0 or 1, of each clip: of those that were served, and of those of the data."""

    name: str
    kind: Kind
    served: Values
    usual: Values


class Novelty(NamedTuple):
    """How far clips are from the nearest that were trained: of served ones and held-out ones; beyond `bar` one is unlike."""

    served: Values
    held_out: Values
    bar: float
    by_embedding: bool

    @property
    def unlike(self) -> npt.NDArray[np.int64]:
        """Served clips that are unlike all that was trained, the farthest first."""
        order = np.argsort(-self.served, kind="stable")
        return order[self.served[order] > self.bar]


def looks_at_inputs(served: ClipTable, reference: ClipTable, left_out: Sequence[str]) -> list[Look]:
    """The features of what was sent."""
    return [
        Look(name, Kind.FEATURE, *(table.features[:, column].astype(np.float64) for table in (served, reference)))
        for column, name in enumerate(ClipFeatures._fields)
        if name not in left_out
    ]


def looks_at_answers(
    served: ClipTable, held_out: ClipTable, labelling: Labelling, novelty: Novelty, config: WatchConfig
) -> list[Look]:
    """What the network makes of the clips; of the data only of those that it has not learned from."""
    return list(_looks_at_answers(served, held_out, labelling, novelty, config))


def _looks_at_answers(
    served: ClipTable, held_out: ClipTable, labelling: Labelling, novelty: Novelty, config: WatchConfig
) -> Iterator[Look]:
    chosen = [labelling.chosen(table.scores) for table in (served, held_out)]
    for number, label in enumerate(labelling.classes):
        yield _share(f"predicted {label}", *(table[:, number] for table in chosen))
    if labelling.has_several:
        yield _share("no label", *(~table.any(axis=1) for table in chosen))
    best = [table.scores.max(axis=1).astype(np.float64) for table in (served, held_out)]
    yield Look("best score", Kind.FEATURE, *best)
    sure = [certainties(table.scores, labelling) for table in (served, held_out)]
    yield _share("uncertain answers", *(values < config.uncertain_below for values in sure))
    yield Look("distance to trained clips", Kind.FEATURE, novelty.served, novelty.held_out)
    yield _share("unlike all trained clips", *(values > novelty.bar for values in (novelty.served, novelty.held_out)))


def measure_novelty(served: ClipTable, reference: Reference, unlike_share: float) -> Novelty:
    """Mean distance to the nearest training clips: in the embedding where it is known of all, else by the scores.

    The same is done for the clips of eval and test, whose people and places were not trained either; `unlike_share` of them
    lie beyond the bar.
    """
    by_embedding = served.embedding.shape[1] > 0
    trained, held_out, asked = (
        _coordinates(table, by_embedding) for table in (reference.trained, reference.held_out, served)
    )
    scale = np.maximum(trained.std(axis=0), 1e-6)
    usual, distances = (_distances(values / scale, trained / scale) for values in (held_out, asked))
    return Novelty(distances, usual, float(np.quantile(usual, 1 - unlike_share)), by_embedding)


def _coordinates(table: ClipTable, by_embedding: bool) -> Values:
    if by_embedding:
        return table.embedding.astype(np.float64)
    return np.log(np.maximum(table.scores.astype(np.float64), _LEAST_SCORE))


def _distances(values: Values, trained: Values) -> Values:
    """Mean distance of each to its nearest neighbours among `trained`, over the root of the number of coordinates."""
    from sklearn.neighbors import NearestNeighbors  # loads for a second

    neighbours = NearestNeighbors(n_neighbors=min(_NEIGHBOURS, len(trained))).fit(trained)
    return np.asarray(neighbours.kneighbors(values)[0].mean(axis=1) / np.sqrt(trained.shape[1]))


def certainties(scores: Floats, labelling: Labelling) -> Values:
    """How sure each answer is, of scores [clips, classes]: its best score, 0 to 1; of heads that of the least sure one.

    Of several labels, how sure the least sure of them is: 0 at its threshold, 1 at a score of 0 or 1, in proportion between.
    """
    values = scores.astype(np.float64)
    if labelling.heads:
        return np.asarray(best_of_heads(values, labelling.heads).min(axis=1))
    if labelling.thresholds is None:
        return np.asarray(values.max(axis=1))
    thresholds = np.array(labelling.thresholds)
    distances = np.abs(values - thresholds)
    farthest = np.where(labelling.chosen(scores), 1 - thresholds, thresholds)
    shares = np.divide(distances, farthest, out=np.ones_like(distances), where=farthest > 0)
    return np.asarray(shares.min(axis=1))


def _share(name: str, served: npt.NDArray[np.bool_], usual: npt.NDArray[np.bool_]) -> Look:
    return Look(name, Kind.SHARE, served.astype(np.float64), usual.astype(np.float64))
