"""Assigns whole groups to train, eval and test, so that splits cannot leak; videos that belong together are one group."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import Manifest
from components.annotations.splits.assignment import Assignment, read_assignment
from components.annotations.splits.config import SplitsConfig
from components.annotations.splits.coverage import check_coverage
from components.annotations.splits.grouping import (
    NO_GROUPS,
    Groups,
    GroupsOf,
    Link,
    Node,
    Ties,
    Videos,
    find_clusters,
    find_links,
    groups_of_videos,
    shortest_chain,
)
from components.annotations.splits.stratified import cluster_hash, stratified
from components.storage.opening import local_file
from foundation.messages.errors import UserError

Clusters = Mapping[Node, Sequence[str]]


def split_manifest(
    manifest: Manifest, config: SplitsConfig, negatives: NegativesConfig | None = None, beam_args: Sequence[str] = ()
) -> tuple[dict[str, str], Assignment]:
    """The split of each video of a manifest, and the assignment to write: all earlier rows and the new ones.

    Raises:
      UserError: see `assign_splits` and `read_assignment`.
    """
    earlier = Assignment()
    if config.assignment:
        with local_file(config.assignment, "splits.assignment", beam_args) as path:
            earlier = read_assignment(path, config.assignment)
    # Unannotated time will give background clips in every split.
    may_lack = (negatives.label,) if negatives and negatives.clips_per_video else ()
    videos = manifest.segments_by_video
    groups_of = groups_of_videos(videos, manifest.groups)
    splits = _assign(videos, groups_of, manifest.ties, config, earlier, may_lack, manifest.groups)
    return splits, earlier.extended(groups_of, splits)


def assign_splits(
    videos: Videos,
    ties: Ties,
    config: SplitsConfig,
    earlier: Assignment | None = None,
    may_lack: Collection[str] = (),
    groups: Groups = NO_GROUPS,
) -> dict[str, str]:
    """The split of each video.

    Args:
      videos: by path, with their segments.
      ties: sets of videos that belong together whatever their groups. Videos also belong together if rows put them into
        the same group; a video without a group is a group of its own.
      earlier: its videos and groups keep their splits, and so does everything that belongs to them.
      may_lack: labels that need not be in every split.
      groups: of videos without segments.

    Raises:
      UserError: a split would be empty, a class would be missing in train (in `stratified` mode: in any split), the
        official lists put one group into two splits, or new ties join what `earlier` has in two splits.
    """
    groups_of = groups_of_videos(videos, groups)
    return _assign(videos, groups_of, ties, config, earlier or Assignment(), may_lack, groups)


def _assign(
    videos: Videos,
    groups_of: GroupsOf,
    ties: Ties,
    config: SplitsConfig,
    earlier: Assignment,
    may_lack: Collection[str],
    groups: Groups,
) -> dict[str, str]:
    nodes_of = {nodes[0]: nodes for nodes in find_clusters(groups_of, ties)}
    clusters = {name: [node.name for node in nodes if node.is_video] for name, nodes in nodes_of.items()}
    placed = _placed_earlier(nodes_of, lambda: find_links(videos, ties, groups), earlier)
    if config.mode == "official":
        by_cluster = _official(clusters, videos, config)
    elif config.mode == "hash":
        by_cluster = {name: _hashed_split(name, config) for name in clusters} | placed
    else:
        by_cluster = stratified(clusters, videos, config.shares, config.seed, placed)
    splits = {video: by_cluster[name] for name, members in clusters.items() for video in members}
    check_coverage(videos, splits, clusters, config, len(placed), may_lack)
    return splits


def _placed_earlier(
    nodes_of: Mapping[Node, Sequence[Node]], links: Callable[[], Iterable[Link]], earlier: Assignment
) -> dict[Node, str]:
    placed: dict[Node, str] = {}
    for name, nodes in nodes_of.items():
        known = {node: earlier.split_of[node] for node in nodes if node in earlier.split_of}
        if not known:
            continue
        placed[name] = next(iter(known.values()))
        elsewhere = {node for node, split in known.items() if split != placed[name]}
        if elsewhere:
            chain = shortest_chain(links(), known.keys() - elsewhere, elsewhere)
            ends = [node for link in (chain[0], chain[-1]) for node in link.ends if node in known]
            one = next(node for node in ends if node not in elsewhere)
            other = next(node for node in ends if node in elsewhere)
            raise UserError(
                f"splits.assignment: {earlier.name} has {one} in {known[one]} and {other} in {known[other]}, but now they "
                f"belong together: {'; '.join(link.reason for link in chain)}. Correct what ties them, leave one of them "
                "out, or give both the same split in that file"
            )
    return placed


def _hashed_split(cluster: Node, config: SplitsConfig) -> str:
    position = cluster_hash(cluster, config.seed)
    if position < config.train:
        return "train"
    return "eval" if position < config.train + config.eval else "test"


def _official(clusters: Clusters, videos: Videos, config: SplitsConfig) -> dict[Node, str]:
    by_cluster = {}
    for name, members in clusters.items():
        named = {segment.split for video in members for segment in videos[video]}
        if None in named:
            row = next(each.source for video in members for each in videos[video] if each.split is None)
            raise UserError(f"splits.mode is 'official' but {row} names no split; fill it in or use 'stratified'")
        if len(named) > 1:
            raise UserError(
                f"the official splits put {name.name!r} into {' and '.join(sorted(map(str, named)))}: "
                "the model would be tested on what it was trained on. Correct the splits or use splits.mode 'stratified'"
            )
        # A video that no row names is in none of the official lists; the model may learn from it.
        by_cluster[name] = str(named.pop()) if named else "train"
    if "eval" not in by_cluster.values():
        # The lists have train and test only. Early stopping needs data of its own, which may not come from test.
        share = config.eval / (config.train + config.eval)
        for name, split in by_cluster.items():
            if split == "train" and cluster_hash(name, config.seed) < share:
                by_cluster[name] = "eval"
    return by_cluster
