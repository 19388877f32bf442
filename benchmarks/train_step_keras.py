"""R(2+1)D-18 as this project trains it: a contestant of `benchmarks.train_step`."""

import itertools

import keras
import numpy as np
import tensorflow as tf

from benchmarks.turns import contestant_options, serve
from models.config import ModelConfig
from models.networks.build import build_network
from models.training.config import TrainingConfig
from models.training.loop import Learner
from models.training.precision import choose_policy, dtype_policy


def main() -> None:
    arguments = contestant_options(__doc__)

    def build() -> keras.Model:
        with dtype_policy(choose_policy(arguments.precision)):
            return build_network(ModelConfig(preset="r2plus1d_18"), num_classes=arguments.classes, dropout=0.0)

    clips = tf.constant(np.random.default_rng(0).integers(0, 256, (arguments.batch, 16, 112, 112, 3), np.uint8))
    targets = tf.one_hot(tf.range(arguments.batch) % arguments.classes, arguments.classes)
    training = TrainingConfig(batch_size=arguments.batch, label_smoothing=0.0)
    learner = Learner(build, training, [1.0] * arguments.classes, tf.distribute.get_strategy())
    batches = itertools.repeat((clips, targets))
    network = build()
    predict = tf.function(lambda: network(clips, training=False), autograph=False)
    num_weights = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    serve(
        {"version": tf.__version__, "weights": num_weights},
        {"train": lambda: learner.train_epoch(batches, [1e-3]), "predict": lambda: predict().numpy()},
    )


if __name__ == "__main__":
    main()
