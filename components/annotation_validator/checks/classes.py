"""Checks of classes: whether there is enough of each, from enough places, and something to tell it from."""

from collections import Counter
from collections.abc import Iterable

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, Finding, Place, Unit
from components.annotation_validator.checks.spelling import words
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotations.splits.config import SPLITS
from foundation.messages.wording import counted

_BACKGROUND_WORDS = frozenset(
    ("background", "negative", "negatives", "none", "nothing", "other", "others", "idle", "normal")
)


def check_few_groups(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes from so few groups that no split can show whether they are recognised elsewhere."""
    bar = config.few_groups or 0.0
    for label, segments in inputs.by_label.items():
        groups = {inputs.cluster_of[segment.video] for segment in segments}
        if len(groups) >= bar or (inputs.is_background(label) and inputs.takes_background):
            continue
        listed = f" ({next(iter(groups))})" if len(groups) == 1 else ""
        yield Finding(
            check="few_groups",
            severity=Severity.ERROR if len(groups) < len(SPLITS) else Severity.WARNING,
            message=f"class {label!r} comes from {counted(len(groups), 'group')}{listed}; each of "
            f"{len(SPLITS)} splits needs one at least, and what is learned from few is who and where they are",
            remedy="Add videos of this class by other people and at other places.",
            value=len(groups),
            bar=bar,
            unit=Unit.COUNT,
            places=_example_of_each_group(inputs, segments),
        )


def check_dominant_group(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes that are mostly one group's."""
    bar = config.dominant_group or 1.0
    for label, segments in inputs.by_label.items():
        counts = Counter(inputs.cluster_of[segment.video] for segment in segments)
        (group, count), *others = counts.most_common()
        if others and count / len(segments) > bar and len(segments) > len(counts):
            yield Finding(
                check="dominant_group",
                severity=Severity.WARNING,
                message=f"class {label!r}: {count} of {len(segments)} segments come from {group}",
                remedy="Add other groups' videos, or leave out some of this one's.",
                value=count / len(segments),
                bar=bar,
                unit=Unit.SHARE,
                places=tuple(segment.place() for segment in segments if inputs.cluster_of[segment.video] == group),
            )


def check_ungrouped(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Segments of which nobody says who or where: each video is then a group, though several may show one scene."""
    bar = config.ungrouped or 0.0
    without = [segment for segment in inputs.segments if not segment.group]
    if inputs.segments and len(without) / len(inputs.segments) > bar:
        yield Finding(
            check="ungrouped",
            severity=Severity.NOTE,
            message=f"{len(without)} of {len(inputs.segments)} segments name no group; each of their videos counts as one, "
            "and if two show the same person or place, a split may leak",
            remedy="Name in the column group who or where it is, if videos have that in common.",
            value=len(without) / len(inputs.segments),
            bar=bar,
            unit=Unit.SHARE,
        )


def check_too_few_to_evaluate(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes that will have fewer test clips than the gates ask for, so that no model of them can pass."""
    factor = config.too_few_to_evaluate or 0.0
    for label, segments in inputs.by_label.items():
        if inputs.is_background(label) and inputs.takes_background:
            continue
        needed = inputs.min_examples.get(label, inputs.default_min_examples)
        given = inputs.uses_given_splits and all(segment.split for segment in inputs.segments)
        expected = (
            sum(segment.split == "test" for segment in segments)
            if given
            else len(segments) * inputs.split_shares.get("test", 0.0)
        )
        if expected < factor * needed:
            yield Finding(
                check="too_few_to_evaluate",
                severity=Severity.ERROR,
                message=f"class {label!r}: of {len(segments)} segments {'' if given else 'about '}{expected:.3g} come into the "
                f"test split, and gates.min_examples asks for {needed}",
                remedy="Annotate more of this class, raise splits.test, or lower the bar and trust the figures less.",
                value=expected,
                bar=factor * needed,
                unit=Unit.COUNT,
                places=tuple(segment.place() for segment in segments),
            )


def check_no_background(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Whether anything shows none of the actions; a model without it sees an action in everything."""
    bar = config.no_background or 0.0
    if inputs.takes_background or not inputs.segments:
        return
    labels = list(inputs.by_label)
    background = {label for label in labels if inputs.is_background(label) or _says_none(label, labels)}
    share = sum(len(inputs.by_label[label]) for label in background) / len(inputs.segments)
    if share < bar:
        yield Finding(
            check="no_background",
            severity=Severity.NOTE,
            message=f"{share:.1%} of the segments show none of the actions; the model will see one of them in any video",
            remedy="If it is to run on whole videos, set negatives.clips_per_video, or annotate time without an action.",
            value=share,
            bar=bar,
            unit=Unit.SHARE,
        )


def check_no_look_alikes(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes whose people and places show nothing else: these tell the class as well as the action does."""
    bar = config.no_look_alikes or 0.0
    if inputs.takes_background or not any(segment.group for segment in inputs.segments):
        return
    labels_of: dict[str, set[str]] = {}
    for segment in inputs.segments:
        labels_of.setdefault(inputs.cluster_of[segment.video], set()).add(segment.label)
    for label, segments in inputs.by_label.items():
        shared = [segment for segment in segments if len(labels_of[inputs.cluster_of[segment.video]]) > 1]
        share = len(shared) / len(segments)
        if share < bar and not inputs.is_background(label) and len(inputs.by_label) > 1:
            yield Finding(
                check="no_look_alikes",
                severity=Severity.NOTE,
                message=f"class {label!r}: {share:.0%} of its segments are from groups that show another class too; "
                "the scene tells the class, whatever happens in it",
                remedy="Add what looks alike and is something else: other actions of the same people at the same place, "
                "or their background.",
                value=share,
                bar=bar,
                unit=Unit.SHARE,
                places=_example_of_each_group(inputs, segments),
            )


def _says_none(label: str, labels: Iterable[str]) -> bool:
    """Whether a label means that an action is absent: background, no_action, or noFight beside fight."""
    own = words(label)
    if not _BACKGROUND_WORDS.isdisjoint(own):
        return True
    letters = "".join(own)
    others = {"".join(words(each)) for each in labels} | {"action", "activity"}
    return any(letters.startswith(prefix) and letters.removeprefix(prefix) in others for prefix in ("no", "non", "not"))


def _example_of_each_group(inputs: CheckInputs, segments: Iterable[CheckedSegment]) -> tuple[Place, ...]:
    examples: dict[str, CheckedSegment] = {}
    for segment in segments:
        examples.setdefault(inputs.cluster_of[segment.video], segment)
    return tuple(segment.place() for segment in examples.values())
