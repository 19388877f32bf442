"""Few clips to learn from are taken from many groups."""

from benchmarks.against_tutorial import SharedClip
from benchmarks.recipes import spread
from benchmarks.tutorial import LabelledFrames


def test_clips_of_each_class_are_taken_from_all_groups_in_turn() -> None:
    clips = [
        SharedClip((), LabelledFrames("video.mp4", 0, 1, label_id), group)
        for label_id in (0, 1)
        for group in ("a", "a", "a", "b", "c")
    ]
    chosen = spread(clips, range(len(clips)), 3)
    assert [(clips[number].in_file.label_id, clips[number].group) for number in chosen] == [
        (0, "a"), (0, "b"), (0, "c"), (1, "a"), (1, "b"), (1, "c"),
    ]  # fmt: skip
    assert spread(clips, range(5), 100) == list(range(5))
