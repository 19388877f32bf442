"""Clips, findings and decisions as the JSON that the page is given. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from components.annotation_validator.inputs.segments import CheckedSegment, VideoFacts
from components.annotations.decisions.decision import Action, Decision
from components.annotations.records.boxes import relative_boxes
from components.annotations.records.record import Box, SpaceUnit, TimeUnit
from pipeline.review.clips import Catalogue, Clip, KnownFinding
from pipeline.review.session import Session, Written
from pipeline.review.standing import Standing

_MOST_POINTS, _MOST_BOXES, _MOST_NEIGHBOURS, _MOST_NAMES, _MOST_PLACES = 400, 2000, 200, 500, 20
_MOST_FINDINGS = 2000
POINTS_OF_A_PART = 10_000
_LEAST_AROUND_SECONDS = 1.5


def summary(session: Session, name: str, *, has_model: bool) -> dict[str, Any]:
    """What the page needs before it shows anything."""
    catalogue = session.catalogue
    facts = catalogue.facts
    return {
        "name": name,
        "clips": len(catalogue.clips),
        "classes": {label: len(segments) for label, segments in catalogue.inputs.by_label.items()},
        "splits": facts.splits,
        "groups": facts.groups,
        "is_checked": catalogue.is_checked,
        "checks": Counter(known.finding.check for known in catalogue.findings),
        "has_answers": facts.has_answers,
        "has_confidences": facts.has_confidences,
        "has_model": has_model,
        "decided": len(session.standings),
        "stale": session.written.num_stale,
        "log": str(session.log),
        "on_map": len(catalogue.map.places),
        "revision": session.revision,
        "edition": session.edition,
    }


def finding_list(session: Session) -> dict[str, Any]:
    """All findings, errors first, without the clips that they name."""
    findings = session.catalogue.findings
    return {
        "is_checked": session.catalogue.is_checked,
        "total": len(findings),
        "findings": [_finding(known, session) for known in findings[:_MOST_FINDINGS]],
    }


def _finding(known: KnownFinding, session: Session) -> dict[str, Any]:
    finding = known.finding
    shown = [place for place in finding.places if not place.segment_id][:_MOST_PLACES]
    return {
        **_finding_of_clip(known),
        "remedy": finding.remedy,
        "value": finding.unit.shown(finding.value),
        "bar": finding.unit.shown(finding.bar),
        "clips": len(known.clips),
        "decided": len(known.named.intersection(session.standings)),
        "is_accepted": (finding.check, finding.message) in session.written.accepted,
        "labels": session.catalogue.labels_of[known.id][:_MOST_NAMES],
        # Rows that a run would leave out are no clips.
        "places": [str(place) for place in shown],
        "num_places": len(finding.places),
    }


def _finding_of_clip(known: KnownFinding) -> dict[str, Any]:
    finding = known.finding
    return {
        "id": known.id,
        "check": finding.check,
        "severity": finding.severity.value,
        "message": finding.message,
    }


def clip_row(clip: Clip, session: Session) -> dict[str, Any]:
    """A clip in a list."""
    segment = clip.segment
    findings = session.catalogue.findings_of.get(clip.id, ())
    return {
        "id": clip.id,
        "video": segment.video,
        "label": segment.label,
        "group": segment.group,
        "split": clip.split,
        "start": segment.start_seconds,
        "end": segment.end_seconds,
        "row": str(segment.record.source),
        "answer": {**clip.answer._asdict(), "loss": clip.answer.loss} if clip.answer else None,
        "findings": len(findings),
        "standing": _standing(session.standings.get(clip.id)),
    }


def _standing(standing: Standing | None) -> dict[str, Any] | None:
    if standing is None:
        return None
    return {
        "label": standing.label,
        "group": standing.group,
        "start": standing.start_seconds,
        "end": standing.end_seconds,
        "actions": [action.value for action in Action if action in standing.actions],
    }


def map_part(clips: Sequence[Clip], part: int, session: Session) -> dict[str, Any]:
    """Some of the points of the clips' map, in columns; `part`: which ten thousand of them."""
    catalogue = session.catalogue
    places, classes = catalogue.map.places, list(catalogue.inputs.by_label)
    number_of = {label: number for number, label in enumerate(classes)}
    placed = [clip for clip in clips if clip.id in places]
    shown = placed[part * POINTS_OF_A_PART : (part + 1) * POINTS_OF_A_PART]
    return {
        "total": len(placed),
        "classes": classes,
        "shares": catalogue.map.shares,
        "verb": catalogue.map.verb,
        "ids": [clip.id for clip in shown],
        "labels": [number_of[clip.segment.label] for clip in shown],
        "x": [places[clip.id][0] for clip in shown],
        "y": [places[clip.id][1] for clip in shown],
    }


def clip_detail(clip: Clip, session: Session) -> dict[str, Any]:
    """A clip with all that is known of it."""
    catalogue = session.catalogue
    inputs, facts = catalogue.inputs, catalogue.inputs.videos.get(clip.segment.video)
    findings = catalogue.findings_of.get(clip.id, ())
    window = window_of(clip, session)
    return {
        **clip_row(clip, session),
        "fps": facts.fps if facts else 0.0,
        "duration": facts.duration_seconds if facts else 0.0,
        "size": [facts.width, facts.height] if facts else None,
        "window": window,
        "findings": [_finding_of_clip(known) | _suggested(known, clip) for known in findings],
        "boxes": _boxes(clip.segment, facts),
        "curve": _curve(catalogue, clip.segment.video, *window),
        "neighbours": [
            {"id": other.id, "label": other.label, "start": other.start_seconds, "end": other.end_seconds}
            for other in inputs.by_video[clip.segment.video]
            if other.id != clip.id and _overlaps(other, *window)
        ][:_MOST_NEIGHBOURS],
        "decisions": [
            decision_row(decision, session.written, catalogue)
            for decision in session.written.decisions
            if decision.segment and decision.segment.id == clip.id
        ],
    }


def decision_row(decision: Decision, written: Written, catalogue: Catalogue) -> dict[str, Any]:
    """A decision, with what became of it."""
    return {
        **decision.model_dump(mode="json"),
        "state": written.states.get(decision.id),
        "is_known": decision.segment is not None and decision.segment.id in catalogue.by_id,
    }


def _suggested(known: KnownFinding, clip: Clip) -> dict[str, Any]:
    place = known.suggestions.get(clip.id)
    if place is None or place.suggestion is None:
        return {"suggestion": None}
    wanted = place.suggestion
    return {
        "suggestion": {
            "text": str(wanted),
            "start": wanted.start_seconds,
            "end": wanted.end_seconds,
            "label": wanted.label,
            "group": wanted.group,
            "delete": wanted.delete,
        }
    }


def window_of(clip: Clip, session: Session) -> tuple[float, float]:
    """From when to when the timeline goes: around all bounds that the clip has, had, or may get."""
    segment, standing = clip.segment, session.standings.get(clip.id)
    facts = session.catalogue.inputs.videos.get(segment.video)
    found = session.catalogue.findings_of.get(clip.id, ())
    places = [known.suggestions[clip.id] for known in found if clip.id in known.suggestions]
    times = [segment.start_seconds, segment.end_seconds]
    times += [standing.start_seconds, standing.end_seconds] if standing else []
    for place in places:
        if place.suggestion:
            times += [place.suggestion.start_seconds, place.suggestion.end_seconds]
    known = [time for time in times if time is not None]
    duration = facts.duration_seconds if facts else 0.0
    first, last = min(known), max(known) if segment.end_seconds is not None else max(*known, duration, min(known) + 1)
    around = max(_LEAST_AROUND_SECONDS, (last - first) / 2)
    end = last + around
    return max(0.0, first - around), max(min(end, duration), last) if duration else end


def _overlaps(segment: CheckedSegment, first: float, last: float) -> bool:
    return segment.start_seconds < last and (segment.end_seconds is None or segment.end_seconds > first)


def _curve(catalogue: Catalogue, video: str, first: float, last: float) -> list[list[float]] | None:
    """Times, and changes over the frame as shares of the largest one, where frames were measured."""
    if video not in catalogue.curves:
        return None
    seconds, changes = catalogue.curves[video]
    shown = np.flatnonzero((seconds >= first) & (seconds <= last))
    if not len(shown):
        return None
    shown = shown[:: -(-len(shown) // _MOST_POINTS)]
    rates = changes[shown] / max(float(changes[shown].max()), 1.0)
    return [seconds[shown].round(3).tolist(), rates.round(3).tolist()]


def _boxes(segment: CheckedSegment, facts: VideoFacts | None) -> list[list[float]]:
    """Seconds, edges as shares of the frame, and whether the actor is gone from there on; none where that takes the video."""
    record = segment.record
    boxes: Iterable[Box] = record.boxes[:_MOST_BOXES]
    if facts is None and (record.space_unit is SpaceUnit.PIXELS or record.time_unit is TimeUnit.FRAMES):
        return []
    if facts and record.space_unit is SpaceUnit.PIXELS:
        boxes = relative_boxes(record.boxes[:_MOST_BOXES], facts.width, facts.height)

    def seconds(time: float) -> float:
        return time if facts is None or record.time_unit is TimeUnit.SECONDS else facts.seconds_at(time)

    return [
        [round(seconds(box.time), 4), box.x_min, box.y_min, box.x_max, box.y_max, float(box.is_end)] for box in boxes
    ]
