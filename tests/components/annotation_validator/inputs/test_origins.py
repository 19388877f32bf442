"""Where segments come from, counted once for all checks."""

from collections import Counter

from components.annotation_validator.inputs.origins import Origin, by_cluster, by_part
from tests.components.annotation_validator.making import inputs_of, segment

INPUTS = inputs_of(
    [
        segment(2, "a.mp4", "wave", group="person 1", split="test"),
        segment(3, "b.mp4", "sit", group="person 1", split="train"),
        segment(4, "b.mp4", "sit", 5.0, group="person 1", split="train"),
        segment(5, "c.mp4", "sit", split="test"),
        segment(6, "d.mp4", "sit", group="person 4"),
    ],
    ties=(("c.mp4", "d.mp4"),),
)


def test_segments_of_each_label_are_counted_by_what_they_belong_to() -> None:
    assert INPUTS.origins == {
        "sit": {
            Origin("group 'person 1'", "person 1", "train", "train"): 2,
            Origin("group 'person 4'", None, "test", "test"): 1,
            Origin("group 'person 4'", "person 4", None, None): 1,
        },
        "wave": {Origin("group 'person 1'", "person 1", "test", "test"): 1},
    }
    assert list(INPUTS.origins) == list(INPUTS.by_label)


def test_parts_are_counted_over_all_else() -> None:
    assert by_cluster(INPUTS.origins["sit"]) == {"group 'person 1'": 2, "group 'person 4'": 2}
    assert by_part(INPUTS.all_origins, lambda origin: origin.split) == Counter(each.split for each in INPUTS.segments)
