"""Several decoding processes side by side."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from queue import SimpleQueue
from types import TracebackType
from typing import TypeVar

from components.video.decoder import Decoder
from components.video.turns import Turns
from foundation.machine import num_cores

Item = TypeVar("Item")
Result = TypeVar("Result")


class DecoderPool:
    """Decoders, each started when first needed; close it, or use it as a context."""

    def __init__(self, num_decoders: int | None = None) -> None:
        """`num_decoders`: None for one a CPU core."""
        self._turns = Turns()
        self._decoders = [Decoder(turns=self._turns) for _ in range(num_decoders or num_cores())]
        self._idle: SimpleQueue[Decoder] = SimpleQueue()
        for decoder in self._decoders:
            self._idle.put(decoder)

    def __len__(self) -> int:
        return len(self._decoders)

    def __enter__(self) -> "DecoderPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def lend(self) -> Iterator[Decoder]:
        """A decoder for the work on one video, in one thread. Waits while there is none, or another needs to be alone."""
        decoder = self._idle.get()
        try:
            with self._turns.beside_others():
                yield decoder
        finally:
            self._idle.put(decoder)

    def map(self, work: Callable[[Decoder, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """What `work` makes of each item, in their order; each call has a decoder for itself, in a thread."""

        def with_a_decoder(item: Item) -> Result:
            with self.lend() as decoder:
                return work(decoder, item)

        with ThreadPoolExecutor(len(self)) as threads:
            yield from threads.map(with_a_decoder, items)

    def close(self) -> None:
        for decoder in self._decoders:
            decoder.close()
