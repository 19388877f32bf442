"""TensorFlow Serving's REST API.

Source: https://www.tensorflow.org/tfx/serving/api_rest
"""

import asyncio
import contextlib
import logging
import re
from collections.abc import Iterator
from urllib.parse import unquote

import grpc
from aiohttp import web

from pipeline.serve import json_tensors
from pipeline.serve.connections import Connection, json_response
from pipeline.serve.errors import ServeError, TooLargeError, invalid
from pipeline.serve.predictor import CLIENT_HEADER, ModelSpec, Predictor
from pipeline.serve.protos import signature_def_json
from pipeline.serve.request_log import Sender
from pipeline.serve.signatures import Tensors

log = logging.getLogger(__name__)

_MODEL = r"/v1/models/(?P<name>[^/:]+)(?:/versions/(?P<version>\d+)|/labels/(?P<label>[^/:]+))?"
_PREDICTION = re.compile(_MODEL + r":(?P<verb>classify|regress|predict)", re.IGNORECASE | re.ASCII)
_STATUS = re.compile(_MODEL + r"(?P<metadata>/metadata)?", re.IGNORECASE | re.ASCII)
_MAX_VERSION = 2**63 - 1

_HTTP_STATUSES = {
    grpc.StatusCode.CANCELLED: 499,
    grpc.StatusCode.INVALID_ARGUMENT: 400,
    grpc.StatusCode.DEADLINE_EXCEEDED: 504,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    # A full queue is 503 in TensorFlow Serving, too, where it is called UNAVAILABLE.
    grpc.StatusCode.RESOURCE_EXHAUSTED: 503,
    grpc.StatusCode.FAILED_PRECONDITION: 400,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.OUT_OF_RANGE: 400,
    grpc.StatusCode.UNIMPLEMENTED: 501,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.UNAUTHENTICATED: 401,
}
_INTERNAL, _TOO_LARGE = 500, 413
# For a request's body to arrive: this, and what it takes at the slowest speed that is served.
BODY_SECONDS = 10.0
_BODY_BYTES_PER_SECOND = 2**20
_ENCODINGS = ("identity", "gzip", "deflate")


class UnderWay:
    """Counts the requests that have begun and not ended."""

    def __init__(self) -> None:
        self._number = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextlib.contextmanager
    def counted(self) -> Iterator[None]:
        self._number += 1
        self._none.clear()
        try:
            yield
        finally:
            self._number -= 1
            if not self._number:
                self._none.set()

    async def ended(self, timeout_seconds: float) -> None:
        """Wait until there is none, but no longer than the timeout."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._none.wait(), timeout_seconds)


class RestApi:
    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor
        self.under_way = UnderWay()

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to any request; what is wrong with it is said in JSON."""
        with self.under_way.counted():
            if "Content-Encoding" in request.headers:
                _connection(request).end_at_once()  # the rest of a bomb would be unpacked to be thrown away
            try:
                return await self._route(request)
            except TooLargeError as error:
                return json_response({"error": error.message}, _TOO_LARGE)
            except ServeError as error:
                return json_response({"error": error.message}, _HTTP_STATUSES.get(error.code, _INTERNAL))
            except web.HTTPException as error:
                return json_response({"error": error.text or error.reason}, error.status)
            except ConnectionError:  # nobody will read it
                return json_response({"error": "the client has left"}, _HTTP_STATUSES[grpc.StatusCode.CANCELLED])
            except Exception as error:
                log.exception("%s %s", request.method, request.path)
                return json_response({"error": f"{type(error).__name__}: {error}"}, _INTERNAL)

    async def _route(self, request: web.BaseRequest) -> web.Response:
        path = request.rel_url.raw_path
        if request.method == "POST" and (found := _PREDICTION.fullmatch(path)):
            if found["verb"].lower() != "predict":
                raise ServeError(
                    grpc.StatusCode.UNIMPLEMENTED,
                    f"{found['verb']} is not served here; use :predict, or TensorFlow Serving",
                )
            return await self._predict(request, _spec(found))
        if request.method == "GET" and (found := _STATUS.fullmatch(path)):
            return self._metadata(_spec(found)) if found["metadata"] else self._status(_spec(found))
        raise invalid(f"Malformed request: {request.method} {path}")

    def _status(self, spec: ModelSpec) -> web.Response:
        statuses = [
            {
                "version": str(version),
                "state": status.state.name,
                "status": {"error_code": status.code.name, "error_message": status.message},
            }
            for version, status in self._predictor.statuses(spec).items()
        ]
        return json_response({"model_version_status": statuses}, indent=1)

    def _metadata(self, spec: ModelSpec) -> web.Response:
        servable = self._predictor.find(spec)
        signatures = {name: signature_def_json(value) for name, value in servable.model.definitions.items()}
        answer = {
            "model_spec": {"name": spec.name, "signature_name": "", "version": str(servable.version)},
            "metadata": {"signature_def": {"signature_def": signatures}},
        }
        return json_response(answer, indent=1)

    async def _predict(self, request: web.BaseRequest, spec: ModelSpec) -> web.Response:
        self._predictor.find(spec)  # before the body is read
        memory, connection = self._predictor.memory, _connection(request)
        declared = _declared_bytes(request, memory.max_request_bytes)
        lane = memory.of(declared)
        async with lane.hold(memory.cost(declared)) as hold:
            timeout_seconds = BODY_SECONDS + declared / _BODY_BYTES_PER_SECOND
            body = await hold.receiving(_read(request, memory.max_request_bytes, timeout_seconds))
            lane.shrink(hold, memory.cost(len(body)))
            with (
                connection.connections.answering(connection),
                self._predictor.admitted(),
                self._predictor.find(spec).in_use() as servable,
            ):
                asked = await self._predictor.read_json(body, servable.model.signatures)
                del body
                signature = servable.model.signatures[asked.signature]
                sender = Sender(spec.name, request.remote or "", request.headers.get(CLIENT_HEADER, ""))
                outputs = await self._predictor.predict(servable, signature, asked.inputs, sender)
                return await self._predictor.convert(_answer, outputs, asked.in_rows)


def _declared_bytes(request: web.BaseRequest, max_bytes: int) -> int:
    """Bytes that the body may have when it is unpacked, as the request's head says."""
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in _ENCODINGS:
        raise web.HTTPUnsupportedMediaType(
            text=f"Content-Encoding: {encoding[:80]} is not read here; expected one of {', '.join(_ENCODINGS)}"
        )
    if request.content_length is not None and request.content_length > max_bytes:
        raise _too_large(max_bytes)
    if request.content_length is None and not request.body_exists:
        return 0
    return max_bytes if encoding != "identity" or request.content_length is None else request.content_length


async def _read(request: web.BaseRequest, max_bytes: int, timeout_seconds: float) -> bytes:
    try:
        return await asyncio.wait_for(_read_whole(request, max_bytes), timeout_seconds)
    except asyncio.TimeoutError as error:
        raise web.HTTPRequestTimeout(
            text=f"the request's body did not arrive within {timeout_seconds:.3g} s"
        ) from error
    except web.RequestPayloadError as error:
        raise invalid(f"the request's body did not arrive whole: {error}") from error


async def _read_whole(request: web.BaseRequest, max_bytes: int) -> bytes:
    """The body, unpacked. Not by aiohttp's `read`, which unpacks as many bytes at once as a request may have."""
    if request.headers.get("Expect", "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        request.writer.output_size = 0
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        if len(body) > max_bytes:
            raise _too_large(max_bytes)
        await asyncio.sleep(0)  # all of a packed body can be there at once, and others have their turns
    return bytes(body)


def _too_large(max_bytes: int) -> TooLargeError:
    return TooLargeError(f"Maximum request body size {max_bytes} exceeded; see --max-request-megabytes")


def _connection(request: web.BaseRequest) -> Connection:
    assert isinstance(request.protocol, Connection)
    return request.protocol


def _spec(found: "re.Match[str]") -> ModelSpec:
    digits = found["version"]
    # Python refuses to read a number of thousands of digits.
    if digits and (len(digits) > len(str(_MAX_VERSION)) or int(digits) > _MAX_VERSION):
        raise invalid(f"Failed to convert version: {digits} to numeric.")
    return ModelSpec(unquote(found["name"]), int(digits) if digits else None, unquote(found["label"] or ""))


def _answer(outputs: Tensors, in_rows: bool) -> web.Response:
    return json_response(json_tensors.write_outputs(outputs, in_rows=in_rows))
