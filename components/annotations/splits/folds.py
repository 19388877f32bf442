"""Assigns whole groups to folds, each of which is asked about by a model that was trained without it."""

from components.annotations.splits.grouping import Ties, Videos, find_clusters, groups_of_videos
from components.annotations.splits.stratified import stratified
from foundation.messages.errors import UserError
from foundation.messages.wording import counted


def assign_folds(videos: Videos, ties: Ties, num_folds: int, seed: int) -> dict[str, int]:
    """The fold of each video, from 0 on. Each class is in as many folds as its groups allow.

    Args:
      videos: by path, with their segments; those of the eval split are not among them.
      ties: sets of videos that belong together whatever their groups; others than `videos` in them do not matter.
      seed: another one assigns other groups.

    Raises:
      UserError: there are fewer groups than folds.
    """
    known = [[video for video in tied if video in videos] for tied in ties]
    found = find_clusters(groups_of_videos(videos), [tied for tied in known if tied])
    clusters = {nodes[0]: [node.name for node in nodes if node.is_video] for nodes in found}
    if len(clusters) < num_folds:
        raise UserError(
            f"evaluation.folds is {num_folds}, but outside the eval split there {'is' if len(clusters) == 1 else 'are'} "
            f"{counted(len(clusters), 'group')} that could be apart. Ask for fewer folds, or add videos of other people"
        )
    shares = {str(fold): 1 / num_folds for fold in range(num_folds)}
    by_cluster = stratified(clusters, videos, shares, seed)
    return {video: int(by_cluster[name]) for name, members in clusters.items() for video in members}
