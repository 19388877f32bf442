"""Reads the weights of Keras models from TensorFlow's checkpoints, also from those in SavedModels. No graph is loaded or run.

A checkpoint has its variables under names that depend on what was saved together with the model. Beside them it has a table of
objects, in which each has its parts by the names of attributes: a variable is named here by the shortest way to it from the
model, over parts that are layers or belong to layers.
"""

import re
from collections import deque
from collections.abc import Iterator
from glob import escape
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf
from google.protobuf.message import DecodeError
from tensorflow.core.protobuf.trackable_object_graph_pb2 import TrackableObjectGraph

from foundation.messages.errors import UserError

_TABLE = "_CHECKPOINTABLE_OBJECT_GRAPH"
_MODEL = "model"  # the name under which Model Garden's checkpoints have it; a SavedModel is the model itself
_VALUE = "VARIABLE_VALUE"
# Layers of a model, layers that are attributes of a layer, and variables. A model's backbone is one of its layers, too.
_PART = re.compile(
    r"layer_with_weights-\d+|_(?!backbone)[a-z]\w*|kernel|depthwise_kernel|bias|gamma|beta|moving_mean|moving_variance"
)


def read_checkpoint(prefix: Path) -> dict[str, npt.NDArray[Any]]:
    """The variables of the model in a checkpoint: in `prefix`.index and `prefix`.data-*.

    Raises:
      UserError: the checkpoint is damaged, or was not written from objects, as `tf.train.Checkpoint` does.
    """
    try:
        reader = tf.train.load_checkpoint(str(prefix))
        shapes, dtypes = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
        if _TABLE not in shapes:
            raise UserError(
                f"{prefix} is a checkpoint without a table of objects; save it once more with tf.train.Checkpoint"
            )
        names = dict(_names(TrackableObjectGraph.FromString(reader.get_tensor(_TABLE))))
        wanted = {name: key for name, key in names.items() if key in shapes}
        # Sizes are claims; memory is reserved for what there is.
        claimed = sum(prod(shapes[key]) * dtypes[key].size for key in wanted.values())
        stored = sum(path.stat().st_size for path in data_files(prefix))
        if claimed > stored:
            raise UserError(f"{prefix} claims {claimed} bytes of variables and has {stored}; get it once more")
        return {name: np.asarray(reader.get_tensor(key)) for name, key in wanted.items()}
    # The reader is native code that tells what is wrong in errors of its own, or of Python's.
    except (tf.errors.OpError, DecodeError, RuntimeError, ValueError, LookupError, OSError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise UserError(f"{prefix} is no checkpoint that can be read: {reason}; get it once more") from error


def data_files(prefix: Path) -> list[Path]:
    """The files with the values of a checkpoint."""
    return sorted(prefix.parent.glob(f"{escape(prefix.name)}.data-*-of-*"))


def _names(table: TrackableObjectGraph) -> Iterator[tuple[str, str]]:
    """The name of each variable of the model, and its key in the checkpoint."""
    nodes = table.nodes
    root = next((child.node_id for child in nodes[0].children if child.local_name == _MODEL), 0) if nodes else 0
    seen, waiting = {root}, deque([(root, "")])
    while waiting:
        number, name = waiting.popleft()
        if not 0 <= number < len(nodes):
            continue
        yield from (
            (name, attribute.checkpoint_key) for attribute in nodes[number].attributes if attribute.name == _VALUE
        )
        for child in sorted(nodes[number].children, key=lambda child: child.local_name):
            if child.node_id not in seen and _PART.fullmatch(child.local_name):
                seen.add(child.node_id)
                waiting.append((child.node_id, f"{name}/{child.local_name}" if name else child.local_name))
