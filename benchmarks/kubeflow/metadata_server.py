"""ML Metadata's gRPC service over its own C++ store, in SQLite: each call is passed on as the bytes that it is."""

import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
from ml_metadata.metadata_store.pywrap.metadata_store_extension import metadata_store as cpp
from ml_metadata.proto import metadata_store_pb2 as proto
from ml_metadata.proto import metadata_store_service_pb2_grpc as service

_CODES = {code.value[0]: code for code in grpc.StatusCode}


@contextmanager
def metadata_server(database: Path) -> Iterator[int]:
    """Serve the database, which is made if there is none; gives the port on 127.0.0.1."""
    source = proto.SqliteMetadataSourceConfig
    connection = source(filename_uri=str(database), connection_mode=source.READWRITE_OPENCREATE)
    config = proto.ConnectionConfig(sqlite=connection)
    store = cpp.CreateMetadataStore(config.SerializeToString(), proto.MigrationOptions().SerializeToString())
    names = [name for name in vars(service.MetadataStoreServiceServicer) if hasattr(cpp, name)]
    one_at_a_time = threading.Lock()  # SQLite has one writer
    handlers = {name: _handler(getattr(cpp, name), store, one_at_a_time) for name in names}
    with grpc_server("ml_metadata.MetadataStoreService", handlers) as port:
        yield port


@contextmanager
def grpc_server(name: str, handlers: dict[str, grpc.RpcMethodHandler]) -> Iterator[int]:
    """Serve the methods of one gRPC service; gives the port on 127.0.0.1."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, handlers),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(grace=None).wait()


def _handler(call: Callable[..., Any], store: Any, lock: threading.Lock) -> grpc.RpcMethodHandler:
    def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
        with lock:
            response, message, status = call(store, request)
        if status:
            context.abort(_CODES[status], message.decode(errors="replace"))
        return bytes(response)

    return grpc.unary_unary_rpc_method_handler(answer)
