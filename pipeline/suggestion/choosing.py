"""Which of many spans to annotate first. Pure.

Chosen is one span after the other, each time that with the largest product of

- what its label would tell a linear layer about the other spans: how much less is unknown of them once it is annotated. That
  is Bayesian design for the variance of predictions (Chaloner and Verdinelli, "Bayesian Experimental Design: A Review", 1995),
  for spans that are at hand (Yu, Bi and Tresp, "Active Learning via Transductive Experimental Design", ICML 2006; Ash et al.,
  "Gone Fishing: Neural Active Learning with Fisher Embeddings", NeurIPS 2021). What is annotated is known from the start, and
  what was chosen counts as annotated: so neither a copy nor an oddity is chosen, but what stands for much that is unknown;
- how unsure the model is: of its two most probable classes (margin sampling: Scheffer, Decomain and Wrobel, 2001), or from one
  window to the next;
- how rare the classes are that it may be of, and whether a gate lacks them;
- one over the number of spans of its group or folder, and of its video, with it.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from pipeline.suggestion.reasons import Reasons, stand_out
from pipeline.suggestion.spans import Known, SeenSpan, Suggestion, features_of

# Of a label, in shares of the mean square length of features: how little one span says for certain of those that look like it.
_NOISE = 0.3
_LONGEST = 2.0  # in medians

Numbers = npt.NDArray[np.float64]


def choose(spans: Sequence[SeenSpan], known: Known, count: int) -> list[Suggestion]:
    """The best spans to annotate, the best first: `count` of them, or all if there are no more."""
    if not spans:
        return []
    probabilities = np.stack([span.probabilities for span in spans]).astype(np.float64)
    doubts = doubts_of(spans)
    gaps = probabilities @ np.array([label in known.gaps for label in known.classes], np.float64)
    width = len(spans[0].features)
    features, told = features_of(spans, width), features_of(known.spans, width)
    design = _Design(features, told, doubts)
    reasons = Reasons(spans, known, stand_out(features, told))
    num_annotated = np.array([known.num_annotated.get(label, 0) for label in known.classes], np.float64)
    num_chosen: Counter[tuple[str, str]] = Counter()
    is_left = np.ones(len(spans), bool)
    chosen: list[Suggestion] = []
    first = 0.0
    for _ in range(min(count, len(spans))):
        rarity = probabilities @ (1 / (1 + num_annotated))
        crowd = [1 + num_chosen["crowd", span.crowd] for span in spans]
        same_video = [1 + num_chosen["video", span.video] for span in spans]
        values = design.gains * doubts * rarity * (1 + gaps) / np.multiply(crowd, same_video)
        best = int(np.where(is_left, values, -1).argmax())
        first = first or float(values[best]) or 1.0
        label = int(probabilities[best].argmax())
        chosen.append(
            Suggestion(
                spans[best],
                known.classes[label],
                float(probabilities[best, label]),
                float(values[best]) / first,
                reasons.why(best),
            )
        )
        is_left[best] = False
        design.annotate(best)
        num_annotated += probabilities[best]
        num_chosen.update((("crowd", spans[best].crowd), ("video", spans[best].video)))
    return chosen


def doubts_of(spans: Sequence[SeenSpan]) -> Numbers:
    """How unsure the model is of each span: float64 [spans], 0 to 1."""
    probabilities = np.sort(np.stack([span.probabilities for span in spans]).astype(np.float64), axis=1)
    margins = probabilities[:, -1] - probabilities[:, -2]
    disagreements = np.array([span.disagreement for span in spans])
    return np.asarray(1 - margins * (1 - disagreements))


class _Design:
    """What each span would tell of all of them, in a linear model whose weights are known as far as annotations tell them.

    Memory grows with the number of spans, not with its square.
    """

    def __init__(self, features: npt.NDArray[np.float32], known: npt.NDArray[np.float32], doubts: Numbers) -> None:
        """`features`: float32 [spans, width]; `known`: float32 [annotated, width]; `doubts`: how much each span matters."""
        both = np.concatenate([features, known]).astype(np.float64)
        both -= both.mean(axis=0)
        both = _shortened(both)
        scale = float(np.mean(np.square(both).sum(axis=1))) or 1.0
        self._features, told = np.split(both / np.sqrt(scale), [len(features)])
        width = features.shape[1]
        covariance = np.linalg.inv(np.eye(width) + told.T @ told / _NOISE)
        self._asked = self._features.T @ (self._features * doubts[:, None])  # [width, width]
        # What is not known yet of the weights, seen from each span: [spans, width].
        self._unknown = self._features @ covariance
        self._told = ((self._unknown @ self._asked) * self._unknown).sum(axis=1)
        self._variances = (self._unknown * self._features).sum(axis=1)

    @property
    def gains(self) -> Numbers:
        """By how much a span's label would lower the variance of all spans' predictions: float64 [spans]."""
        return np.asarray(np.maximum(self._told, 0) / (self._variances + _NOISE))

    def annotate(self, number: int) -> None:
        """Take the label of a span for known."""
        direction = self._unknown[number].copy()
        shares = self._features @ direction / (self._variances[number] + _NOISE)
        asked = self._asked @ direction
        self._told = self._told - 2 * shares * (self._unknown @ asked) + np.square(shares) * float(direction @ asked)
        self._variances = self._variances - shares * (self._features @ direction)
        self._unknown = self._unknown - np.outer(shares, direction)


def _shortened(vectors: Numbers) -> Numbers:
    """The vectors, none much longer than usual: what a network has never seen the like of may be a hundred times as long."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    longest = _LONGEST * float(np.median(lengths))
    return np.asarray(vectors * (longest / np.maximum(lengths, longest)) if longest else vectors)
