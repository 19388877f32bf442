"""Steps that gRPC and REST share: finding the model, letting requests in, checking and answering them."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import grpc

from pipeline.serve.errors import ServeError
from pipeline.serve.json_process import JsonProcess, Question, is_light, read_question
from pipeline.serve.memory import MemoryBudget
from pipeline.serve.request_log import RequestLog, Sender
from pipeline.serve.signatures import Signature, Tensors
from pipeline.serve.versions import ModelVersions, Servable, VersionStatus

DEFAULT_SIGNATURE = "serving_default"
# By which a client may say who it is.
CLIENT_HEADER = "clipgate-client"

_Result = TypeVar("_Result")


class ModelSpec(NamedTuple):
    """The model that a client asks for: a version, a label, or with neither of them the newest version."""

    name: str
    version: int | None = None
    label: str = ""

    def __str__(self) -> str:
        if self.version is None and not self.label:
            return f"Latest({self.name})"
        return f"Specific({self.name}, {self.version if self.version is not None else self.label})"


class Predictor:
    """Answers requests with the models that are loaded."""

    def __init__(self, max_requests: int, memory: MemoryBudget, request_log: RequestLog | None) -> None:
        """`max_requests`: how many may wait or be answered at the same time."""
        self.models: dict[str, ModelVersions] = {}
        self.memory = memory
        self._json = JsonProcess(memory.json_bytes, memory.max_request_bytes)
        self._max_requests = max_requests
        self._log = request_log
        self._num_requests = 0
        self._converters = ThreadPoolExecutor(2, thread_name_prefix="convert")

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Let one request in.

        Raises:
          ServeError: RESOURCE_EXHAUSTED; the queue is full.
        """
        if self._num_requests >= self._max_requests:
            raise ServeError(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                f"the queue is full: {self._max_requests} requests are waiting; try later",
            )
        self._num_requests += 1
        try:
            yield
        finally:
            self._num_requests -= 1

    def find(self, spec: ModelSpec) -> Servable:
        """The available version that `spec` means.

        Raises:
          ServeError: NOT_FOUND.
        """
        versions = self.models.get(spec.name)
        servable = versions.find(spec.version, spec.label) if versions else None
        if servable is None:
            raise ServeError(grpc.StatusCode.NOT_FOUND, f"Servable not found for request: {spec}")
        return servable

    def statuses(self, spec: ModelSpec) -> dict[int, VersionStatus]:
        """Statuses by version: of the one that `spec` names, or of all of the model's, newest first.

        Raises:
          ServeError: NOT_FOUND.
        """
        versions = self.models.get(spec.name)
        found = dict(sorted(versions.statuses.items(), reverse=True)) if versions else {}
        if spec.label:
            return {(servable := self.find(spec)).version: found[servable.version]}
        if spec.version is not None:
            if spec.version not in found:
                raise ServeError(
                    grpc.StatusCode.NOT_FOUND, f"Could not find version {spec.version} of model {spec.name}"
                )
            return {spec.version: found[spec.version]}
        if not found:
            raise ServeError(grpc.StatusCode.NOT_FOUND, f"Could not find any versions of model {spec.name}")
        return found

    async def predict(self, servable: Servable, signature: Signature, inputs: Tensors, sender: Sender) -> Tensors:
        """The outputs of a signature, for what `sender` has sent.

        Raises:
          ServeError: the inputs do not fit, or the model cannot answer.
        """
        signature.check(inputs)
        outputs = await servable.batcher.predict(signature, inputs)
        if self._log:
            self._log.offer(sender, servable.version, servable.model.num_frames, signature.name, inputs, outputs)
        return outputs

    async def read_json(self, body: bytes, signatures: Mapping[str, Signature]) -> Question:
        """What a request in JSON asks.

        Raises:
          ServeError: it is wrong, or takes too much memory.
        """
        if is_light(body):
            return await self.convert(read_question, body, signatures, DEFAULT_SIGNATURE)
        return await self._json.read(body, signatures, DEFAULT_SIGNATURE)

    async def convert(self, function: Callable[..., _Result], *arguments: Any) -> _Result:
        """Call a function that reads or writes large messages, in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self._converters, function, *arguments)

    def close(self) -> None:
        self._converters.shutdown(wait=True)
        self._json.close()
