"""What attempts at an ingest share: orders for shards, and the accounts of those that are complete.

An attempt is a process that carries out orders. Of an execution there may be several, after each other where a worker was lost
and its job began anew, or at once where a lost one lives on. All make the same bytes; so what one has completed is
complete for all of them.
"""

import hashlib
import json
import pickle
import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

import tensorflow as tf

from components.video_example_gen.ingest import VideoTask

_IDENTITY_FILE = "identity"
_SHARD_BYTES = "shard_bytes"
_ACCOUNT = re.compile(r"\d+\.jsonl")
_TRIES_TO_REMOVE = 3


@dataclass(frozen=True)
class Shard:
    """All Examples of some videos of one split, in order, in one file: `path`."""

    path: str
    tasks: Collection[VideoTask]


def identity_of(parameters: Mapping[str, Any]) -> str:
    """Digest of an execution's parameters; attempts of one execution have the same."""
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()


def empty_folder(uri: str) -> None:
    """Remove what is in a folder, if there is one: a shard that lay there before would be read with those written now."""
    if not tf.io.gfile.isdir(uri):
        return
    for name in tf.io.gfile.listdir(uri):
        path = f"{uri}/{name.rstrip('/')}"
        if tf.io.gfile.isdir(path):
            tf.io.gfile.rmtree(path)
        else:
            tf.io.gfile.remove(path)


class WorkFolder:
    """Carries shards to the workers and their accounts back.

    Files do that: what goes through Beam itself is copied several times in memory. The folder must be on the file system
    of the shards, into whose places files are moved from here.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def belongs_to(self, identity: str) -> bool:
        """Tell whether an earlier attempt of the same execution has begun here."""
        path = f"{self._path}/{_IDENTITY_FILE}"
        if not tf.io.gfile.exists(path):
            return False
        with tf.io.gfile.GFile(path) as file:
            return bool(file.read() == identity)

    def begin(self, identity: str) -> None:
        """Make the folder, and write down whose it is."""
        tf.io.gfile.makedirs(self._path)
        with _written(f"{self._path}/{_IDENTITY_FILE}") as file:
            file.write(identity.encode())

    def put(self, shards: Sequence[Shard]) -> list[str]:
        """The orders: paths, one for each shard, in the order of the shards."""
        tf.io.gfile.makedirs(self._path)
        orders = self._orders(shards)
        for order, shard in zip(orders, shards, strict=True):
            with _written(order) as file:
                pickle.dump((shard.path, len(shard.tasks)), file)
                # A shard may have more rows than fit into memory.
                for task in shard.tasks:
                    pickle.dump(task, file)
        return orders

    def num_complete(self, shards: Sequence[Shard]) -> int:
        """How many of the shards an attempt has made already."""
        return sum(_is_complete(order, shard.path) for order, shard in zip(self._orders(shards), shards, strict=True))

    def num_accounts(self) -> int:
        """How many accounts there are: as `num_complete`, but nothing is read."""
        return sum(bool(_ACCOUNT.fullmatch(name)) for name in tf.io.gfile.listdir(self._path))

    def take_accounts(self, orders: Sequence[str]) -> Iterator[dict[str, Any]]:
        """The entries of the ledger, in the order of the shards."""
        for order in orders:
            with tf.io.gfile.GFile(_account_path(order)) as file:
                yield from (entry for line in file if _SHARD_BYTES not in (entry := json.loads(line)))

    def remove(self) -> None:
        """Remove the folder, with all that attempts have left which did not come to an end."""
        for _ in range(_TRIES_TO_REMOVE):
            # An attempt that lives on may write a file meanwhile; when the folder is gone, it cannot.
            with suppress(tf.errors.PermissionDeniedError, tf.errors.FailedPreconditionError, tf.errors.NotFoundError):
                tf.io.gfile.rmtree(self._path)
                return
        tf.io.gfile.rmtree(self._path)

    def _orders(self, shards: Sequence[Shard]) -> list[str]:
        return [f"{self._path}/{number:05d}" for number in range(len(shards))]


class Attempt:
    """One attempt at an order. `shard_path` and `account_path` are its own, until it is completed.

    Attributes:
      path, num_videos: where the shard belongs that is ordered, and how many videos it has.
      is_complete: whether an attempt has been completed already.
    """

    def __init__(self, order: str) -> None:
        with tf.io.gfile.GFile(order, "rb") as file:
            self.path, self.num_videos = pickle.load(file)
        self._order = order
        name = f"{order}.{uuid.uuid4().hex}"
        self.shard_path, self.account_path = f"{name}.gz", f"{name}.jsonl"

    @property
    def is_complete(self) -> bool:
        return _is_complete(self._order, self.path)

    def tasks(self) -> Iterator[VideoTask]:
        """What is ordered, a video at a time."""
        with tf.io.gfile.GFile(self._order, "rb") as file:
            pickle.load(file)
            for _ in range(self.num_videos):
                yield pickle.load(file)

    def complete(self) -> None:
        """Move the two files, which have been written, to where they belong."""
        with tf.io.gfile.GFile(self.account_path, "a") as account:
            account.write(json.dumps({_SHARD_BYTES: tf.io.gfile.stat(self.shard_path).length}) + "\n")
        tf.io.gfile.makedirs(self.path.rpartition("/")[0])
        tf.io.gfile.rename(self.shard_path, self.path, overwrite=True)
        tf.io.gfile.rename(self.account_path, _account_path(self._order), overwrite=True)


@contextmanager
def _written(path: str) -> Iterator[BinaryIO]:
    """A file to write, which is there in one step when the context ends: workers of an earlier attempt may be reading."""
    partial = f"{path}.{uuid.uuid4().hex}"
    with tf.io.gfile.GFile(partial, "wb") as file:
        yield file
    tf.io.gfile.rename(partial, path, overwrite=True)


def _is_complete(order: str, shard_path: str) -> bool:
    # The account is moved last, but a machine that went down may have kept the one file and lost the other.
    try:
        with tf.io.gfile.GFile(_account_path(order)) as file:
            *_, last = file
        return bool(json.loads(last)[_SHARD_BYTES] == tf.io.gfile.stat(shard_path).length)
    except (tf.errors.NotFoundError, ValueError, KeyError, TypeError):
        return False


def _account_path(order: str) -> str:
    return f"{order}.jsonl"
