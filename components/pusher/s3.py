"""Destinations on S3 and on servers with its protocol, such as MinIO. TensorFlow reads s3:// only with an extension."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from components.pusher.remote import RemoteDestination
from components.storage.root import digest_of

_NO_SUCH_FILE = {"404", "NoSuchKey"}
_LIMITS = Config(connect_timeout=10, read_timeout=60, retries={"total_max_attempts": 3})


class S3Destination(RemoteDestination):
    """A folder on S3. Boto3 finds server and credentials in the environment and below ~/.aws."""

    def __init__(self, uri: str) -> None:
        super().__init__(uri)
        self._bucket, _, self._prefix = self.uri.removeprefix("s3://").partition("/")
        with _errors():
            self._client = boto3.client("s3", config=_LIMITS)

    def folders(self, name: str = "") -> list[str]:
        folder = f"{self._key(name)}/".lstrip("/")
        with _errors():
            pages = self._pages(Prefix=folder, Delimiter="/")
            found = [entry["Prefix"] for page in pages for entry in page.get("CommonPrefixes", ())]
        return sorted(prefix.removeprefix(folder).rstrip("/") for prefix in found)

    def is_file(self, name: str) -> bool:
        try:
            with _errors():
                self._client.head_object(Bucket=self._bucket, Key=self._key(name))
        except FileNotFoundError:
            return False
        return True

    def read_text(self, name: str) -> str:
        with _errors():
            return str(self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"].read().decode())

    def files(self, name: str) -> dict[str, int]:
        prefix = f"{self._key(name)}/"
        with _errors():
            sizes = {e["Key"]: e["Size"] for page in self._pages(Prefix=prefix) for e in page.get("Contents", ())}
        # Some tools mark folders with empty objects.
        return {key.removeprefix(prefix): size for key, size in sizes.items() if not key.endswith("/")}

    def digest(self, name: str) -> str:
        with _errors():
            return digest_of(self._client.get_object(Bucket=self._bucket, Key=self._key(name))["Body"])

    def _upload(self, path: Path, name: str) -> None:
        with _errors():
            self._client.upload_file(str(path), self._bucket, self._key(name))

    def _download(self, name: str, path: Path) -> None:
        with _errors():
            self._client.download_file(self._bucket, self._key(name), str(path))

    def _copy(self, name: str, new_name: str) -> None:
        with _errors():
            source = {"Bucket": self._bucket, "Key": self._key(name)}
            self._client.copy(source, self._bucket, self._key(new_name))

    def _delete_file(self, name: str) -> None:
        with _errors():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(name))

    def _delete_folder(self, name: str) -> None:
        with _errors():
            for page in self._pages(Prefix=f"{self._key(name)}/"):
                for entry in page.get("Contents", ()):
                    self._client.delete_object(Bucket=self._bucket, Key=entry["Key"])

    def _key(self, name: str) -> str:
        return f"{self._prefix}/{name}".strip("/")

    def _pages(self, **request: str) -> Any:
        return self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, **request)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn Boto's errors into Python's.

    Raises:
      FileNotFoundError: there is no such file.
      OSError: anything else went wrong.
    """
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in _NO_SUCH_FILE:
            raise FileNotFoundError(errno.ENOENT, str(error)) from error
        raise OSError(errno.EIO, str(error)) from error
    except (BotoCoreError, Boto3Error, ValueError) as error:  # ValueError: the address is malformed
        raise OSError(errno.EIO, str(error)) from error
