"""Files on S3 and on servers with its protocol, such as MinIO."""

import errno
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import boto3
import botocore.session
from apache_beam.options.pipeline_options import PipelineOptions, S3Options
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    IncompleteReadError,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.utils import parse_timestamp

from components.storage.faults import FileChangedError
from components.storage.root import FileEntry

_BLOCK_BYTES = 1 << 20
_MOST_THREADS = 64
# Botocore tries again what passes (throttling, errors of the server, connections), after random times that double: about a
# minute in all. Its mode `standard` has one budget for all threads, which a server that is away for a second uses up.
_CONFIG = Config(
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=_MOST_THREADS,
    retries={"mode": "legacy", "total_max_attempts": 8},
)
# Of a body that ended too early only what is missing is asked for again; so often without a byte that is new.
_MOST_BREAKS = 5
_BREAKS = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)

_MISSING = {"NoSuchKey", "404"}
# The latter is in an archive, and has to be restored from there first.
_DENIED = {"AccessDenied", "403", "InvalidObjectState"}
_CHANGED = {"PreconditionFailed", "412"}
_PAST_THE_END = {"InvalidRange", "416"}


class S3Store:
    """A folder on S3; an ETag is a file's version. Servers and credentials: Beam's options, or where Boto3 finds them."""

    def __init__(self, uri: str, options: PipelineOptions) -> None:
        self._bucket, _, folder = uri.removeprefix("s3://").partition("/")
        self._prefix = f"{folder}/" if folder else ""
        of_beam = options.view_as(S3Options)
        session = botocore.session.get_session()
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_time_of)
        self._client = boto3.session.Session(botocore_session=session).client(
            "s3",
            region_name=of_beam.s3_region_name,
            api_version=of_beam.s3_api_version,
            use_ssl=not of_beam.s3_disable_ssl,
            verify=of_beam.s3_verify,
            endpoint_url=of_beam.s3_endpoint_url,
            aws_access_key_id=of_beam.s3_access_key_id,
            aws_secret_access_key=of_beam.s3_secret_access_key,
            aws_session_token=of_beam.s3_session_token,
            config=_CONFIG,
        )

    def entries(self, is_flat: bool) -> Iterator[FileEntry]:
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=self._prefix, **({"Delimiter": "/"} if is_flat else {})
        )
        for page in pages:
            for item in page.get("Contents", ()):
                name = item["Key"][len(self._prefix) :]
                # Some tools mark folders with empty objects.
                if name and not name.endswith("/"):
                    changed = item["LastModified"].timestamp()
                    yield FileEntry(name, item["Size"], changed, version=item["ETag"])

    def head(self, name: str, num_bytes: int) -> bytes:
        return b"".join(self._blocks(name, "", num_bytes))

    def download(self, name: str, path: Path, version: str) -> None:
        with path.open("wb") as file:
            for block in self._blocks(name, version):
                file.write(block)

    def _blocks(self, name: str, version: str, num_bytes: int | None = None) -> Iterator[bytes]:
        """A file's content, of one version. Boto3's own downloads try again too, but know no version that is wanted."""
        position = num_breaks = 0
        while True:
            with _errors(name):
                response = self._get(name, version, position, num_bytes)
                if response is None:
                    return
                if version.strip('"') not in ("", response["ETag"].strip('"')):
                    # A server that does not heed If-Match.
                    raise FileChangedError(name)
                version = response["ETag"]
                try:
                    for block in response["Body"].iter_chunks(_BLOCK_BYTES):
                        yield block
                        position += len(block)
                        num_breaks = 0
                    return
                except _BREAKS:
                    num_breaks += 1
                    if num_breaks == _MOST_BREAKS:
                        raise
                    time.sleep(random.random() * 2 ** (num_breaks - 1))

    def _get(self, name: str, version: str, position: int, num_bytes: int | None) -> Any:
        """The answer with a file's bytes from `position` on; None if there are none."""
        request = {"IfMatch": version} if version else {}
        if position or num_bytes:
            request["Range"] = f"bytes={position}-{num_bytes - 1 if num_bytes else ''}"
        try:
            return self._client.get_object(Bucket=self._bucket, Key=f"{self._prefix}{name}", **request)
        except ClientError as error:
            if error.response["Error"]["Code"] in _PAST_THE_END:
                return None
            raise


def _time_of(text: Any) -> datetime:
    """A time as listings write it, or in any other form; Boto tries all forms for each key."""
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00"))
    except (ValueError, AttributeError):
        return parse_timestamp(text)


@contextmanager
def _errors(name: str) -> Iterator[None]:
    """Turn Boto's errors into Python's.

    Raises:
      OSError: that file cannot be read.
    """
    try:
        yield
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message") or str(error)
        if code in _CHANGED:
            raise FileChangedError(name) from error
        if code in _MISSING:
            raise FileNotFoundError(errno.ENOENT, "there is no such file", name) from error
        if code in _DENIED:
            raise PermissionError(errno.EACCES, f"{code}: {message}", name) from error
        raise OSError(errno.EIO, str(error), name) from error
    except BotoCoreError as error:
        raise OSError(errno.EIO, str(error), name) from error
