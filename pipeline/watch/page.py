"""The page of `clipgate watch`, and its words."""

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup

from components.pages.environment import render_page
from foundation.messages.wording import counted
from models.labelling import Labelling
from pipeline.watch.comparing import Comparison, Finding, State
from pipeline.watch.config import WatchConfig
from pipeline.watch.drawing import differences, distributions
from pipeline.watch.looks import Kind
from pipeline.watch.served import Served

_MOST_UNLIKE = 40


class UnlikeClip(NamedTuple):
    """A clip that is unlike all that was trained: where it is found, what was answered, its first, middle and last frame.

    `score`: the best of all.
    """

    name: str
    distance: float
    labels: str
    score: float
    frames: tuple[bytes, ...]


def headline(comparison: Comparison) -> str:
    """What came out, in one line."""
    if comparison.state is State.OPEN:
        return "Too few clients or groups to tell"
    if comparison.state is State.DRIFTED:
        return f"Drift in {counted(len(comparison.drifts), 'number')}"
    return "No drift was found"


def explain(finding: Finding) -> str:
    """A finding in words."""
    if finding.look.kind is Kind.SHARE:
        values = f"{finding.served:.1%} of the clips, {finding.usual:.1%} of the data"
    else:
        values = f"mean {finding.served:.3g}, of the data {finding.usual:.3g}; distance {finding.size:.2f}"
    return f"{finding.look.name}: {values}"


def limits(comparison: Comparison, config: WatchConfig) -> list[str]:
    """What the comparison cannot know, in sentences."""
    sentences = [
        "Whether the answers are right: there are no labels. Accuracy may have stayed as it was in spite of drift, and may "
        "have fallen without any, for instance where people mean something else by a class than before. Label a sample of "
        "these clips, and have it measured by a run.",
        "What a class really comes to: the shares are of answers, right and wrong ones, and are compared with the answers to "
        "clips of eval and test.",
        "Requests that were refused, failed, were not sampled, or were dropped: they are in no log.",
        f"Differences that are smaller than the bars (watch.min_distance {config.min_distance:g}, watch.min_share_change "
        f"{config.min_share_change:g}) or than the intervals are wide.",
        "Whether the data were like the requests in the first place: what differs now may have differed since the first day.",
    ]
    if config.group_by == "clip":
        sentences.append(
            "Whether clips are alike: watch.group_by is clip, so each counts by itself; where many come from few clients, "
            "alarms are more frequent than they should be."
        )
    if not comparison.novelty.by_embedding:
        sentences.append(
            "How the clips look to the network: the log has no pixels, so unlike clips are told by their scores, in which "
            "something new may look like something known. clipgate serve --log-pixels keeps what is needed."
        )
    return sentences


def unlike_clips(comparison: Comparison, served: Served, labelling: Labelling) -> Iterator[UnlikeClip]:
    """The clips farthest from all that was trained, of those beyond the bar."""
    for index in comparison.novelty.unlike[:_MOST_UNLIKE].tolist():
        scores, jpegs = served.clips.scores[index], served.jpegs[index]
        shown = (jpegs[0], jpegs[len(jpegs) // 2], jpegs[-1]) if jpegs else ()
        labels = ", ".join(labelling.labels(scores)) or f"none; the best is {labelling.classes[int(scores.argmax())]}"
        distance = float(comparison.novelty.served[index])
        yield UnlikeClip(str(served.clips.names[index]), distance, labels, float(scores.max()), shown)


def render(
    name: str, version: str, comparison: Comparison, served: Served, labelling: Labelling, config: WatchConfig
) -> str:
    """One HTML document that needs no script and fetches nothing."""
    by_kind = {kind: [each for each in comparison.findings if each.look.kind is kind] for kind in Kind}
    return render_page(
        "watch.html",
        {"explain": explain},
        name=name,
        version=version,
        headline=headline(comparison),
        comparison=comparison,
        is_open=comparison.state is State.OPEN,
        is_drifted=comparison.state is State.DRIFTED,
        config=config,
        notes=served.notes,
        num_clips=len(served.clips),
        features=[(each, Markup(distributions(each))) for each in by_kind[Kind.FEATURE]],
        shares=by_kind[Kind.SHARE],
        shares_drawing=Markup(differences(by_kind[Kind.SHARE])) if by_kind[Kind.SHARE] else "",
        num_unlike=len(comparison.novelty.unlike),
        unlike=list(unlike_clips(comparison, served, labelling)),
        has_several=labelling.has_several,
        limits=limits(comparison, config),
    )
