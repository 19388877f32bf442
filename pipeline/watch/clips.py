"""Tables of clips: what is compared. No TensorFlow here."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class ClipTable:
    """Clips, one a row.

    Attributes:
      names: where each is found, for people; str [clips].
      groups: what clips may be alike within: people, places, clients; str [clips].
      features: `ClipFeatures`, float32 [clips, features].
      scores: float32 [clips, classes].
      embedding: of which the network makes its scores, float32 [clips, width]; width 0 where it is not known.
    """

    names: npt.NDArray[np.str_]
    groups: npt.NDArray[np.str_]
    features: Floats
    scores: Floats
    embedding: Floats

    def __len__(self) -> int:
        return len(self.groups)

    def of(self, rows: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> "ClipTable":
        """Some of the clips."""
        return ClipTable(
            self.names[rows], self.groups[rows], self.features[rows], self.scores[rows], self.embedding[rows]
        )

    @property
    def num_groups(self) -> int:
        return len(np.unique(self.groups))


def join_tables(tables: Sequence[ClipTable]) -> ClipTable:
    """One table of all clips; there must be at least one table."""
    return ClipTable(*(np.concatenate([vars(table)[name] for table in tables]) for name in vars(tables[0])))


@dataclass(frozen=True)
class Reference:
    """The clips that a model was trained and judged on; `splits`: of each, str [clips]."""

    clips: ClipTable
    splits: npt.NDArray[np.str_]

    @property
    def trained(self) -> ClipTable:
        """What the network has learned from. Its scores of these are better than of any others."""
        return self.clips.of(self.splits == "train")

    @property
    def held_out(self) -> ClipTable:
        """The clips of eval and test, of which the scores are as they would be of new ones."""
        return self.clips.of(self.splits != "train")
