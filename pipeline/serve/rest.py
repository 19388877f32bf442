"""TensorFlow Serving's REST API.

Source: https://www.tensorflow.org/tfx/serving/api_rest
"""

import asyncio
import contextlib
import json
import logging
import re
from typing import Any, NamedTuple
from urllib.parse import unquote

import grpc
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from pipeline.serve import json_tensors
from pipeline.serve.errors import ServeError, invalid
from pipeline.serve.predictor import DEFAULT_SIGNATURE, ModelSpec, Predictor
from pipeline.serve.protos import signature_def_json
from pipeline.serve.signatures import Signature, Tensors
from pipeline.serve.versions import Servable

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
_INTERNAL = 500
READ_TIMEOUT_SECONDS = 60.0  # for a request's body to arrive


def make_app(predictor: Predictor, max_request_bytes: int) -> web.Application:
    under_way = UnderWay()
    app = web.Application(client_max_size=max_request_bytes, middlewares=[under_way.count, _errors_as_json])
    app.router.add_route("*", "/{path:.*}", RestApi(predictor).answer)
    app[UNDER_WAY] = under_way
    return app


class UnderWay:
    """Counts the requests that have begun and not ended."""

    def __init__(self) -> None:
        self._number = 0
        self._none = asyncio.Event()
        self._none.set()

    @property
    def count(self) -> Middleware:
        @web.middleware
        async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._number += 1
            self._none.clear()
            try:
                return await handler(request)
            finally:
                self._number -= 1
                if not self._number:
                    self._none.set()

        return count

    async def ended(self, timeout_seconds: float) -> None:
        """Wait until there is none, but no longer than the timeout."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._none.wait(), timeout_seconds)


UNDER_WAY = web.AppKey("under_way", UnderWay)


@web.middleware
async def _errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except ServeError as error:
        return _json_response({"error": error.message}, _HTTP_STATUSES.get(error.code, _INTERNAL))
    except web.HTTPException as error:
        return _json_response({"error": error.text or error.reason}, error.status)
    except ConnectionError:  # nobody will read it
        return _json_response({"error": "the client has left"}, _HTTP_STATUSES[grpc.StatusCode.CANCELLED])
    except Exception as error:
        log.exception("%s %s", request.method, request.path)
        return _json_response({"error": f"{type(error).__name__}: {error}"}, _INTERNAL)


class RestApi:
    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    async def answer(self, request: web.Request) -> web.Response:
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
        return _json_response({"model_version_status": statuses}, indent=1)

    def _metadata(self, spec: ModelSpec) -> web.Response:
        servable = self._predictor.find(spec)
        signatures = {name: signature_def_json(value) for name, value in servable.model.definitions.items()}
        answer = {
            "model_spec": {"name": spec.name, "signature_name": "", "version": str(servable.version)},
            "metadata": {"signature_def": {"signature_def": signatures}},
        }
        return _json_response(answer, indent=1)

    async def _predict(self, request: web.Request, spec: ModelSpec) -> web.Response:
        with self._predictor.admitted(), self._predictor.find(spec).in_use() as servable:
            asked = await self._predictor.convert(_read_question, await self._read(request), servable)
            outputs = await self._predictor.predict(servable, asked.signature, asked.inputs)
            return await self._predictor.convert(_answer, outputs, asked.in_rows)

    async def _read(self, request: web.Request) -> bytes:
        limit = request.client_max_size
        if request.content_length is not None and request.content_length > limit:
            raise web.HTTPRequestEntityTooLarge(limit, request.content_length)
        try:
            return await asyncio.wait_for(request.read(), READ_TIMEOUT_SECONDS)
        except asyncio.TimeoutError as error:
            raise web.HTTPRequestTimeout(text="the request's body did not arrive in time") from error
        except web.RequestPayloadError as error:
            raise invalid(f"the request's body did not arrive whole: {error}") from error


def _spec(found: "re.Match[str]") -> ModelSpec:
    digits = found["version"]
    # Python refuses to read a number of thousands of digits.
    if digits and (len(digits) > len(str(_MAX_VERSION)) or int(digits) > _MAX_VERSION):
        raise invalid(f"Failed to convert version: {digits} to numeric.")
    return ModelSpec(unquote(found["name"]), int(digits) if digits else None, unquote(found["label"] or ""))


class _Question(NamedTuple):
    signature: Signature
    inputs: Tensors
    in_rows: bool


def _read_question(body: bytes, servable: Servable) -> _Question:
    request = json_tensors.parse_request(body)
    name = json_tensors.signature_name(request) or DEFAULT_SIGNATURE
    signature = servable.model.signatures.get(name)
    if signature is None:
        raise invalid(f'Serving signature name: "{name}" not found in signature def')
    return _Question(signature, json_tensors.read_inputs(request, signature), json_tensors.is_in_rows(request))


def _answer(outputs: Tensors, in_rows: bool) -> web.Response:
    return _json_response(json_tensors.write_outputs(outputs, in_rows=in_rows))


def _json_response(value: dict[str, Any], status: int = 200, indent: int | None = None) -> web.Response:
    return web.Response(text=json.dumps(value, indent=indent), status=status, content_type="application/json")
