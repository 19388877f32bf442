"""The page that compares two runs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from components.model_gate.verdict import RuleFinding
from components.pages.environment import render_page
from components.reporter.data import Strip
from pipeline.runs.comparing import ALL, ChangedClip, Comparison
from pipeline.runs.data_changes import DataChange, Kind
from pipeline.runs.differences import Difference, different, in_words, settings
from pipeline.runs.drawing import changes, rates
from pipeline.runs.measured import MeasuredRun
from pipeline.runs.record import RunRecord

_NUM_CLIPS, _NUM_PICTURES, _NUM_SEGMENTS = 200, 30, 500


@dataclass(frozen=True)
class ComparedRun:
    """One of the two runs; `outcome`: what came of it, in words."""

    record: RunRecord
    outcome: str
    measured: MeasuredRun


class JudgedRule(NamedTuple):
    """A rule for a class (or all of them: empty), as it came out in both runs; None: it was not applied."""

    rule: str
    label: str
    findings: tuple[RuleFinding | None, RuleFinding | None]

    @property
    def differs(self) -> bool:
        """Whether it let one of the models pass only, or was applied to one only."""
        first, second = self.findings
        return first is None or second is None or (first.passed, first.state) != (second.passed, second.state)


class ShownClips(NamedTuple):
    """Clips that changed to one side: all of them, and the first ones, which are shown."""

    verb: str
    num_clips: int
    shown: tuple[ChangedClip, ...]


def render(
    name: str,
    runs: tuple[ComparedRun, ComparedRun],
    found: Comparison,
    data: Sequence[DataChange] | None,
    strips: Mapping[str, Strip],
) -> str:
    """One HTML document; `data`: None where a run does not tell; `strips`: frames of clips, by their ids."""
    first, second = (run.record for run in runs)
    numbers = first.number, second.number
    labels = [row.label for row in found.rows]
    of_classes = [row for row in found.rows if row.label != ALL]
    return render_page(
        "comparison.html",
        {"signed": lambda value: f"{value + 0.0:+.3f}".replace("-", "−"), "in_words": in_words},
        name=name,
        runs=runs,
        overall=found.rows[0],
        is_ranked=found.rows[0].average_precision != (None, None),
        several=any(run.measured.measured.candidate.has_several_labels for run in runs),
        rows=found.rows,
        settings=settings(first, second),
        code=[_shortened(each) for each in different(first.code, second.code)],
        software=[*different(first.software, second.software), *different(first.commits, second.commits)],
        same_data=first.data_digest == second.data_digest,
        data=None if data is None else data[:_NUM_SEGMENTS],
        num_data=len(data or ()),
        counts_of_data=_counts(data or ()),
        rules=judged_rules(*(run.measured for run in runs)),
        # Labels are escaped by what draws; all else are numbers.
        recall_svg=Markup(rates("recall", labels, [row.recall for row in found.rows], numbers)),
        precision_svg=Markup(
            rates("precision", [row.label for row in of_classes], [row.precision for row in of_classes], numbers)
        ),
        change_svg=Markup(changes(found.rows)) if found.rows[0].change else "",
        changed=None if found.changed is None else _by_side(found.changed),
        strips=strips,
    )


def pictured_clips(found: Comparison) -> list[str]:
    """Ids of the clips that the page has pictures of: the first ones that were lost, and that were won."""
    return [clip.clip_id for side in _by_side(found.changed or ()) for clip in side.shown[:_NUM_PICTURES]]


def judged_rules(first: MeasuredRun, second: MeasuredRun) -> list[JudgedRule]:
    """All rules of both runs, those first that came out in different ways."""
    sides = [{(each.rule, each.label): each for each in run.verdict.findings} for run in (first, second)]
    rules = [JudgedRule(*key, (sides[0].get(key), sides[1].get(key))) for key in dict.fromkeys([*sides[0], *sides[1]])]
    return sorted(rules, key=lambda rule: not rule.differs)


def _by_side(changed: Sequence[ChangedClip]) -> list[ShownClips]:
    sides = ("lost", [clip for clip in changed if not clip.is_won]), ("won", [clip for clip in changed if clip.is_won])
    return [ShownClips(verb, len(clips), tuple(clips[:_NUM_CLIPS])) for verb, clips in sides]


def _counts(data: Sequence[DataChange]) -> dict[str, int]:
    counts = Counter(change.kind for change in data)
    return {kind.value: counts[kind] for kind in Kind if counts[kind]}


def _shortened(difference: Difference) -> Difference:
    """A digest is known by its beginning."""
    before, after = ((digest or "")[:12] or None for digest in (difference.before, difference.after))
    return Difference(difference.what, before, after)
