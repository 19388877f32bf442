"""Checks that each split has the classes that training and the gates need; errors say what to do."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from components.annotations.splits.config import SPLITS, SplitsConfig
from components.annotations.splits.grouping import Node, Videos
from foundation.messages.errors import UserError
from foundation.messages.wording import counted


def check_coverage(
    videos: Videos,
    splits: Mapping[str, str],
    clusters: Mapping[Node, Sequence[str]],
    config: SplitsConfig,
    num_placed_earlier: int,
    may_lack: Collection[str],
) -> None:
    """Check that no split is empty and that each class is in train (in `stratified` mode: in every split).

    Raises:
      UserError: the first of these that does not hold, with a remedy.
    """
    labels: dict[str, set[str]] = {split: set() for split in SPLITS}
    num_groups_of: Counter[str] = Counter()
    for members in clusters.values():
        found = {segment.label for video in members for segment in videos[video]}
        num_groups_of.update(found)
        # All of a cluster is in one split.
        labels[splits[members[0]]] |= found
    empty = [split for split in SPLITS if not labels[split]]
    if empty:
        raise UserError(
            f"the {' and '.join(empty)} split would be empty: {counted(len(clusters), 'group')} in "
            f"{counted(len(videos), 'video')}, mode {config.mode!r}. {_filled(len(clusters), len(videos), config)}"
        )
    required = SPLITS if config.mode == "stratified" else ("train",)
    for split in required:
        for label in sorted(num_groups_of.keys() - labels[split] - set(may_lack)):
            num_groups = num_groups_of[label]
            raise UserError(
                f"class {label!r} has no segment in the {split} split: its segments come from {num_groups} group(s)"
                f"{_explanation(split, num_groups, config, num_placed_earlier)}"
            )


def _filled(num_groups: int, num_videos: int, config: SplitsConfig) -> str:
    """What would put something into an empty split."""
    if num_videos == 1:
        return (
            "Frames of one video are too alike to be in two splits. Add videos of other people or places; or, if scenes of "
            "this one are of different people or places, cut it into a file a scene"
        )
    if config.mode == "official":
        return "Correct the lists, or use splits.mode 'stratified'"
    if num_groups < len(SPLITS):
        return f"Each of {len(SPLITS)} splits needs a group of its own. Add videos of other groups"
    if config.mode == "hash":
        return (
            "Change splits.seed or the shares under splits, add videos of other groups, or use splits.mode 'stratified'"
        )
    return "Change the shares under splits, or add videos of other groups"


def _explanation(split: str, num_groups: int, config: SplitsConfig, num_placed_earlier: int) -> str:
    if config.mode == "official":
        return ", all of them in other lists. Correct the lists, delete the rows of this class, or use splits.mode 'stratified'"
    if config.mode == "hash":
        return (
            ", which hashing put elsewhere. Add videos of this class from other groups, change splits.seed, or use "
            "splits.mode 'stratified'"
        )
    otherwise = "delete its rows, or use splits.mode 'hash' (then a missing class fails the gate instead)"
    if num_groups < len(SPLITS):
        needed = f"each of {len(SPLITS)} splits needs one of its own"
        return f", and {needed}. Add videos of this class from other groups, {otherwise}"
    if num_placed_earlier:
        return (
            f", which stay where {config.assignment or 'the earlier assignment'} has them. Add videos of this class from new "
            f"groups, move one of its groups to {split} in that file, {otherwise}"
        )
    return f", which other classes need elsewhere. Change splits.seed, add videos of this class from other groups, {otherwise}"
