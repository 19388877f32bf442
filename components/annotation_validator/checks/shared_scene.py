"""Videos of several groups by one camera or in one room: what a model learns of the place helps it in another split."""

from collections.abc import Iterable

from components.annotation_validator.analysis.scenes import Alike, find_alike, joined
from components.annotation_validator.findings import Found, Place, Severity
from components.annotation_validator.inputs.inputs import CheckInputs

# Of two videos that are copies of each other more is said elsewhere.
_COPIES = 0.9
_MOST_NAMED = 3


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    videos = [video for video, measures in inputs.measures.items() if measures.background.size]
    backgrounds = [inputs.measures[video].background for video in videos]
    pairs = [pair for pair in find_alike(backgrounds, bar) if _are_apart(inputs, videos[pair.one], videos[pair.other])]
    num_groups = len(set(inputs.cluster_of.values()))
    for scene in joined(pairs):
        best = max((pair for pair in pairs if pair.one in scene), key=lambda pair: pair.likeness)
        yield _found(
            inputs, [videos[number] for number in scene], best, (videos[best.one], videos[best.other]), num_groups
        )


def _found(inputs: CheckInputs, videos: list[str], best: Alike, pair: tuple[str, str], num_groups: int) -> Found:
    groups = list(dict.fromkeys(inputs.cluster_of[video] for video in (*pair, *videos)))
    listed = ", ".join(groups[:_MOST_NAMED]) + (", ..." if len(groups) > _MOST_NAMED else "")
    splits = sorted({split for video in videos for each in inputs.by_video[video] if (split := inputs.split_of(each))})
    where = f"they are in {' and '.join(splits)}" if len(splits) > 1 else "nothing keeps them in one split"
    is_all = len(groups) == num_groups
    return Found(
        message=f"{len(videos)} videos of {len(groups)} groups ({listed}) show one scene, such as {pair[0]} and {pair[1]} "
        f"(likeness {best.likeness:.2f}), and {where}",
        remedy="No split can tell what a model knows of the place; add videos of other places if it is to work there."
        if is_all
        else "If the model is to work at other places, give all videos of one place the same group, else its test flatters it.",
        value=best.likeness,
        places=tuple(map(Place, videos)),
        severity=Severity.NOTE if is_all else None,
    )


def _are_apart(inputs: CheckInputs, one: str, other: str) -> bool:
    """Whether nothing binds two videos together, and they are not copies."""
    if inputs.cluster_of[one] == inputs.cluster_of[other]:
        return False
    left, right = (inputs.measures[video].fingerprint for video in (one, other))
    return bool(min(left.still @ right.still, left.moving @ right.moving) < _COPIES)
