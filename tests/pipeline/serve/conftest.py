"""A tiny model, exported once, and a server over it in a process's own event loop."""

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.once import made_once

if TYPE_CHECKING:  # importing TensorFlow for real would slow down the tests that need none
    from pipeline.serve.batching import BatchingConfig
    from pipeline.serve.request_log import RequestLogConfig

NAME = "action"


@pytest.fixture(scope="session")
def exported_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as the pipeline exports it. Read only."""
    return made_once(tmp_path_factory, "exported_model", _export)


def _export(folder: Path) -> Path:
    from models.config import ModelConfig
    from models.export_info import ExportInfo
    from models.serving import ServingModule, export
    from tests.models.clips import CLASSES, clip_example, draw_clip, encode_clip, one_stage_network, run_transform

    model = ModelConfig(preset="tiny", num_frames=2, height=32, width=40, crop_margin=1.1)
    examples = [clip_example(label, encode_clip(draw_clip(i, seed=i))) for i, label in enumerate(CLASSES)]
    transform = run_transform(folder, examples, model)
    info = ExportInfo(CLASSES, model.model_dump(), {"num_frames": 4, "short_side": 40}, "key")
    export(ServingModule(one_stage_network(model), transform, model, CLASSES), info, str(folder / "model"))
    return folder / "model"


def push(model: Path, base: Path, version: int) -> None:
    """Copy a model as the Pusher does: what makes it complete comes last."""
    target = base / str(version)
    shutil.copytree(model, target, ignore=shutil.ignore_patterns("saved_model.pb"))
    shutil.copy(model / "saved_model.pb", target)


@dataclass(frozen=True)
class RunningServer:
    """Addresses as host:port; `base` holds the versions."""

    grpc: str
    rest: str
    base: Path


@contextmanager
def run_server(
    base: Path,
    batching: "BatchingConfig | None" = None,
    max_requests: int = 64,
    max_request_bytes: int = 2**22,
    request_log: "RequestLogConfig | None" = None,
) -> Iterator[RunningServer]:
    """A server in a thread of this process; clients are in others."""
    from components.pusher.served_models import ModelSettings
    from pipeline.serve.server import Addresses, ServerConfig, running

    config = ServerConfig(
        host="127.0.0.1",
        grpc_port=0,
        rest_port=0,
        batching=batching,
        max_request_bytes=max_request_bytes,
        max_requests=max_requests,
        max_memory_bytes=24 * max_request_bytes,
        poll_seconds=0.05,
        num_threads=1,
        request_log=request_log,
    )
    ready, found, failed = threading.Event(), list[Addresses](), list[BaseException]()
    loop, stop = asyncio.new_event_loop(), asyncio.Event()

    async def main() -> None:
        try:
            async with running(config, lambda: [ModelSettings(NAME, base)]) as addresses:
                found.append(addresses)
                ready.set()
                await stop.wait()
        except BaseException as error:
            failed.append(error)
            ready.set()

    thread = threading.Thread(target=loop.run_until_complete, args=(main(),))
    thread.start()
    ready.wait()
    try:
        if failed:
            raise failed[0]
        yield RunningServer(found[0].grpc, found[0].rest, base)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@pytest.fixture(scope="session")
def server(exported_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with batching whose model nobody changes."""
    from pipeline.serve.batching import BatchingConfig

    base = tmp_path_factory.mktemp("served") / NAME
    push(exported_model, base, 7)
    with run_server(base, BatchingConfig(8, 0.02)) as running_server:
        yield running_server
