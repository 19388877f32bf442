"""Reads requests in JSON: large ones in a process of their own, which has a limit of memory and gives way to the model.

As Python's objects, a request takes up to thirty times its size, and nothing else runs in the process that reads them.
No TensorFlow here.
"""

import asyncio
import os
import pickle
import resource
import signal
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import grpc

from foundation.processes import child_environment, end_with_parent
from pipeline.serve import json_tensors
from pipeline.serve.errors import ServeError, TooLargeError, invalid
from pipeline.serve.heap import keep_heap_small, return_freed_memory
from pipeline.serve.signatures import Signature, Tensors

# Requests below both are read in a few milliseconds, and take some megabytes.
_LIGHT_BYTES = 2**20
_LIGHT_VALUES = 10_000
_NICENESS = 10


class Question(NamedTuple):
    """What a request asks: `in_rows` is the format of its answer."""

    signature: str
    inputs: Tensors
    in_rows: bool


def read_question(body: bytes, signatures: Mapping[str, Signature], default_signature: str) -> Question:
    """What a request in JSON asks.

    Raises:
      ServeError: INVALID_ARGUMENT; the message says which value is wrong.
    """
    request = json_tensors.parse_request(body)
    name = json_tensors.signature_name(request) or default_signature
    if name not in signatures:
        raise invalid(f'Serving signature name: "{name}" not found in signature def')
    in_rows = json_tensors.is_in_rows(request)
    return Question(name, json_tensors.read_inputs(request, signatures[name]), in_rows)


def is_light(body: bytes) -> bool:
    """Whether a request takes so few objects that it need not be read elsewhere."""
    return len(body) <= _LIGHT_BYTES and sum(map(body.count, (b",", b"[", b"{"))) <= _LIGHT_VALUES


class JsonProcess:
    """The process; it reads one request after another."""

    def __init__(self, max_bytes: int, max_tensor_bytes: int) -> None:
        """`max_bytes`: what reading one request may take; `max_tensor_bytes`: what its tensors may have."""
        self._max_bytes, self._max_tensor_bytes = max_bytes, max_tensor_bytes
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="json")
        self._process = self._start()

    async def read(self, body: bytes, signatures: Mapping[str, Signature], default_signature: str) -> Question:
        """`read_question`, in the process.

        Raises:
          ServeError: as `read_question`; TooLargeError: it took too much memory.
        """
        work = pickle.dumps((body, dict(signatures), default_signature), protocol=5)
        del body
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, work)

    def close(self) -> None:
        self._thread.shutdown(wait=True)
        self._end()

    def _ask(self, work: bytes) -> Question:
        requests, answers = self._process.stdin, self._process.stdout
        assert requests and answers
        try:
            requests.write(work)
            requests.flush()
            answer = pickle.load(answers)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self._end()
            self._process = self._start()
            raise ServeError(grpc.StatusCode.INTERNAL, "the process that reads JSON has ended; try again") from error
        if answer is None:
            raise TooLargeError(
                f"the request takes more than {self._max_bytes // 2**20} MB to be read as JSON, or its tensors have more than "
                f"{self._max_tensor_bytes // 2**20} MB; send fewer values, "
                'binary ones as {"b64": ...}, or use gRPC'
            )
        if isinstance(answer, Question):
            return answer
        raise invalid(answer)

    def _start(self) -> "subprocess.Popen[bytes]":
        # Imported, so that the classes have the same names in both processes, which those of `__main__` have not.
        limits = map(str, (self._max_bytes, self._max_tensor_bytes))
        command = [sys.executable, "-c", f"from {__name__} import main; main()", *limits]
        environment = child_environment(OPENBLAS_NUM_THREADS="1")
        return subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def _end(self) -> None:
        self._process.kill()
        self._process.communicate()


def main() -> None:
    """Read requests of a `JsonProcess` until there are no more."""
    end_with_parent()
    keep_heap_small()
    os.nice(_NICENESS)
    # Ctrl-C ends the server, which then ends this process.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    max_bytes, max_tensor_bytes = map(int, sys.argv[1:])
    used = int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_DATA, (used + max_bytes, resource.RLIM_INFINITY))
    while True:
        try:
            work = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        sys.stdout.buffer.write(_answer(max_tensor_bytes, *work))
        sys.stdout.buffer.flush()
        del work
        return_freed_memory()


def _answer(max_tensor_bytes: int, body: bytes, signatures: Mapping[str, Signature], default_signature: str) -> bytes:
    """What is asked, or why nothing is, or None where it takes too much memory; pickled."""
    try:
        question = read_question(body, signatures, default_signature)
        if sum(tensor.nbytes for tensor in question.inputs.values()) > max_tensor_bytes:
            raise MemoryError
        return pickle.dumps(question, protocol=5)
    except MemoryError:
        return pickle.dumps(None)
    except ServeError as error:
        return pickle.dumps(error.message)
