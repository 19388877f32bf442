"""Reads TFRecord files, one record after another."""

from collections.abc import Iterator

import tensorflow as tf


def read_records(file: str) -> Iterator[bytes]:
    """The records of a file. Beam's own reading takes names for patterns, and finds nothing where they hold brackets.

    Raises:
      ValueError: it is no TFRecord file, or is damaged.
    """
    compression = "GZIP" if file.endswith(".gz") else ""
    try:
        yield from tf.data.TFRecordDataset(file, compression).as_numpy_iterator()
    except tf.errors.OpError as error:
        raise ValueError(f"{file} is no TFRecord file: {error.message}") from error
