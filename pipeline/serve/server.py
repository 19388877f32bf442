"""The development server as a whole: it starts, polls for versions, and stops."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aiohttp import web

from components.pusher.local import hold
from components.pusher.served_models import ReadSettings
from components.pusher.whole import require_whole_folder
from foundation.messages.errors import UserError
from models.export_info import EXPORT_INFO_FILE
from pipeline.serve.batching import Batcher, BatchingConfig, ModelThreads
from pipeline.serve.connections import make_connections, start
from pipeline.serve.grpc_api import make_server
from pipeline.serve.heap import return_freed_memory
from pipeline.serve.memory import MemoryBudget
from pipeline.serve.model import Model
from pipeline.serve.predictor import Predictor
from pipeline.serve.request_log import RequestLog, RequestLogConfig
from pipeline.serve.rest import RestApi, UnderWay
from pipeline.serve.versions import Load, ModelVersions, Servable

log = logging.getLogger(__name__)
_GRACE_SECONDS = 60.0


@dataclass(frozen=True)
class ServerConfig:
    """Settings of the server.

    Port 0 takes any that is free; without `batching` each request is run by itself, without `request_log` none is kept.
    """

    host: str
    grpc_port: int
    rest_port: int
    batching: BatchingConfig | None
    max_request_bytes: int
    max_requests: int
    max_memory_bytes: int
    poll_seconds: float
    num_threads: int
    request_log: RequestLogConfig | None = None


@dataclass(frozen=True)
class Addresses:
    """Addresses at which the server listens: host:port."""

    grpc: str
    rest: str


async def serve_until_stopped(
    config: ServerConfig, read_settings: ReadSettings, on_ready: Callable[[Addresses], None]
) -> None:
    """Serve until SIGINT or SIGTERM, then finish what is under way.

    Raises:
      UserError: a port is taken, or a model is not there or damaged.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with running(config, read_settings) as addresses:
        on_ready(addresses)
        await stop.wait()
        log.info("stopping; requests that are under way are finished")


@asynccontextmanager
async def running(config: ServerConfig, read_settings: ReadSettings) -> AsyncIterator[Addresses]:
    """Run a server for as long as the context lasts.

    Raises:
      UserError: a port is taken, or a model is not there or damaged.
    """
    _require_free_ports(config)
    request_log = _open_log(config.request_log) if config.request_log else None
    threads = ModelThreads(config.num_threads)
    memory = MemoryBudget(config.max_memory_bytes, config.max_request_bytes)
    predictor = Predictor(config.max_requests, memory, request_log)

    async def load(version: int, path: Path) -> Servable:
        model, held = await asyncio.to_thread(_load_whole, path)
        return Servable(version, model, Batcher(model.run, threads, config.batching), held)

    try:
        await _follow(predictor, read_settings, load)
        _require_available(predictor, read_settings)
        poll = asyncio.create_task(_poll(predictor, read_settings, load, config.poll_seconds))
        try:
            async with _listening(predictor, config) as addresses:
                yield addresses
        finally:
            poll.cancel()
            await asyncio.gather(poll, return_exceptions=True)
            await asyncio.gather(*(versions.drop_all() for versions in predictor.models.values()))
    finally:
        predictor.close()
        threads.close()
        if request_log:
            await asyncio.to_thread(request_log.close)


async def _poll(predictor: Predictor, read_settings: ReadSettings, load: Load, poll_seconds: float) -> None:
    while True:
        await asyncio.sleep(poll_seconds)
        await asyncio.to_thread(return_freed_memory)
        try:
            await _follow(predictor, read_settings, load)
        except (UserError, OSError) as error:
            log.error("what was served before goes on: %s", error)


async def _follow(predictor: Predictor, read_settings: ReadSettings, load: Load) -> None:
    settings = {model.name: model for model in await asyncio.to_thread(read_settings)}
    for name, model in settings.items():
        await predictor.models.setdefault(name, ModelVersions(load)).follow(model)
    for name in predictor.models.keys() - settings.keys():
        await predictor.models.pop(name).drop_all()


def _open_log(config: RequestLogConfig) -> RequestLog:
    try:
        return RequestLog(config)
    except OSError as error:
        raise UserError(
            f"--log-requests: {config.folder} is no folder that can be written to: {error.strerror}"
        ) from error


def _load_whole(path: Path) -> tuple[Model, BinaryIO]:
    held = hold(path)
    try:
        require_whole_folder(path, "push it again, or serve another version: clipgate rollback, or --version")
        return Model(path), held
    except BaseException:
        held.close()
        raise


def _require_available(predictor: Predictor, read_settings: ReadSettings) -> None:
    for model in read_settings():
        versions = predictor.models[model.name]
        if versions.find(None, "") is not None:
            continue
        reasons = [status.message for status in versions.statuses.values() if status.message]
        missing = (
            f"{model.base_path} holds no version to serve; "
            f"expected {model.base_path}/NUMBER with saved_model.pb and {EXPORT_INFO_FILE}"
        )
        raise UserError(reasons[0] if reasons else missing)


@asynccontextmanager
async def _listening(predictor: Predictor, config: ServerConfig) -> AsyncIterator[Addresses]:
    grpc_server = make_server(predictor)
    api = RestApi(predictor)
    runner = web.ServerRunner(make_connections(api.answer), shutdown_timeout=_GRACE_SECONDS)
    await runner.setup()
    try:
        await start(runner, config.host, config.rest_port)
        grpc_port = grpc_server.add_insecure_port(f"{config.host}:{config.grpc_port}")
        await grpc_server.start()
        yield Addresses(f"{config.host}:{grpc_port}", f"{config.host}:{runner.addresses[0][1]}")
        await asyncio.gather(grpc_server.stop(_GRACE_SECONDS), _stop_listening(runner, api.under_way))
    finally:
        await runner.cleanup()


async def _stop_listening(runner: web.ServerRunner, under_way: UnderWay) -> None:
    """Take no more connections, and let the requests end that have come.

    aiohttp's own clean-up comes after this: it drops what is still to come of a request's body.
    """
    for site in tuple(runner.sites):
        await site.stop()
    await under_way.ended(_GRACE_SECONDS)


def _require_free_ports(config: ServerConfig) -> None:
    """Refuse ports that are taken, before a model is loaded, which takes seconds."""
    for option, port in (("--grpc-port", config.grpc_port), ("--rest-port", config.rest_port)):
        try:
            socket.create_server((config.host, port)).close()
        except OSError as error:
            raise UserError(
                f"{config.host}:{port} cannot be listened on: {error.strerror}; "
                f"stop the program that listens there, or choose another {option}"
            ) from error
