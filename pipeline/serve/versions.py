"""Served versions of a model: loaded when they are pushed, dropped when they are gone."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import grpc

from components.baseline.pushed import pushed_versions
from components.pusher.served_models import ModelSettings
from foundation.messages.errors import UserError
from pipeline.serve.batching import Batcher

if TYPE_CHECKING:
    from pipeline.serve.model import Model

Load = Callable[[int, Path], Awaitable["Servable"]]

log = logging.getLogger(__name__)


class State(IntEnum):
    """States of a version; the numbers are those of ModelVersionStatus.State."""

    LOADING = 20
    AVAILABLE = 30
    UNLOADING = 40
    END = 50


@dataclass(frozen=True)
class VersionStatus:
    """State of a version, and the reason why one was never available."""

    state: State
    code: grpc.StatusCode = grpc.StatusCode.OK
    message: str = ""


class Servable:
    """A loaded version, which counts the requests that it has to answer."""

    def __init__(self, version: int, model: "Model", batcher: Batcher, held: BinaryIO) -> None:
        """`held`: keeps the version's folder from being removed; see components.pusher.local.hold."""
        self.version = version
        self.model = model
        self.batcher = batcher
        self._held = held
        self._num_requests = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def in_use(self) -> Iterator["Servable"]:
        """Count a request; the version is kept until all are answered."""
        self._num_requests += 1
        self._idle.clear()
        try:
            yield self
        finally:
            self._num_requests -= 1
            if not self._num_requests:
                self._idle.set()

    async def close(self) -> None:
        """Let the folder go when all requests are answered."""
        await self._idle.wait()
        self._held.close()


class ModelVersions:
    """The versions of one model, by number."""

    def __init__(self, load: Load) -> None:
        """`load` gives a version that can be served, and raises for one that cannot."""
        self._load = load
        self._available: dict[int, Servable] = {}
        self._statuses: dict[int, VersionStatus] = {}
        self._failed: dict[int, int] = {}
        self._retiring: set[asyncio.Task[None]] = set()
        self._settings: ModelSettings | None = None

    @property
    def statuses(self) -> Mapping[int, VersionStatus]:
        """Status of every version that was ever loaded, or was to be."""
        return self._statuses

    def find(self, version: int | None, label: str) -> Servable | None:
        """The available version with this label, or with this number, or with neither of them the newest one."""
        if label:
            version = self._settings.labels.get(label) if self._settings else None
            return self._available.get(version) if version is not None else None
        if version is not None:
            return self._available.get(version)
        return self._available[max(self._available)] if self._available else None

    async def follow(self, settings: ModelSettings) -> None:
        """Load and drop versions, so that those are served that the settings choose from the pushed ones.

        An old version stays until a new one can take its place, and ends when its last request is answered. A version that
        cannot be loaded is tried again when its file has changed.
        """
        self._settings = settings
        pushed = {int(path.name): path for path in await asyncio.to_thread(pushed_versions, settings.base_path)}
        chosen = settings.policy.choose(pushed)
        for version in sorted(chosen - set(self._available), reverse=True):
            if not await self._try(settings.name, version, pushed[version]):
                await self.follow(settings)
                return
        # A pinned version that does not exist must not end the one that is served.
        if chosen & set(self._available) or not pushed:
            for version in set(self._available) - chosen:
                self._retire(settings.name, version)

    async def drop_all(self) -> None:
        """End all versions; return when the last request is answered."""
        for version in list(self._available):
            self._retire(self._settings.name if self._settings else "", version)
        await asyncio.gather(*self._retiring)

    async def _try(self, name: str, version: int, path: Path) -> bool:
        """Load a version, or say why it cannot be; False if it is withdrawn or removed meanwhile."""
        changed = _changed_ns(path)
        if changed is None or self._failed.get(version) == changed:
            return changed is not None
        self._statuses[version] = VersionStatus(State.LOADING)
        try:
            self._available[version] = await self._load(version, path)
        except Exception as error:
            if _changed_ns(path) is None:
                del self._statuses[version]
                return False
            code = grpc.StatusCode.DATA_LOSS if isinstance(error, UserError) else grpc.StatusCode.UNKNOWN
            self._failed[version] = changed
            self._statuses[version] = VersionStatus(State.END, code, str(error))
            log.error("%s: version %d is not served: %s", name, version, error)
            return True
        self._failed.pop(version, None)
        self._statuses[version] = VersionStatus(State.AVAILABLE)
        log.info("%s: version %d is served, from %s", name, version, path)
        return True

    def _retire(self, name: str, version: int) -> None:
        servable = self._available.pop(version)
        self._statuses[version] = VersionStatus(State.UNLOADING)
        task = asyncio.create_task(self._unload(name, servable))
        self._retiring.add(task)
        task.add_done_callback(self._retiring.discard)

    async def _unload(self, name: str, servable: Servable) -> None:
        await servable.close()
        if servable.version not in self._available:
            self._statuses[servable.version] = VersionStatus(State.END)
        log.info("%s: version %d is no longer served", name, servable.version)


def _changed_ns(path: Path) -> int | None:
    """When the model's file was changed; None if it is not there."""
    try:
        return (path / "saved_model.pb").stat().st_mtime_ns
    except FileNotFoundError:
        return None
