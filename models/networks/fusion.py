"""Numbers beside the pixels, joined to what a network has made of the frames.

They are joined late, since they say something of the clip as a whole. A layer of their own lets the answer bend with a number,
and makes as many features of a few numbers as it takes for them to count beside those of the frames, also where features are
standardised and only a linear layer learns.
"""

import keras
from keras import layers, ops

from models.metadata import Numbers

STAGE = "metadata"
# The layer that joins both; its first input are the features of the frames.
FUSED = f"{STAGE}_fused"

WIDTH = 32


def fuse(features: keras.KerasTensor, seen: keras.KerasTensor, numbers: Numbers) -> keras.KerasTensor:
    """Features of the frames, [batch, features], and what is `seen` of the `numbers`, [batch, width], as one.

    It is [batch, features + WIDTH].

    Marks of what was imputed begin without effect: where no training clip has a gap, a gap in a request counts as what stands
    in for it, and not as something that was never learned.
    """
    values, marks = seen[:, : numbers.num_values], seen[:, numbers.num_values :]
    hidden = layers.Dense(WIDTH, kernel_initializer="he_normal", dtype="float32", name=f"{STAGE}_values")(values)
    of_marks = layers.Dense(WIDTH, use_bias=False, kernel_initializer="zeros", dtype="float32", name=f"{STAGE}_marks")(
        marks
    )
    return layers.Concatenate(dtype="float32", name=FUSED)([features, ops.relu(hidden + of_marks)])
