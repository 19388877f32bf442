"""Starts the web application, and runs the checks beside it."""

import asyncio
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from aiohttp import web

from components.annotation_validator.measuring.headers import OnVideo
from components.annotation_validator.report import tally
from components.annotations.records.record import Annotations
from components.storage.root import Root
from foundation.messages.errors import MachineError, UserError
from foundation.messages.wording import counted
from pipeline.config import Config
from pipeline.review.access import TOKEN_PARAMETER, Access, make_token
from pipeline.review.checking import check_or_recall
from pipeline.review.clips import Answer, make_catalogue, with_answers
from pipeline.review.loading import Tested, check_all, find_tested, probabilities_of, read_rows
from pipeline.review.media import Media
from pipeline.review.model import AskedModel, find_exported
from pipeline.review.server import ReviewServer
from pipeline.review.session import Session

Say = Callable[[str], None]
_SECONDS_TO_END = 1.0
_Given = TypeVar("_Given")


@dataclass(frozen=True)
class Opening:
    """What is reviewed, and where it is served.

    Attributes:
      keeps: whether what the checks find is kept in the output directory.
      model: a pushed version or a run; None: the last run, if there is one.
    """

    settings: Config
    root: Root
    keeps: bool
    log_file: Path
    model: str | None
    frames: bool
    by: str
    host: str
    port: int


async def serve_until_stopped(opening: Opening, say: Say, on_ready: Callable[[str], None]) -> None:
    """Serve until this is cancelled.

    Args:
      say: gets sentences for people.
      on_ready: gets the address to be opened.

    Raises:
      UserError: annotations, videos, run or log cannot be read, or the address is taken.
    """
    settings = opening.settings
    tested = find_tested(settings, opening.model, say)
    annotations, inputs = read_rows(settings, opening.root)
    answers = tested.answers() if tested else {}
    session = Session(make_catalogue(inputs, answers), opening.log_file, opening.by)
    with tempfile.TemporaryDirectory(prefix="clipgate-review-") as folder:
        media = Media(opening.root, Path(folder))
        matrix = tested.measured.measured.candidate if tested else None
        run = f"run {tested.record.number}" if tested else ""
        model = _model_of(opening, tested, media, say)
        token = make_token()
        server = ReviewServer(session, media, settings.data.annotations, matrix, run, model)
        application = server.application(Access(token))
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SECONDS_TO_END)
        await runner.setup()
        try:
            address = await _listen(runner, opening.host, opening.port)
            say(f"{counted(len(inputs.segments), 'clip')}; decisions are written to {opening.log_file}")
            on_ready(f"http://{address}/?{TOKEN_PARAMETER}={token}")
            await asyncio.gather(session.follow_log(), _complete(opening, session, annotations, tested, answers, say))
        finally:
            await runner.cleanup()
            await media.close()
            if model:
                await model.close()


def _model_of(opening: Opening, tested: Tested | None, media: Media, say: Say) -> AskedModel | None:
    """The model that was asked for by name, if it is still there."""
    if not (opening.model and tested):
        return None
    exported = find_exported(opening.settings, tested.record)
    if exported is None:
        say(
            f"the model of run {tested.record.number} is not on this machine; what the run has kept of its answers is shown"
        )
        return None
    return AskedModel(exported, media)


async def _listen(runner: web.AppRunner, host: str, port: int) -> str:
    site = web.TCPSite(runner, host, port)
    try:
        await site.start()
    except OSError as error:
        raise UserError(f"{host}:{port} cannot be listened on: {error.strerror}; choose another --port") from error
    bound = runner.addresses[0]
    return f"[{bound[0]}]:{bound[1]}" if ":" in bound[0] else f"{bound[0]}:{bound[1]}"


async def _complete(
    opening: Opening,
    session: Session,
    annotations: Annotations,
    tested: Tested | None,
    answers: dict[str, Answer],
    say: Say,
) -> None:
    """Run the checks, and find out how sure the model was; meanwhile clips are looked at."""

    def progress(title: str) -> OnVideo:
        return lambda done, total: say(f"{title}: {done} of {total}") if done == total else None

    settings, root, frames = opening.settings, opening.root, opening.frames
    try:
        check = partial(check_or_recall, say=say) if opening.keeps else check_all
        catalogue = await _beside(lambda: check(settings, root, annotations, answers, frames=frames, progress=progress))
    except (UserError, MachineError) as error:
        say(f"the checks could not run: {error}")
    else:
        await session.use(catalogue)
        say(f"checked: {tally([known.finding for known in catalogue.findings])}")
    if tested:
        sure = await _beside(lambda: probabilities_of(settings, tested))
        if sure:
            catalogue = session.catalogue
            await session.use(await _beside(lambda: with_answers(catalogue, {**answers, **sure})))


async def _beside(function: Callable[[], _Given]) -> _Given:
    """What a function gives that runs in a thread, for which nobody waits who ends the program."""
    loop, future = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def tell(setter: Callable[[Any], None], value: object) -> None:
        with suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(lambda: None if future.cancelled() else setter(value))

    def run() -> None:
        try:
            tell(future.set_result, function())
        except Exception as error:
            tell(future.set_exception, error)

    threading.Thread(target=run, daemon=True).start()
    given: _Given = await future
    return given
