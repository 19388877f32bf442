"""What is being reviewed just now: the catalogue, the log of decisions, and how clips stand after it."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from components.annotations.decisions.decision import Action, Decision, new_decision
from components.annotations.decisions.log import LogReader, append
from components.annotations.decisions.standing import sort_out
from foundation.messages.errors import UserError
from pipeline.review.batches import Batch, new_batch_id, read_batch, require_few
from pipeline.review.clips import Catalogue, Clip, KnownFinding
from pipeline.review.deciding import read_acceptance, read_action, read_decision, read_why
from pipeline.review.listing import Query, select
from pipeline.review.standing import Standing, as_annotated, find_standings

log = logging.getLogger(__name__)

_KEPT_LISTS = 8
_SECONDS_BETWEEN_LOOKS = 1.0


class UnknownClipError(LookupError):
    """There is no clip of this id."""


@dataclass(frozen=True)
class Written:
    """The log as it was read, and what became of its lines for the clips that there are.

    Attributes:
      states: what became of each, by id: standing, stale, overridden, undone or aimless, as
        `components.annotations.decisions.standing.Standing` has them; an undo has none.
      accepted: findings that were accepted as a whole: check and message.
    """

    decisions: Sequence[Decision] = ()
    states: Mapping[str, str] = field(default_factory=dict)
    accepted: frozenset[tuple[str, str]] = frozenset()

    @property
    def num_stale(self) -> int:
        return sum(state == "stale" for state in self.states.values())


class Session:
    """Changes only in the event loop's thread; whoever waits is told of each change.

    Attributes:
      revision: another one after each change.
      edition: of the catalogue; what people decide does not change it.
    """

    def __init__(self, catalogue: Catalogue, log: Path, by: str) -> None:
        """Raises UserError if the log cannot be read."""
        self.catalogue, self.log, self._by = catalogue, log, by
        self._reader = LogReader(log)
        self.written = Written()
        self.standings: Mapping[str, Standing] = {}
        self.revision = self.edition = 0
        self._changed = asyncio.Condition()
        self._lists: OrderedDict[Query, list[Clip]] = OrderedDict()
        self._state: tuple[int, ...] = ()
        self._read_log()

    async def use(self, catalogue: Catalogue) -> None:
        """Review this from now on."""
        self.catalogue = catalogue
        self.edition += 1
        self._read_log()
        await self._tell()

    async def follow_log(self) -> None:
        """Read the log again whenever somebody has written into it; does not end."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            if self._state != _state_of(self.log):
                try:
                    self._read_log()
                except UserError as error:
                    log.error("%s", error)
                await self._tell()

    async def changed_since(self, revision: int, timeout_seconds: float) -> int:
        """The present revision, as soon as it is another one, or after a while."""
        async with self._changed:
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._changed.wait_for(lambda: self.revision != revision), timeout_seconds)
        return self.revision

    def clip(self, clip_id: str) -> Clip:
        """Raises UnknownClipError."""
        clip = self.catalogue.by_id.get(clip_id)
        if clip is None:
            raise UnknownClipError(f"there is no clip {clip_id[:80]}")
        return clip

    def standing(self, clip: Clip) -> Standing:
        """How a clip stands now."""
        return self.standings.get(clip.id) or as_annotated(clip.segment)

    def listed(self, query: Query) -> list[Clip]:
        """All clips that a query asks for, whatever page it wants; raises ValueError as `select` does."""
        query = replace(query, offset=0, limit=1)
        if query not in self._lists:
            self._lists[query] = select(self.catalogue, self.standings, query)
            if len(self._lists) > _KEPT_LISTS:
                self._lists.popitem(last=False)
        self._lists.move_to_end(query)
        return self._lists[query]

    async def decide(self, body: Any) -> Decision:
        """Write down what a client wants decided, or undone; `body`: any JSON.

        Raises:
          ValueError: it cannot be; the message is a sentence.
          UnknownClipError: there is no such clip.
          UserError: the log cannot be read or written.
        """
        action = read_action(body)
        self._read_log()
        decision = self._undo(body) if action is Action.UNDO else self._decision(body)
        append(self.log, decision)
        self._read_log()
        await self._tell()
        return decision

    async def decide_all(self, body: Any) -> tuple[str, int]:
        """Write down what a client wants decided about many clips, or undone of what was decided about many; `body`: any JSON.

        What a clip has already is not decided once more.

        Returns:
          the id by which all of it can be undone, and how many lines were written.

        Raises:
          ValueError: it cannot be, or the clips are not as many as people were told; the message is a sentence.
          UnknownClipError: there is no such clip.
          UserError: the log cannot be read or written.
        """
        batch, batch_id = read_batch(body), new_batch_id()
        self._read_log()
        made = self._undo_all(batch) if batch.action is Action.UNDO else self._decisions(batch)
        if made:
            append(self.log, *(decision.model_copy(update={"batch": batch_id}) for decision in made))
        self._read_log()
        await self._tell()
        return batch_id, len(made)

    def _decisions(self, batch: Batch) -> list[Decision]:
        if batch.query:
            clips = self.listed(batch.query)
            if len(clips) != batch.count:
                raise ValueError(
                    f"{len(clips):,} clips match by now, not {batch.count:,}; look at them, and decide again"
                )
            require_few(len(clips))
        else:
            clips = [self.clip(name) for name in batch.segments]
        found = str(batch.decision.get("finding") or "")
        named = self._finding(found).named if found else frozenset()
        made = (
            self._decision({**batch.decision, "finding": found if clip.id in named else None, "segment": clip.id})
            for clip in clips
        )
        return [decision for decision in made if decision.new is None or decision.new != decision.old]

    def _undo_all(self, batch: Batch) -> list[Decision]:
        wanted = batch.decision.get("undoes")
        states = self.written.states
        undone = [
            new_decision(Action.UNDO, self._by, undoes=decision.id, why=read_why(batch.decision))
            for decision in self.written.decisions
            if decision.batch and decision.batch == wanted and states.get(decision.id) == "standing"
        ]
        if not undone:
            raise ValueError(f"there are no decisions {str(wanted)[:80]} that could be undone")
        return undone

    def _decision(self, body: Mapping[str, Any]) -> Decision:
        finding = self._finding(str(body["finding"])) if body.get("finding") else None
        if finding and body.get("segment") is None:
            return read_acceptance(body, self._by, finding)
        clip = self.clip(str(body.get("segment")))
        facts = self.catalogue.inputs.videos.get(clip.segment.video)
        return read_decision(
            body, self._by, clip, self.standing(clip), finding, facts.duration_seconds if facts else 0.0
        )

    def _finding(self, finding_id: str) -> KnownFinding:
        known = self.catalogue.findings_by_id.get(finding_id)
        if known is None:
            raise ValueError(f"there is no finding {finding_id[:80]}; the checks may have run again")
        return known

    def _undo(self, body: Mapping[str, Any]) -> Decision:
        for decision in self.written.decisions:
            if decision.id == body.get("undoes") and self.written.states.get(decision.id) == "standing":
                return new_decision(Action.UNDO, self._by, undoes=decision.id, why=read_why(body))
        raise ValueError(f"there is no decision {str(body.get('undoes'))[:80]} that could be undone")

    def _read_log(self) -> None:
        self._state = _state_of(self.log)
        decisions = self._reader.read() if self._state else []
        found = sort_out(decisions, self.catalogue.groups)
        segments = {
            each.segment.id: self.catalogue.by_id[each.segment.id].segment for each in found.standing if each.segment
        }
        self.standings = find_standings(segments, found.standing)
        self.written = Written(
            decisions,
            {decision.id: state for state, decisions in vars(found).items() for decision in decisions},
            frozenset(
                (each.finding.check, each.finding.about) for each in found.standing if each.finding and not each.segment
            ),
        )
        self._lists.clear()

    async def _tell(self) -> None:
        async with self._changed:
            self.revision += 1
            self._changed.notify_all()


def _state_of(log: Path) -> tuple[int, ...]:
    """Is another one after each change of the file; empty if there is none."""
    try:
        status = log.stat()
    except OSError:
        return ()
    return status.st_ino, status.st_size, status.st_mtime_ns
