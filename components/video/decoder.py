"""Decoding in a process of its own, with limits on time and memory: what a file does to it costs that file alone."""

import signal
from collections.abc import Generator, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

from components.video.child import Child, ChildDiedError, Message, did_not_start
from components.video.config import SamplingConfig
from components.video.png import Pixels
from components.video.protocol import (
    Wanted,
    pack_request,
    unpack_clip,
    unpack_index,
    unpack_mask,
    unpack_survey,
)
from components.video.queues import Windows
from components.video.reader import VideoError, VideoInfo
from components.video.survey import Survey
from components.video.tasks import Clip, Ending, Span
from components.video.times import FrameIndex
from components.video.turns import Turns
from foundation.messages.errors import MachineError, UserError
from foundation.messages.progress import say

_WHAT_IT_MAY_BE: dict[int, str] = {
    signal.SIGKILL: "this machine may have less memory than sampling.max_memory_megabytes",
    signal.SIGSEGV: "the codec library fails on this file",
    signal.SIGABRT: "the codec library fails on this file",
}


class Decoder:
    """A child process, started when first needed and again after it ended. Not for several threads."""

    def __init__(self, num_threads: int = 1, turns: Turns | None = None) -> None:
        """`num_threads`: of FFmpeg, for one video. `turns`: of those beside which it works, within their `beside_others`."""
        self._num_threads = num_threads
        self._turns = turns
        self._child: Child | None = None
        self._mask_decoder: Decoder | None = None

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def probe(self, path: Path, sampling: SamplingConfig) -> VideoInfo:
        """Size, nominal frame rate and duration; see components.video.clips.probe."""
        head, _ = self._only("info", path, sampling)
        return VideoInfo(**head["info"])

    def read_times(self, path: Path, sampling: SamplingConfig) -> FrameIndex:
        """The times of all frames as the packets say; see components.video.clips.read_times."""
        return unpack_index(*self._only("times", path, sampling))

    def read_index(self, path: Path, sampling: SamplingConfig) -> FrameIndex:
        """The times of all frames; see components.video.clips.read_index, and `read_clips` for what goes wrong."""
        return unpack_index(*self._only("index", path, sampling))

    def read_clips(self, path: Path, spans: Sequence[Span], sampling: SamplingConfig) -> Generator[Clip, None, Ending]:
        """See components.video.clips.read_clips.

        Raises:
          VideoError: also when the decoder shows no progress, exceeds its computing time or memory, or dies of the file twice,
            the second time with nothing beside it.
          MachineError: the decoder cannot be started, or the file cannot be read for a reason that lies with the machine.
        """
        return (yield from self._clips(self._ask("clips", path, sampling, spans)))

    def read_windows(self, path: Path, windows: Windows, sampling: SamplingConfig) -> Generator[Clip, None, Ending]:
        """See components.video.clips.read_windows, and `read_clips` for what goes wrong."""
        return (yield from self._clips(self._ask("windows", path, sampling, windows=windows)))

    @staticmethod
    def _clips(answer: Iterator[tuple[dict[str, Any], bytes]]) -> Generator[Clip, None, Ending]:
        for head, body in answer:
            if head["kind"] == "clip":
                yield unpack_clip(head, body)
            elif head["kind"] == "end":
                return Ending(**head["ending"])
        raise AssertionError("the decoder's answer has no end")

    def read_survey(self, path: Path, spans: Sequence[Span], sampling: SamplingConfig) -> Survey:
        """See components.video.survey.read_survey, and `read_clips` for what else goes wrong."""
        return unpack_survey(*self._only("survey", path, sampling, spans))

    def read_mask(self, path: Path, sampling: SamplingConfig) -> Pixels:
        """See components.video.png.read_mask, and `read_clips` for what else goes wrong.

        Clips may still be on their way: masks are read by a child process of their own.
        """
        if self._mask_decoder is None:
            self._mask_decoder = Decoder(turns=self._turns)
        return unpack_mask(*self._mask_decoder._only("mask", path, sampling))

    def close(self) -> None:
        if self._mask_decoder:
            self._mask_decoder.close()
        if self._child:
            self._child.close()
        self._child = None

    def _only(
        self, wanted: Wanted, path: Path, sampling: SamplingConfig, spans: Sequence[Span] = ()
    ) -> tuple[dict[str, Any], bytes]:
        """The only message of an answer."""
        (message,) = self._ask(wanted, path, sampling, spans)
        return message

    def _ask(
        self,
        wanted: Wanted,
        path: Path,
        sampling: SamplingConfig,
        spans: Sequence[Span] = (),
        windows: Windows | None = None,
    ) -> Generator[Message, None, None]:
        """The messages of an answer, each once, also when a process dies and another has to begin anew."""
        request = pack_request(wanted, str(path), sampling.model_dump_json(), self._num_threads, spans, windows)
        num_given = 0
        try:
            for message in self._idle_child().answer(path, request, sampling):
                num_given += 1
                yield message
            return
        except ChildDiedError as death:
            first = death
        say(f"{path}: the decoder was ended by {first}; the file is read once more, with nothing beside it")
        with self._turns.alone() if self._turns else nullcontext():
            child = self._child_after(first)
            try:
                # The same file gives the same answer.
                yield from islice(child.answer(path, request, sampling), num_given, None)
            except ChildDiedError as second:
                raise _verdict(path, first, second, child.lower_limit(sampling)) from None

    def _idle_child(self) -> Child:
        if self._child and not self._child.is_idle:
            self._child.close()
            self._child = None
        self._child = self._child or Child()
        return self._child

    def _child_after(self, death: ChildDiedError) -> Child:
        """A new process, with nothing beside it."""
        try:
            return self._idle_child()
        except ChildDiedError as second:
            reason = f"it was ended by {second}, after another one that was ended by {death}"
            raise MachineError(did_not_start(reason)) from None


def _verdict(path: Path, first: ChildDiedError, second: ChildDiedError, lower_limit: str) -> VideoError | UserError:
    """What follows when two processes died of a file, the second one with nothing beside it."""
    if str(first) == str(second):
        message = f"the decoder was ended by {first} twice, the second time with nothing beside it"
    else:
        message = f"the decoder was ended by {first}, and then by {second} with nothing beside it"
    if lower_limit:
        return UserError(f"{path}: {message}: {lower_limit}")
    return VideoError(
        "video_unreadable", f"{message}: {_WHAT_IT_MAY_BE.get(-second.exit_code, 'it fails on this file')}"
    )
