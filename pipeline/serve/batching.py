"""Answers requests that wait at the same time by one call of the model. No TensorFlow here."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import grpc
import numpy as np

from pipeline.serve.errors import ServeError
from pipeline.serve.signatures import Signature, Tensors

Run = Callable[[Signature, Tensors], Tensors]
# The same for requests that can be joined: the signature, and the shapes of all inputs but for the batch axis.
_Key = tuple[str, tuple[tuple[str, tuple[int, ...]], ...]]


class BatchingConfig(NamedTuple):
    """Conditions to run a batch: it holds `max_batch_size` clips, or its first request has waited for `timeout_seconds`."""

    max_batch_size: int
    timeout_seconds: float


class ModelThreads:
    """Threads in which models run, so that the event loop goes on."""

    def __init__(self, num_threads: int) -> None:
        self._executor = ThreadPoolExecutor(num_threads, thread_name_prefix="model")
        self.free = asyncio.Semaphore(num_threads)

    async def run(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function in one of the threads; the caller holds `free`."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *arguments)

    def close(self) -> None:
        self._executor.shutdown(wait=True)


@dataclass
class _Request:
    inputs: Tensors
    size: int
    answer: "asyncio.Future[Tensors]"


@dataclass
class _Batch:
    signature: Signature
    requests: list[_Request] = field(default_factory=list)
    full: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def size(self) -> int:
        return sum(request.size for request in self.requests)


class Batcher:
    """Joins requests along the batch axis, runs them, and splits the answer.

    While all threads are busy, a batch goes on filling up. A request that makes the model fail fails alone: if a batch fails,
    each of its requests is run by itself.
    """

    def __init__(self, run: Run, threads: ModelThreads, config: BatchingConfig | None) -> None:
        """`run` calls the model and blocks; without a `config` every request is run by itself."""
        self._run = run
        self._threads = threads
        self._config = config
        self._open: dict[_Key, _Batch] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def predict(self, signature: Signature, inputs: Tensors) -> Tensors:
        """The outputs for checked inputs.

        Raises:
          ServeError: the model cannot answer.
        """
        size = signature.batch_size(inputs)
        if self._config is None or not size or size >= self._config.max_batch_size:
            async with self._threads.free:
                return dict(await self._threads.run(self._run, signature, inputs))
        return await self._enqueue(signature, inputs, size, self._config)

    async def _enqueue(self, signature: Signature, inputs: Tensors, size: int, config: BatchingConfig) -> Tensors:
        key = (signature.name, tuple(sorted((name, tensor.shape[1:]) for name, tensor in inputs.items())))
        batch = self._open.get(key)
        if batch is not None and batch.size + size > config.max_batch_size:
            batch.full.set()
            batch = None
        if batch is None:
            batch = self._open[key] = _Batch(signature)
            task = asyncio.create_task(self._serve(key, batch, config))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        request = _Request(inputs, size, asyncio.get_running_loop().create_future())
        batch.requests.append(request)
        if batch.size == config.max_batch_size:
            batch.full.set()
        return await request.answer

    async def _serve(self, key: _Key, batch: _Batch, config: BatchingConfig) -> None:
        with suppress(asyncio.TimeoutError):
            await asyncio.wait_for(batch.full.wait(), config.timeout_seconds)
        async with self._threads.free:
            if self._open.get(key) is batch:
                del self._open[key]
            # The others' clients have left.
            await self._answer(batch.signature, [request for request in batch.requests if not request.answer.done()])

    async def _answer(self, signature: Signature, requests: Sequence[_Request]) -> None:
        if not requests:
            return
        try:
            answers = await self._threads.run(_run_joined, self._run, signature, requests)
        except Exception as error:
            if len(requests) > 1:
                for request in requests:
                    await self._answer(signature, [request])
            elif not requests[0].answer.done():
                requests[0].answer.set_exception(error)
            return
        for request, answer in zip(requests, answers, strict=True):
            if not request.answer.done():
                request.answer.set_result(answer)


def _run_joined(run: Run, signature: Signature, requests: Sequence[_Request]) -> list[Tensors]:
    return split(run(signature, join([request.inputs for request in requests])), [request.size for request in requests])


def join(parts: Sequence[Tensors]) -> Tensors:
    """One batch of all parts, which have the same names, and the same shapes but for axis 0."""
    if len(parts) == 1:
        return parts[0]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def split(outputs: Tensors, sizes: Sequence[int]) -> list[Tensors]:
    """The parts of a batch, in order; `sizes`: of the parts, along axis 0.

    Raises:
      ServeError: FAILED_PRECONDITION; an output has not one row for each row of the batch.
    """
    wrong = [name for name, tensor in outputs.items() if tensor.shape[:1] != (sum(sizes),)]
    if wrong:
        raise ServeError(
            grpc.StatusCode.FAILED_PRECONDITION,
            f"output {wrong[0]} has shape {outputs[wrong[0]].shape}, not one row for each of the {sum(sizes)} of the batch; "
            "serve this model with --no-batching",
        )
    bounds = pairwise([0, *np.cumsum(sizes).tolist()])
    return [{name: tensor[start:end] for name, tensor in outputs.items()} for start, end in bounds]
