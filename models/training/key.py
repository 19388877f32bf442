"""What a trained model is known by: the data, and all else that determines it."""

import hashlib
from pathlib import Path

# Stands beside the splits of Examples.
DATA_DIGEST_FILE = "data_digest.txt"


def training_key(data_digest: str, recipe: str) -> str:
    """Identifier of all that determines a trained model.

    Args:
      recipe: a digest of everything but the data: configuration, code, classes and base model.
    """
    return hashlib.sha256(f"{data_digest}\n{recipe}".encode()).hexdigest()


def write_data_digest(examples: str, data_digest: str) -> None:
    """Note in the folder of Examples what they were made from."""
    Path(examples, DATA_DIGEST_FILE).write_text(data_digest)


def read_data_digest(examples: str) -> str:
    """The digest of the data that Examples were made from."""
    return Path(examples, DATA_DIGEST_FILE).read_text()
