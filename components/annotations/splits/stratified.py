"""Shares groups out such that each split gets its share of each class, and some of each wherever that is possible."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from components.annotations.splits.chance import unit_hash
from components.annotations.splits.grouping import Node, Videos

NONE_PLACED: Mapping[Node, str] = MappingProxyType({})

_Moves = tuple[tuple[Node, str], ...]


def cluster_hash(cluster: Node, seed: int) -> float:
    """A number in [0, 1) of a set of videos that belong together.

    It is of the name and the seed only, so new data does not move old data, unless they belong together.
    """
    return unit_hash(f"{'video' if cluster.is_video else 'group'}:{cluster.name}", seed)


def stratified(
    clusters: Mapping[Node, Sequence[str]],
    videos: Videos,
    shares: Mapping[str, float],
    seed: int,
    placed: Mapping[Node, str] = NONE_PLACED,
) -> dict[Node, str]:
    """Assign groups by iterative stratification (Sechidis et al., 2011).

    `shares`: of all segments, by split; `placed`: the split of those clusters that have one already.

    The rarest label comes first, with its largest groups first. Each group goes to the split that lacks most of that label.
    Where rarer labels have taken all groups of another one, groups change places until each split has each label, if they can.
    """
    counts = {
        # Videos that no row names count as a class of their own.
        name: Counter(segment.label for video in members for segment in videos[video]) or Counter([""])
        for name, members in clusters.items()
    }
    totals: Counter[str] = Counter()
    for in_cluster in counts.values():
        totals.update(in_cluster)
    lacking = {split: {label: totals[label] * share for label in totals} for split, share in shares.items()}
    lacking_in_all = {split: totals.total() * share for split, share in shares.items()}
    present: dict[str, set[str]] = {split: set() for split in shares}
    by_cluster: dict[Node, str] = {}

    def place(name: Node, split: str) -> None:
        by_cluster[name] = split
        present[split] |= counts[name].keys()
        lacking_in_all[split] -= counts[name].total()
        for label, count in counts[name].items():
            lacking[split][label] -= count

    for name, split in placed.items():
        place(name, split)
    names_by_label: dict[str, list[Node]] = defaultdict(list)
    for name in sorted(clusters, key=lambda name: (-counts[name].total(), cluster_hash(name, seed))):
        for label in counts[name]:
            names_by_label[label].append(name)
    for label in sorted(totals, key=lambda label: (totals[label], label)):
        waiting = [name for name in names_by_label[label] if name not in by_cluster]
        for rank, name in enumerate(waiting):
            without = [split for split in shares if label not in present[split]]
            # The last groups of a label must go to the splits that have none of it.
            open_splits = without if len(waiting) - rank <= len(without) else shares
            place(name, max(open_splits, key=lambda split: (lacking[split][label], lacking_in_all[split])))
    return covered(by_cluster, counts, [name for name in clusters if name not in placed], tuple(shares))


def covered(
    by_cluster: Mapping[Node, str],
    counts: Mapping[Node, Counter[str]],
    movable: Sequence[Node],
    splits: Sequence[str],
) -> dict[Node, str]:
    """The splits with as few moves as give every split every label, as far as single moves and swaps can.

    `counts` are the segments of each label; only `movable` clusters change their split. What has all labels stays as it is.
    """
    result = dict(by_cluster)
    held = Counter((split, label) for name, split in result.items() for label in counts[name])
    labels = {label for in_cluster in counts.values() for label in in_cluster if label}
    while missing := [(split, label) for split in splits for label in sorted(labels) if not held[split, label]]:
        better = (
            moves
            for split, label in missing
            for moves in _moves_towards(split, label, result, counts, movable)
            if _num_gained(moves, result, counts, held) > 0
        )
        # Of the moves that help, those of the fewest segments, so that the shares change least.
        moves = min(better, key=lambda moves: sum(counts[name].total() for name, _ in moves), default=())
        if not moves:
            break
        for name, split in moves:
            held.subtract(dict.fromkeys(((result[name], label) for label in counts[name]), 1))
            held.update((split, label) for label in counts[name])
            result[name] = split
    return result


def _moves_towards(
    split: str,
    label: str,
    by_cluster: Mapping[Node, str],
    counts: Mapping[Node, Counter[str]],
    movable: Sequence[Node],
) -> Iterator[_Moves]:
    """Moves that bring a label into a split: a cluster that has it, alone or in exchange for one that is there."""
    there = [name for name in movable if by_cluster[name] == split]
    for name in movable:
        if label in counts[name]:
            yield ((name, split),)
            for other in there:
                yield ((name, split), (other, by_cluster[name]))


def _num_gained(
    moves: Iterable[tuple[Node, str]],
    by_cluster: Mapping[Node, str],
    counts: Mapping[Node, Counter[str]],
    held: Mapping[tuple[str, str], int],
) -> int:
    """How many more pairs of a split and a label there are after moves."""
    change: Counter[tuple[str, str]] = Counter()
    for name, split in moves:
        for label in counts[name]:
            change[by_cluster[name], label] -= 1
            change[split, label] += 1
    return sum((held[pair] + more > 0) - (held[pair] > 0) for pair, more in change.items())
