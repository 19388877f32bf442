"""clipgate serve"""

import asyncio
import logging
import resource
import signal
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from components.pusher.served_models import Latest, ModelSettings, ReadSettings, Specific, read_config_file
from foundation.machine import num_cores
from foundation.messages.errors import UserError
from pipeline.commands.terminal import console, errors, escaped
from pipeline.loading import load_tensorflow
from pipeline.serve.heap import keep_heap_small
from pipeline.serve.memory import LARGEST_REQUESTS, MIN_LARGEST_REQUESTS


def serve(
    model: Annotated[
        Path | None, typer.Argument(help="The folder of all versions, such as runs/first/serving/action.")
    ] = None,
    model_config: Annotated[
        Path | None, typer.Option(help="TensorFlow Serving's --model_config_file, instead; read anew at each poll.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The model's name; default: that of the folder.")] = None,
    version: Annotated[int | None, typer.Option(min=0, help="Serve this version, not the newest one.")] = None,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    grpc_port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8500,
    rest_port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8501,
    batching: Annotated[bool, typer.Option(help="Answer requests that wait at the same time together.")] = True,
    max_batch_size: Annotated[int, typer.Option(min=1, help="Clips in a batch.")] = 8,
    batch_timeout_milliseconds: Annotated[
        float, typer.Option(min=0, help="How long a request waits for others.")
    ] = 2.0,
    max_requests: Annotated[int, typer.Option(min=1, help="Requests that may wait; more are turned away.")] = 128,
    max_request_megabytes: Annotated[int, typer.Option(min=1, max=2047, help="The size of a request, unpacked.")] = 16,
    max_memory_megabytes: Annotated[
        int | None,
        typer.Option(min=1, help="What all requests together may take; default: 24 times the size of one."),
    ] = None,
    poll_seconds: Annotated[float, typer.Option(min=0.1, help="How often to look for new versions.")] = 1.0,
    log_requests: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Keep a record of each clip for clipgate watch.", rich_help_panel="Served requests"
        ),
    ] = None,
    log_share: Annotated[
        float, typer.Option(min=0, max=1, help="Of the requests, drawn at random.", rich_help_panel="Served requests")
    ] = 1.0,
    log_megabytes: Annotated[
        int,
        typer.Option(min=1, help="What DIR may take; the oldest records go first.", rich_help_panel="Served requests"),
    ] = 64,
    log_pixels: Annotated[
        bool,
        typer.Option(
            "--log-pixels", help="Keep the frames that the network is shown, too.", rich_help_panel="Served requests"
        ),
    ] = False,
) -> None:
    """Serve a pushed model on this machine for development, as TensorFlow Serving would; production is TensorFlow Serving."""
    read_settings = _source(model, model_config, name, version)
    max_memory_megabytes = _memory_megabytes(max_memory_megabytes, max_request_megabytes)
    keep_heap_small()
    _allow_files()
    read_settings()  # mistakes are found before TensorFlow is loaded, which takes seconds
    load_tensorflow()
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("pipeline.serve").setLevel(logging.INFO)
    # Until the server handles signals itself, SIGTERM ends the program as SIGINT does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    errors.print(
        "[bold yellow]for development only:[/] no TLS, no authentication. Production is TensorFlow Serving (docs/serving.md)",
        highlight=False,
    )
    try:
        from pipeline.serve.batching import BatchingConfig
        from pipeline.serve.request_log import RequestLogConfig
        from pipeline.serve.server import Addresses, ServerConfig, serve_until_stopped

        config = ServerConfig(
            host=host,
            grpc_port=grpc_port,
            rest_port=rest_port,
            batching=BatchingConfig(max_batch_size, batch_timeout_milliseconds / 1000) if batching else None,
            max_request_bytes=max_request_megabytes * 2**20,
            max_requests=max_requests,
            max_memory_bytes=max_memory_megabytes * 2**20,
            poll_seconds=poll_seconds,
            num_threads=num_cores(),
            request_log=RequestLogConfig(log_requests, log_share, log_megabytes * 2**20, log_pixels)
            if log_requests
            else None,
        )

        def on_ready(addresses: Addresses) -> None:
            for settings in read_settings():
                url = f"http://{addresses.rest}/v1/models/{settings.name}"
                console.print(f"{escaped(settings.name)}: gRPC {addresses.grpc}, REST {escaped(url)}", highlight=False)

        asyncio.run(serve_until_stopped(config, read_settings, on_ready))
    except KeyboardInterrupt:
        pass


def _memory_megabytes(given: int | None, max_request_megabytes: int) -> int:
    least = MIN_LARGEST_REQUESTS * max_request_megabytes
    if given is not None and given < least:
        raise UserError(
            f"--max-memory-megabytes {given} is too little for requests of {max_request_megabytes} MB; "
            f"expected at least {least}, or a smaller --max-request-megabytes"
        )
    return LARGEST_REQUESTS * max_request_megabytes if given is None else given


def _allow_files() -> None:
    """Let this process have as many connections as the system allows, not the few that shells begin with."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _source(model: Path | None, model_config: Path | None, name: str | None, version: int | None) -> ReadSettings:
    if (model is None) == (model_config is None):
        raise UserError("name either the folder of a model's versions or --model-config")
    if model_config is not None:
        if name is not None or version is not None:
            raise UserError("--model-config says names and versions; leave out --name and --version")
        return partial(read_config_file, model_config)
    assert model is not None
    if not model.is_dir():
        raise UserError(f"{model} is no folder; expected one that holds versions, such as runs/first/serving/action")
    if (model / "saved_model.pb").is_file():
        raise UserError(
            f"{model} is a single version; name the folder that holds it, {model.resolve().parent}, "
            f"and --version {model.resolve().name} to serve this one only"
        )
    policy = Latest() if version is None else Specific(frozenset({version}))
    settings = ModelSettings(name or model.resolve().name, model, policy)
    return lambda: [settings]
