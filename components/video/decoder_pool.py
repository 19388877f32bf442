"""Several decoding processes side by side."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from types import TracebackType
from typing import TypeVar

from components.video.decoder import Decoder

Item = TypeVar("Item")
Result = TypeVar("Result")


class DecoderPool:
    """Decoders, one a CPU core, each started when first needed; close it, or use it as a context."""

    def __init__(self) -> None:
        self._decoders = [Decoder() for _ in range(os.cpu_count() or 1)]
        self._idle: SimpleQueue[Decoder] = SimpleQueue()
        for decoder in self._decoders:
            self._idle.put(decoder)

    def __enter__(self) -> "DecoderPool":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def map(self, work: Callable[[Decoder, Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """What `work` makes of each item, in their order; each call has a decoder for itself, in a thread."""

        def with_a_decoder(item: Item) -> Result:
            decoder = self._idle.get()
            try:
                return work(decoder, item)
            finally:
                self._idle.put(decoder)

        with ThreadPoolExecutor(len(self._decoders)) as threads:
            yield from threads.map(with_a_decoder, items)

    def close(self) -> None:
        for decoder in self._decoders:
            decoder.close()
