"""clipgate review"""

import asyncio
import getpass
import logging
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from components.annotations.decisions.log import log_beside
from components.storage.opening import open_root
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.commands.convert import data_of_options
from pipeline.commands.terminal import (
    FileArgument,
    OptionalConfigOption,
    SetOption,
    console,
    errors,
    escaped,
    one_config,
    require_config,
)
from pipeline.config import Config, load_config


def review(
    file: FileArgument = None,
    config: OptionalConfigOption = None,
    annotations: Annotated[
        str | None,
        typer.Option("--annotations", "-a", help="Instead of a configuration: annotations, such as suggestions."),
    ] = None,
    videos: Annotated[
        str | None, typer.Option("--videos", help="Beside --annotations: the folder of the videos.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model",
            metavar="VERSION",
            help="Whose answers are shown: a pushed version or a run; default: the last run.",
        ),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            "--log", metavar="FILE", help="The log of decisions; default: beside the annotations, FILE.decisions.jsonl."
        ),
    ] = None,
    frames: Annotated[
        bool | None,
        typer.Option(
            "--frames/--no-frames", help="Also decode the videos, and check what they show; as checks.frames."
        ),
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who decides; default: the user's name.")
    ] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 0,
    changes: SetOption = None,
) -> None:
    """Look at clips, at what checks found of them and at what a model took them for, and decide about them in a browser."""
    config = one_config(file, config)
    settings = _settings(config, annotations, videos, changes)
    log_file = decisions or _log_of(settings)
    root = open_root(settings.data.videos, "data.videos", settings.beam.args)
    # OpenCV and aiohttp are loaded by what needs them.
    from pipeline.review.access import is_loopback
    from pipeline.review.serving import Opening, serve_until_stopped

    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    # Until the server handles signals itself, SIGTERM ends the program as SIGINT does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    opening = Opening(
        settings=settings,
        root=root,
        keeps=config is not None,
        log_file=log_file,
        model=model,
        frames=settings.checks.frames if frames is None else frames,
        by=by or getpass.getuser(),
        host=host,
        port=port,
    )

    if not is_loopback(host):
        errors.print(
            "[bold yellow]not encrypted:[/] whoever listens between here and a browser sees all; rather tunnel to 127.0.0.1 "
            "(docs/review.md)",
            highlight=False,
        )

    def say(sentence: str) -> None:
        errors.print(escaped(sentence), highlight=False)

    def on_ready(address: str) -> None:
        console.print(escaped(address), highlight=False)

    with suppress(KeyboardInterrupt):
        asyncio.run(serve_until_stopped(opening, say, on_ready))


def _settings(
    config: Path | None, annotations: str | None, videos: str | None, changes: Sequence[str] | None
) -> Config:
    """The configuration that is named, or one without runs for annotations that are."""
    require_config(config, changes)
    if config is not None:
        if annotations or videos:
            raise UserError("--config says which annotations and videos; leave out --annotations and --videos")
        return load_config(config, changes or ())
    if not annotations or not videos:
        raise UserError(
            "--config is needed: it says where annotations and videos are; or name both, with --annotations and --videos"
        )
    data = data_of_options(annotations, videos, {})
    # Nothing is there, and nothing is written there.
    return Config(output_dir=f"{annotations}.runs", data=data)


def _log_of(settings: Config) -> Path:
    annotations = settings.data.annotations
    if settings.checks.decisions:
        return Path(settings.checks.decisions)
    if is_remote(annotations):
        raise UserError(f"--log: {annotations} is an address; say with --log FILE where decisions are written")
    return log_beside(annotations)
