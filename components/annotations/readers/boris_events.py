"""What BORIS' tables and project files have in common: observations of media files, and events of subjects in them.

A state has a START and a STOP, of the same subject, behaviour and modifiers; a point has neither. Times are those of the
observation: files that it plays one after the other are counted on, and its time offset is added.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from components.annotations.readers.exports import file_name
from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source

START, STOP, POINT = "START", "STOP", "POINT"
_NO_SUBJECTS = ("", "no focal subject", "na")


class Observation(NamedTuple):
    """The media files of the first player, how long they are (where that is known), and what was added to all times."""

    name: str
    files: tuple[str, ...] = ()
    seconds_of_files: tuple[float, ...] = ()
    offset_seconds: float = 0.0

    @property
    def video(self) -> str:
        """The name of the first file; empty if there is none, as in live observations."""
        return file_name(self.files[0]) if self.files else ""

    def place(self, start: float, stop: float) -> tuple[str, float, float]:
        """The file that shows what lies between two times, and the times in it.

        Raises:
          BadValueError: there is no file, or it cannot be told which, or the time does not lie in one.
        """
        start, stop = start - self.offset_seconds, stop - self.offset_seconds
        if not self.video:
            message = "the observation names no media file: a live one, or one of pictures"
            raise BadValueError(Reason.ROW_MALFORMED, message, self.name)
        if start < 0:
            raise BadValueError(Reason.TIME_INVALID, "the time is before the start of the media file", start)
        if stop <= start:
            raise BadValueError(Reason.END_BEFORE_START, f"ends at {stop:g}, starts at {start:g}", f"{start}, {stop}")
        if len(self.files) == 1:
            return self.video, start, stop
        if len(self.seconds_of_files) != len(self.files):
            message = "the observation plays several files one after the other, and it is not known how long each is"
            raise BadValueError(Reason.TIME_INVALID, message, ";".join(self.files))
        *earlier, last = self.files
        for file, seconds in zip(earlier, self.seconds_of_files, strict=False):
            if stop <= seconds:
                return file_name(file), start, stop
            if start < seconds:
                message = f"the behaviour goes on from {file_name(file)} into the next file"
                raise BadValueError(Reason.TIME_INVALID, message, f"{start}, {stop}")
            start, stop = start - seconds, stop - seconds
        return file_name(last), start, stop


class Event(NamedTuple):
    """What the coder marked at one time; `kind`: START, STOP or POINT."""

    source: Source
    observation: Observation
    seconds: float
    subject: str
    behavior: str
    modifiers: tuple[str, ...]
    kind: str

    def as_segment(self, stop_seconds: float) -> Record:
        """The segment from this event to `stop_seconds`."""
        try:
            if not self.behavior:
                raise BadValueError(Reason.LABEL_MISSING, "no behaviour", "")
            video, start, stop = self.observation.place(self.seconds, stop_seconds)
        except BadValueError as error:
            return error.as_reject(self.source, self.observation.video, self.behavior)
        group = None if self.subject.lower() in _NO_SUBJECTS else self.subject
        return Segment(video, self.behavior, self.source, start, stop, group=group, find_by=FindBy.NAME)

    def rejected(self, message: str) -> Record:
        """Reject the event, which is no span of time."""
        problem = BadValueError(Reason.SPAN_INCOMPLETE, message, f"{self.seconds:g}")
        return problem.as_reject(self.source, self.observation.video, self.behavior)


def pair_events(events: Iterable[Event]) -> Iterator[Record]:
    """A segment for each START and its STOP, and a reject for each event that has no other one; `events` are in order."""
    started: dict[tuple[str, str, str, tuple[str, ...]], Event] = {}
    for event in events:
        key = (event.observation.name, event.subject, event.behavior, event.modifiers)
        before = started.pop(key, None) if event.kind != POINT else None
        if event.kind == POINT:
            yield event.rejected("a point event has no duration: code the behaviour as a state event")
        elif event.kind == START:
            if before:
                yield before.rejected("it starts, and starts once more before it stops")
            started[key] = event
        elif before:
            yield before.as_segment(event.seconds)
        else:
            yield event.rejected("it stops, and did not start before")
    for event in started.values():
        yield event.rejected("it starts and never stops")
