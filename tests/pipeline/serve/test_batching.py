"""Which requests share a call of the model, and that each gets its own answer."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import grpc
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.serve.batching import Batcher, BatchingConfig, ModelThreads, join, split
from pipeline.serve.errors import ServeError
from pipeline.serve.signatures import Signature, Tensors, TensorSpec

ANY = TensorSpec(np.dtype("int64"), (None, None))
DOUBLE = Signature("double", {"x": ANY}, {"y": ANY})
SCALAR = Signature("scalar", {"x": TensorSpec(np.dtype("int64"), ())}, {"y": ANY})
POISON = 666


class Doubler:
    """A model that notes the shapes of its calls, waits for `gate` if there is one, and fails at POISON."""

    def __init__(self, gate: threading.Event | None = None) -> None:
        self.calls: list[tuple[str, tuple[int, ...]]] = []
        self.gate = gate
        self.begun = threading.Event()

    def __call__(self, signature: Signature, inputs: Tensors) -> Tensors:
        self.calls.append((signature.name, inputs["x"].shape))
        self.begun.set()
        if self.gate:
            self.gate.wait()
        if POISON in inputs["x"]:
            raise ServeError(grpc.StatusCode.INVALID_ARGUMENT, "poison")
        return {"y": inputs["x"] * 2}


def run(
    model: Doubler, config: BatchingConfig | None, scenario: Callable[[Batcher], Awaitable[object]]
) -> list[tuple[str, tuple[int, ...]]]:
    """Run a scenario with one thread; the calls that the model saw."""

    async def main() -> None:
        threads = ModelThreads(1)
        try:
            await scenario(Batcher(model, threads, config))
        finally:
            threads.close()

    asyncio.run(main())
    return model.calls


def rows(*values: int) -> Tensors:
    return {"x": np.array(values)[:, np.newaxis]}


async def ask(batcher: Batcher, *values: int) -> None:
    answer = await batcher.predict(DOUBLE, rows(*values))
    assert answer["y"].ravel().tolist() == [2 * value for value in values]


async def ask_all(batcher: Batcher, *requests: tuple[int, ...]) -> None:
    await asyncio.gather(*(ask(batcher, *request) for request in requests))


def test_requests_that_come_together_are_one_call_and_each_gets_its_own_rows() -> None:
    calls = run(Doubler(), BatchingConfig(8, 0.01), lambda batcher: ask_all(batcher, (1,), (2, 3), (4,)))
    assert calls == [("double", (4, 1))]


def test_a_full_batch_does_not_wait() -> None:
    calls = run(Doubler(), BatchingConfig(2, 3600), lambda batcher: ask_all(batcher, (1,), (2,), (3,), (4,)))
    assert calls == [("double", (2, 1))] * 2


def test_what_does_not_fit_begins_the_next_batch() -> None:
    calls = run(Doubler(), BatchingConfig(4, 0.01), lambda batcher: ask_all(batcher, (1, 2, 3), (4, 5), (6,)))
    assert sorted(calls) == [("double", (3, 1))] * 2


def test_a_request_as_large_as_a_batch_goes_alone_and_at_once() -> None:
    calls = run(Doubler(), BatchingConfig(4, 3600), lambda batcher: ask(batcher, *range(9)))
    assert calls == [("double", (9, 1))]


def test_without_batching_every_request_is_a_call() -> None:
    calls = run(Doubler(), None, lambda batcher: ask_all(batcher, (1,), (2,)))
    assert calls == [("double", (1, 1))] * 2


def test_requests_of_different_shapes_are_not_joined() -> None:
    async def scenario(batcher: Batcher) -> None:
        wide = batcher.predict(DOUBLE, {"x": np.ones((1, 5), np.int64)})
        answer, _ = await asyncio.gather(wide, ask(batcher, 1))
        assert answer["y"].shape == (1, 5)

    assert sorted(run(Doubler(), BatchingConfig(8, 0.01), scenario)) == [("double", (1, 1)), ("double", (1, 5))]


def test_a_signature_without_a_batch_axis_is_never_joined() -> None:
    async def scenario(batcher: Batcher) -> None:
        await asyncio.gather(*(batcher.predict(SCALAR, {"x": np.array(i)}) for i in range(2)))

    assert run(Doubler(), BatchingConfig(8, 0.01), scenario) == [("scalar", ())] * 2


def test_a_request_that_fails_fails_alone() -> None:
    async def scenario(batcher: Batcher) -> None:
        poison = batcher.predict(DOUBLE, rows(POISON))
        answers = await asyncio.gather(ask(batcher, 1), poison, ask(batcher, 2), return_exceptions=True)
        assert [type(answer) for answer in answers] == [type(None), ServeError, type(None)]

    assert run(Doubler(), BatchingConfig(8, 0.01), scenario) == [("double", (3, 1)), *[("double", (1, 1))] * 3]


def test_while_the_model_is_busy_a_batch_goes_on_filling_up() -> None:
    gate = threading.Event()
    model = Doubler(gate)

    async def scenario(batcher: Batcher) -> None:
        busy = asyncio.create_task(ask(batcher, 1))
        await asyncio.to_thread(model.begun.wait)
        waiting = []
        for value in range(2, 6):
            waiting.append(asyncio.create_task(ask(batcher, value)))
            await asyncio.sleep(0.01)  # longer than a batch waits
        gate.set()
        await asyncio.gather(busy, *waiting)

    assert run(model, BatchingConfig(8, 0.001), scenario) == [("double", (1, 1)), ("double", (4, 1))]


def test_nobody_computes_for_clients_that_have_left() -> None:
    gate = threading.Event()
    model = Doubler(gate)

    async def scenario(batcher: Batcher) -> None:
        busy = asyncio.create_task(ask(batcher, 1))
        await asyncio.to_thread(model.begun.wait)
        leaving, staying = asyncio.create_task(ask(batcher, 2)), asyncio.create_task(ask(batcher, 3))
        await asyncio.sleep(0)
        leaving.cancel()
        gate.set()
        await asyncio.gather(busy, staying)

    assert run(model, BatchingConfig(8, 0.001), scenario) == [("double", (1, 1))] * 2


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6))
def test_joining_and_splitting_gives_back_every_part(sizes: list[int]) -> None:
    parts = [{"x": np.full((size, 2), index)} for index, size in enumerate(sizes)]
    again = split(join(parts), sizes)
    assert [part["x"].tolist() for part in again] == [part["x"].tolist() for part in parts]


def test_an_output_without_a_row_for_each_clip_cannot_be_split() -> None:
    with pytest.raises(ServeError, match="--no-batching") as caught:
        split({"y": np.zeros((3, 2))}, [1, 1])
    assert caught.value.code == grpc.StatusCode.FAILED_PRECONDITION
