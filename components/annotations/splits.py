"""Splits that cannot leak: whole groups go to train, eval or test, and what belongs together is one group."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from components.annotations.config import SPLITS, SplitsConfig
from components.annotations.records import Segment
from models.errors import UserError

Videos = Mapping[str, Sequence[Segment]]


def assign_splits(videos: Videos, ties: Sequence[Sequence[str]], config: SplitsConfig) -> dict[str, str]:
    """The split of each video.

    Videos are tied together when their rows name the same group, or when they are in one of `ties`. A video without
    a group is a group of its own.

    Raises:
      UserError: a split would be empty, a class would be missing in train (in `stratified` mode: in any split), or the
        official lists put one group into two splits.
    """
    clusters = _clusters(videos, ties)
    if config.mode == "official":
        by_cluster = _official(clusters, videos, config)
    elif config.mode == "hash":
        by_cluster = {name: _hashed_split(name, config) for name in clusters}
    else:
        by_cluster = _stratified(clusters, videos, config)
    splits = {video: by_cluster[name] for name, members in clusters.items() for video in members}
    _check_coverage(videos, splits, clusters, config)
    return splits


def _clusters(videos: Videos, ties: Sequence[Sequence[str]]) -> dict[str, list[str]]:
    """Connected videos by the smallest group name among them (union-find over videos and group names)."""
    parent: dict[str, str] = {}

    def find(node: str) -> str:
        root = node
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[node] != root:
            parent[node], node = root, parent[node]
        return root

    def union(left: str, right: str) -> None:
        left, right = sorted((find(left), find(right)))
        parent[right] = left

    for video, segments in videos.items():
        for segment in segments:
            union(f"video:{video}", f"group:{segment.group}" if segment.group else f"video:{video}")
    for tied in ties:
        for video in tied:
            union(f"video:{tied[0]}", f"video:{video}")
    clusters: dict[str, list[str]] = defaultdict(list)
    for video in sorted(videos):
        clusters[find(f"video:{video}")].append(video)
    return dict(clusters)


def _unit_hash(name: str, seed: int) -> float:
    """A number in [0, 1) that depends on the name and the seed only, so that new data never moves old data.

    (Unless it ties old groups to each other or is a copy of an old video: then what belongs together has to move.)
    """
    return int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode()).digest()[:8], "big") / 2**64


def _hashed_split(name: str, config: SplitsConfig) -> str:
    position = _unit_hash(name, config.seed)
    if position < config.train:
        return "train"
    return "eval" if position < config.train + config.eval else "test"


def _official(clusters: Mapping[str, list[str]], videos: Videos, config: SplitsConfig) -> dict[str, str]:
    by_cluster = {}
    for name, members in clusters.items():
        named = {segment.split for video in members for segment in videos[video]}
        if None in named:
            rows = [str(segment.source) for video in members for segment in videos[video] if segment.split is None]
            raise UserError(f"splits.mode is 'official' but {rows[0]} names no split; fill it in or use 'stratified'")
        if len(named) > 1:
            raise UserError(
                f"the official splits put {name.partition(':')[2]!r} into {' and '.join(sorted(map(str, named)))}: "
                "the model would be tested on what it was trained on. Correct the splits or use splits.mode 'stratified'"
            )
        by_cluster[name] = str(named.pop())
    if "eval" not in by_cluster.values():
        # Lists with train and test only: early stopping needs data of its own, and it may not come from test.
        share = config.eval / (config.train + config.eval)
        for name, split in by_cluster.items():
            if split == "train" and _unit_hash(name, config.seed) < share:
                by_cluster[name] = "eval"
    return by_cluster


def _stratified(clusters: Mapping[str, list[str]], videos: Videos, config: SplitsConfig) -> dict[str, str]:
    """Stratification over groups, after iterative stratification (Sechidis et al., 2011): the rarest label is served
    first, its largest groups first, and each group goes to the split that lacks most of that label."""
    counts = {
        name: Counter(segment.label for video in members for segment in videos[video])
        for name, members in clusters.items()
    }
    totals: Counter[str] = Counter()
    for in_cluster in counts.values():
        totals.update(in_cluster)
    lacking = {split: {label: totals[label] * share for label in totals} for split, share in config.shares.items()}
    lacking_in_all = {split: totals.total() * share for split, share in config.shares.items()}
    present: dict[str, set[str]] = {split: set() for split in SPLITS}
    by_cluster: dict[str, str] = {}
    names_by_label: dict[str, list[str]] = defaultdict(list)
    for name in sorted(clusters, key=lambda name: (-counts[name].total(), _unit_hash(name, config.seed))):
        for label in counts[name]:
            names_by_label[label].append(name)
    for label in sorted(totals, key=lambda label: (totals[label], label)):
        waiting = [name for name in names_by_label[label] if name not in by_cluster]
        for rank, name in enumerate(waiting):
            without = [split for split in SPLITS if label not in present[split]]
            # The last groups of a label are owed to the splits that have none of it.
            open_splits = without if len(waiting) - rank <= len(without) else SPLITS
            split = max(
                open_splits,
                key=lambda split: (lacking[split][label], lacking_in_all[split], -SPLITS.index(split)),
            )
            by_cluster[name] = split
            present[split] |= counts[name].keys()
            lacking_in_all[split] -= counts[name].total()
            for other, count in counts[name].items():
                lacking[split][other] -= count
    return by_cluster


def _check_coverage(
    videos: Videos, splits: Mapping[str, str], clusters: Mapping[str, list[str]], config: SplitsConfig
) -> None:
    labels: dict[str, set[str]] = {split: set() for split in SPLITS}
    groups: dict[str, set[str]] = defaultdict(set)
    for name, members in clusters.items():
        for video in members:
            for segment in videos[video]:
                labels[splits[video]].add(segment.label)
                groups[segment.label].add(name)
    empty = [split for split in SPLITS if not labels[split]]
    if empty:
        raise UserError(
            f"the {' and '.join(empty)} split would be empty: {len(clusters)} groups, mode {config.mode!r}. "
            "Add videos of other groups, change the shares or the seed under splits, or use splits.mode 'stratified'"
        )
    required = SPLITS if config.mode == "stratified" else ("train",)
    for split in required:
        for label in sorted(set(groups) - labels[split]):
            raise UserError(
                f"class {label!r} has no segment in the {split} split: its segments come from {len(groups[label])} group(s), "
                f"and each of {len(required)} splits needs one of its own. Add videos of this class from other groups, "
                "delete its rows, or use splits.mode 'hash' (then a missing class fails the gate instead)"
            )
