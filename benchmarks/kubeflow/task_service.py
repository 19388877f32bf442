"""Kubeflow's TaskService, in memory: which execution in ML Metadata a fingerprint belongs to.

Its messages are those of kubeflow/pipelines' backend/api/v1beta1/task.proto, of which there is no Python module: the fields
that the cache uses, by their numbers. What else a message holds is kept as it is.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from benchmarks.kubeflow.metadata_server import grpc_server

SERVICE = "api.TaskService"
_TEXT, _NUMBER = descriptor_pb2.FieldDescriptorProto.TYPE_STRING, descriptor_pb2.FieldDescriptorProto.TYPE_INT32
_FIELDS = {
    "Task": {"namespace": (2, _TEXT), "pipelineName": (3, _TEXT), "runId": (4, _TEXT), "mlmdExecutionID": (5, _TEXT),
             "fingerprint": (8, _TEXT)},
    "CreateTaskRequest": {"task": (1, "Task")},
    "ListTasksRequest": {"page_size": (2, _NUMBER), "sort_by": (3, _TEXT), "filter": (5, _TEXT)},
    "ListTasksResponse": {"tasks": (1, "Task"), "total_size": (3, _NUMBER)},
}  # fmt: skip
_REPEATED = {"tasks"}


def _message_classes() -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name="task.proto", package="api", syntax="proto3")
    for message_name, fields in _FIELDS.items():
        message = file.message_type.add(name=message_name)
        for name, (number, kind) in fields.items():
            label = "LABEL_REPEATED" if name in _REPEATED else "LABEL_OPTIONAL"
            field = message.field.add(name=name, number=number, label=label)
            if isinstance(kind, str):
                field.type, field.type_name = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE, f".api.{kind}"
            else:
                field.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    get = getattr(message_factory, "GetMessageClass", None)  # newer than the protobuf of the older stack
    if get is None:
        get = message_factory.MessageFactory(pool).GetPrototype
    return {name: get(pool.FindMessageTypeByName(f"api.{name}")) for name in _FIELDS}


MESSAGES = _message_classes()


@contextmanager
def task_service() -> Iterator[int]:
    """Serve; gives the port on 127.0.0.1."""
    tasks: list[Any] = []
    lock = threading.Lock()

    def create(request: Any, context: grpc.ServicerContext) -> Any:
        with lock:
            tasks.append(request.task)
        return request.task

    def find(request: Any, context: grpc.ServicerContext) -> Any:
        predicates = json.loads(request.filter)["predicates"] if request.filter else []
        with lock:
            found = [task for task in reversed(tasks) if _fits(task, predicates)]
        return MESSAGES["ListTasksResponse"](tasks=found[: request.page_size or None], total_size=len(found))

    handlers = {
        "CreateTaskV1": _handler(create, "CreateTaskRequest"),
        "ListTasksV1": _handler(find, "ListTasksRequest"),
    }
    with grpc_server(SERVICE, handlers) as port:
        yield port


def call(address: str, method: str, request: Any, response: str) -> Any:
    """Ask a TaskService at `host:port`; `response` names the message that it answers with."""
    with grpc.insecure_channel(address) as channel:
        ask = channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=MESSAGES[response].FromString,
        )
        return ask(request)


def _fits(task: Any, predicates: list[dict[str, Any]]) -> bool:
    return all(getattr(task, predicate["key"]) == predicate.get("stringValue", "") for predicate in predicates)


def _handler(answer: Any, request: str) -> grpc.RpcMethodHandler:
    return grpc.unary_unary_rpc_method_handler(
        answer,
        request_deserializer=MESSAGES[request].FromString,
        response_serializer=lambda message: message.SerializeToString(),
    )
