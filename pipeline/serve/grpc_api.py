"""TensorFlow Serving's gRPC services: PredictionService and ModelService."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import grpc
from google.protobuf.message import DecodeError
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from pipeline.serve.errors import ServeError, invalid
from pipeline.serve.predictor import CLIENT_HEADER, DEFAULT_SIGNATURE, ModelSpec, Predictor
from pipeline.serve.protos import to_proto, to_tensor
from pipeline.serve.request_log import Sender
from pipeline.serve.signatures import Signature, Tensors
from pipeline.serve.versions import Servable

log = logging.getLogger(__name__)

_SIGNATURE_DEF = "signature_def"


# For a message to arrive once it is read.
_MESSAGE_SECONDS = 20.0
_PREDICT = "/tensorflow.serving.PredictionService/Predict"
_SMALL_BYTES = 2**18  # parsed in less time than a thread takes to begin
_MAX_STREAMS = 64  # of one connection; a client's further requests wait with the client
_IDLE_MILLISECONDS = 30_000


def make_server(predictor: Predictor) -> grpc.aio.Server:
    """A server of both services, without a port."""
    options = [
        # Of unpacked messages, too.
        ("grpc.max_receive_message_length", predictor.memory.max_request_bytes),
        ("grpc.max_concurrent_streams", _MAX_STREAMS),
        ("grpc.max_connection_idle_ms", _IDLE_MILLISECONDS),
        ("grpc.server_handshake_timeout_ms", _IDLE_MILLISECONDS),
        ("grpc.max_send_message_length", -1),
        # Otherwise two servers could share a port, and clients would reach one or the other.
        ("grpc.so_reuseport", 0),
    ]
    service = PredictionService(predictor)
    server = grpc.aio.server(interceptors=[_ReadWhenThereIsMemory(service)], options=options)
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(service, server)
    model_service_pb2_grpc.add_ModelServiceServicer_to_server(ModelService(predictor), server)
    return server


class _ReadWhenThereIsMemory(grpc.aio.ServerInterceptor):
    """Has the messages of Predict read by its handler: gRPC itself reads every message as soon as it can."""

    def __init__(self, service: "PredictionService") -> None:
        self._handler = grpc.stream_unary_rpc_method_handler(
            service.predict_unread, response_serializer=predict_pb2.PredictResponse.SerializeToString
        )

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        return self._handler if handler_call_details.method == _PREDICT else await continuation(handler_call_details)


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    async def predict_unread(
        self, messages: AsyncIterator[bytes], context: grpc.aio.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Predict, for a message that is still to be read; `messages` gives only this one."""
        memory = self._predictor.memory
        async with _errors_as_statuses(context), AsyncExitStack() as held:
            async with memory.arriving.hold(memory.max_request_bytes, context.peer()) as hold:
                message = await hold.receiving(_read(context))
                memory.arriving.shrink(hold, len(message))
                lane, cost = memory.of(len(message)), memory.cost(len(message))
                entered = held.enter_async_context(lane.hold(cost))
                # It gives way, too, while it waits for the memory that its answer takes.
                await (entered if cost <= lane.free_bytes else hold.receiving(entered))
            with self._predictor.admitted():
                is_small = len(message) <= _SMALL_BYTES
                request = _parse(message) if is_small else await self._predictor.convert(_parse, message)
                del message
                return await self._predict(request, context)

    async def _predict(
        self, request: predict_pb2.PredictRequest, context: grpc.aio.ServicerContext
    ) -> predict_pb2.PredictResponse:
        spec = _spec(request.model_spec)
        with self._predictor.find(spec).in_use() as servable:
            signature = _signature(servable, request.model_spec.signature_name)
            names = _output_names(signature, request.output_filter)
            inputs = await self._predictor.convert(self._inputs, request)
            outputs = await self._predictor.predict(servable, signature, inputs, _sender(spec.name, context))
            chosen = {name: outputs[name] for name in names}
            return await self._predictor.convert(_response, spec.name, servable, signature, chosen)

    async def GetModelMetadata(  # noqa: N802
        self, request: get_model_metadata_pb2.GetModelMetadataRequest, context: grpc.aio.ServicerContext
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        async with _errors_as_statuses(context):
            if not request.metadata_field:
                raise invalid("GetModelMetadataRequest must specify at least one metadata_field")
            unknown = [name for name in request.metadata_field if name != _SIGNATURE_DEF]
            if unknown:
                raise invalid(f"Metadata field {unknown[0]} is not supported")
            servable = self._predictor.find(_spec(request.model_spec))
            response = get_model_metadata_pb2.GetModelMetadataResponse()
            response.model_spec.name = request.model_spec.name
            response.model_spec.version.value = servable.version
            signatures = get_model_metadata_pb2.SignatureDefMap()
            for name, definition in servable.model.definitions.items():
                signatures.signature_def[name].CopyFrom(definition)
            response.metadata[_SIGNATURE_DEF].Pack(signatures)
            return response

    async def Classify(self, request: object, context: grpc.aio.ServicerContext) -> None:  # noqa: N802
        await _not_served(context, "Classify")

    async def Regress(self, request: object, context: grpc.aio.ServicerContext) -> None:  # noqa: N802
        await _not_served(context, "Regress")

    async def MultiInference(self, request: object, context: grpc.aio.ServicerContext) -> None:  # noqa: N802
        await _not_served(context, "MultiInference")

    def _inputs(self, request: predict_pb2.PredictRequest) -> Tensors:
        return {
            name: to_tensor(name, proto, self._predictor.memory.max_request_bytes)
            for name, proto in request.inputs.items()
        }


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    def __init__(self, predictor: Predictor) -> None:
        self._predictor = predictor

    async def GetModelStatus(  # noqa: N802
        self, request: get_model_status_pb2.GetModelStatusRequest, context: grpc.aio.ServicerContext
    ) -> get_model_status_pb2.GetModelStatusResponse:
        async with _errors_as_statuses(context):
            if not request.HasField("model_spec"):
                raise invalid("Missing ModelSpec")
            response = get_model_status_pb2.GetModelStatusResponse()
            for version, status in self._predictor.statuses(_spec(request.model_spec)).items():
                entry = response.model_version_status.add(version=version, state=int(status.state))
                entry.status.error_code = status.code.value[0]
                entry.status.error_message = status.message
            return response

    async def HandleReloadConfigRequest(self, request: object, context: grpc.aio.ServicerContext) -> None:  # noqa: N802
        await context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "start the server with --model-config and change that file, which is read anew",
        )


@asynccontextmanager
async def _errors_as_statuses(context: grpc.aio.ServicerContext) -> AsyncIterator[None]:
    try:
        yield
    except ServeError as error:
        await _abort(context, error.code, error.message)
    except Exception as error:
        log.exception("a request could not be answered")
        await _abort(context, grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}")


async def _abort(context: grpc.aio.ServicerContext, code: grpc.StatusCode, message: str) -> None:
    try:
        await context.abort(code, message)
    except grpc.aio.InternalError:
        # The client has gone. Clients could fill the log with what gRPC writes about it.
        raise asyncio.CancelledError from None


async def _read(context: grpc.aio.ServicerContext) -> bytes:
    try:
        message = await asyncio.wait_for(context.read(), _MESSAGE_SECONDS)
    except asyncio.TimeoutError as error:
        raise ServeError(
            grpc.StatusCode.DEADLINE_EXCEEDED, f"the message did not arrive within {_MESSAGE_SECONDS:.3g} s"
        ) from error
    if message is grpc.aio.EOF:
        raise invalid("the request has no message, or one that is too large")
    return bytes(message)


def _parse(message: bytes) -> predict_pb2.PredictRequest:
    try:
        return predict_pb2.PredictRequest.FromString(message)
    except DecodeError as error:
        raise invalid(f"the message is no PredictRequest: {error}") from error


async def _not_served(context: grpc.aio.ServicerContext, method: str) -> None:
    await context.abort(
        grpc.StatusCode.UNIMPLEMENTED,
        f"{method} is not served: a clipgate model has no classify or regress signatures; call Predict",
    )


def _sender(model: str, context: grpc.aio.ServicerContext) -> Sender:
    names = [value for key, value in context.invocation_metadata() or () if key == CLIENT_HEADER]
    address, _, _ = context.peer().rpartition(":")  # without the port, which each connection has another of
    return Sender(model, address, str(names[0]) if names else "")


def _spec(spec: model_pb2.ModelSpec) -> ModelSpec:
    if not spec.name:
        raise invalid("Missing ModelSpec: a model needs a name")
    return ModelSpec(spec.name, spec.version.value if spec.HasField("version") else None, spec.version_label)


def _signature(servable: Servable, name: str) -> Signature:
    signature = servable.model.signatures.get(name or DEFAULT_SIGNATURE)
    if signature is None:
        raise ServeError(
            grpc.StatusCode.FAILED_PRECONDITION, f'Serving signature key "{name or DEFAULT_SIGNATURE}" not found.'
        )
    return signature


def _output_names(signature: Signature, wanted: Iterable[str]) -> list[str]:
    names = list(wanted)
    for name in names:
        if name not in signature.outputs:
            expected = ",".join(sorted(signature.outputs))
            raise invalid(
                f"output tensor alias not found in signature: {name} Outputs expected to be in the set {{{expected}}}."
            )
    if len(set(names)) < len(names):
        raise invalid(f"duplicate output tensor alias: {next(name for name in names if names.count(name) > 1)}")
    return names or list(signature.outputs)


def _response(name: str, servable: Servable, signature: Signature, outputs: Tensors) -> predict_pb2.PredictResponse:
    response = predict_pb2.PredictResponse()
    response.model_spec.name = name
    response.model_spec.version.value = servable.version
    response.model_spec.signature_name = signature.name
    for key, value in outputs.items():
        response.outputs[key].CopyFrom(to_proto(value))
    return response
