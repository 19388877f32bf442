"""Opens the SQLite file of ML Metadata."""

from pathlib import Path

from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2

READ_ONLY = metadata_store_pb2.SqliteMetadataSourceConfig.READONLY
# States of executions whose outputs are there.
SUCCESSFUL = (metadata_store_pb2.Execution.COMPLETE, metadata_store_pb2.Execution.CACHED)
MAKE_IF_MISSING = metadata_store_pb2.SqliteMetadataSourceConfig.READWRITE_OPENCREATE


def place_of(uri: str, pipeline_root: Path) -> Path:
    """Where an artifact lies now, also if the folder of all of them was moved since ML Metadata wrote its address down."""
    path = Path(uri)
    # <root>/<component>/<output>/<execution>
    return path if path.is_relative_to(pipeline_root) else pipeline_root.joinpath(*path.parts[-3:])


def open_store(path: Path, mode: int = metadata_store_pb2.SqliteMetadataSourceConfig.UNKNOWN) -> MetadataStore:
    """ML Metadata in a file; raises their errors if it is none of theirs."""
    source = metadata_store_pb2.SqliteMetadataSourceConfig(filename_uri=str(path), connection_mode=mode)
    return MetadataStore(metadata_store_pb2.ConnectionConfig(sqlite=source))
