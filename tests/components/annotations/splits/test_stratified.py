"""Groups change places until each split has each class."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from components.annotations.splits.config import SPLITS, SplitsConfig
from components.annotations.splits.grouping import Node
from components.annotations.splits.splitting import assign_splits
from components.annotations.splits.stratified import covered
from tests.components.annotations.splits.split_data import count_segments, make_videos

LABELS = ["run", "sit", "wave"]
Counts = dict[Node, Counter[str]]


@st.composite
def placed_clusters(draw: st.DrawFn) -> tuple[dict[Node, str], Counts]:
    """Clusters with one or several segments of some labels, each in some split."""
    segments = st.lists(st.sampled_from(LABELS), min_size=1, max_size=4).map(Counter)
    counts = {Node(False, str(number)): labels for number, labels in enumerate(draw(st.lists(segments, max_size=8)))}
    return {name: draw(st.sampled_from(SPLITS)) for name in counts}, counts


def pairs(by_cluster: dict[Node, str], counts: Counts) -> set[tuple[str, str]]:
    """The labels that each split has."""
    return {(split, label) for name, split in by_cluster.items() for label in counts[name]}


def test_groups_that_rarer_classes_have_taken_leave_no_class_out() -> None:
    labels = {"ann": "run sit wave", "bob": "run wave", "cem": "sit wave", "dan": "run wave", "eve": "run sit"}
    rows = [(f"{name}.mp4", label, name) for name, of_group in labels.items() for label in of_group.split()]
    videos = make_videos(*rows)
    for seed in range(20):
        splits = assign_splits(videos, [], SplitsConfig(train=0.5, eval=0.25, test=0.25, seed=seed))
        assert count_segments(videos, splits).keys() == {(split, label) for split in SPLITS for label in LABELS}


@given(placed_clusters())
def test_what_has_all_classes_everywhere_stays_as_it_is(placed: tuple[dict[Node, str], Counts]) -> None:
    by_cluster, counts = placed
    labels = {label for of_cluster in counts.values() for label in of_cluster}
    result = covered(by_cluster, counts, list(counts), SPLITS)
    if len(pairs(by_cluster, counts)) == len(SPLITS) * len(labels):
        assert result == by_cluster


@given(placed_clusters(), st.data())
def test_moves_add_classes_to_splits_and_leave_what_may_not_move(
    placed: tuple[dict[Node, str], Counts], data: st.DataObject
) -> None:
    by_cluster, counts = placed
    movable = [name for name in counts if data.draw(st.booleans())]
    result = covered(by_cluster, counts, movable, SPLITS)
    assert result.keys() == by_cluster.keys()
    assert all(result[name] == split for name, split in by_cluster.items() if name not in movable)
    assert len(pairs(result, counts)) >= len(pairs(by_cluster, counts))
    assert result == by_cluster or len(pairs(result, counts)) > len(pairs(by_cluster, counts))
