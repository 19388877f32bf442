"""Training: TFX's Trainer calls `run_fn`."""

import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow_transform as tft

from models.card import ModelCard
from models.config import ModelConfig, TrainingConfig
from models.data import ClipSource, evaluation_batches, training_batches
from models.errors import UserError
from models.networks.build import build_network
from models.progress import Progress, say
from models.serving import ServingModule, export
from models.views import RandomView

HISTORY_FILE = "history.json"


def run_fn(fn_args: Any) -> None:
    """Train on the `train` split, stop early on `eval`, export to `fn_args.serving_model_dir`.

    `fn_args.custom_config` holds JSON: `model`, `training`, `sampling`, `classes` and `training_key`.
    """
    custom = fn_args.custom_config
    model_config = ModelConfig.model_validate_json(custom["model"])
    training = TrainingConfig.model_validate_json(custom["training"])
    classes = tuple(json.loads(custom["classes"]))
    transform = tft.TFTransformOutput(fn_args.transform_output)
    train, evaluation = (
        ClipSource(files, transform, model_config) for files in (fn_args.train_files, fn_args.eval_files)
    )

    keras.utils.set_random_seed(training.seed)
    mean, std = train.channel_statistics()
    network = build_network(
        model_config, num_classes=len(classes), dropout=training.dropout, channel_mean=mean, channel_std=std
    )
    say(f"{network.name}: {network.count_params():,} parameters")
    started = time.monotonic()
    history = fit(network, train, evaluation, training, classes)
    best = min(
        (epoch for epoch, loss in enumerate(history["val_loss"]) if math.isfinite(loss)),
        key=history["val_loss"].__getitem__,
    )
    say(
        f"best of {len(history['val_loss'])} epochs: {best + 1}, eval loss {history['val_loss'][best]:.2f}, "
        f"eval accuracy {history['val_accuracy'][best]:.2f}; trained for {time.monotonic() - started:.0f} s"
    )
    write_history(history, Path(fn_args.model_run_dir))

    card = ModelCard(classes, json.loads(custom["model"]), json.loads(custom["sampling"]), custom["training_key"])
    export(ServingModule(network, transform, model_config, classes), card, fn_args.serving_model_dir)


def fit(
    network: keras.Model,
    train: ClipSource,
    evaluation: ClipSource,
    training: TrainingConfig,
    classes: Sequence[str],
) -> dict[str, list[float]]:
    """Train `network` in place; its weights are those of the epoch with the best validation loss. Returns the history.

    Raises:
      UserError: the loss is not a number from the first epoch on.
    """
    counts = train.label_counts(classes)
    num_clips = sum(counts)
    steps_per_epoch = -(-num_clips // training.batch_size)
    num_bytes = num_clips * train.clip_bytes + sum(evaluation.label_counts(classes)) * evaluation.clip_bytes
    in_memory = num_bytes <= training.cache_megabytes * 2**20
    protected = tuple(i for i, label in enumerate(classes) if label in training.augmentation.flip_protected)
    view = RandomView(train.model, training.augmentation, protected)
    train_batches = training_batches(train, num_clips, view, training, in_memory=in_memory)
    eval_batches = evaluation_batches(evaluation, training.batch_size, in_memory=in_memory)
    network.compile(
        optimizer=make_optimizer(training, steps_per_epoch),
        loss=smoothed_cross_entropy(len(classes), training.label_smoothing),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        jit_compile=False,  # XLA's convolutions are several times slower on CPUs
    )
    # Keras would make the optimizer's variables while it traces the training step, and then trace it a second time.
    network.optimizer.build(network.trainable_variables)
    history = network.fit(
        train_batches,
        validation_data=eval_batches,
        epochs=training.epochs,
        class_weight=balancing_weights(counts) if training.class_weights else None,
        callbacks=[
            keras.callbacks.EarlyStopping(
                "val_loss", patience=training.early_stopping_patience, restore_best_weights=True
            ),
            keras.callbacks.TerminateOnNaN(),
            _ReportEpochs(training.epochs),
        ],
        verbose=0,
    )
    values = {name: [float(value) for value in series] for name, series in history.history.items()}
    if not any(map(math.isfinite, values["val_loss"])):
        raise UserError(
            f"training diverged: the eval loss was {values['val_loss'][0]} after the first epoch. "
            f"Lower training.learning_rate, which is {training.learning_rate:g}"
        )
    return values


def make_optimizer(training: TrainingConfig, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The optimizer with its learning-rate schedule; decoupled weight decay spares normalisation and biases."""
    total_steps = training.epochs * steps_per_epoch
    warmup_steps = min(round(training.warmup_epochs * steps_per_epoch), total_steps - 1)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup_steps else training.learning_rate,
        total_steps - warmup_steps,
        alpha={"cosine": 0.0, "constant": 1.0}[training.schedule],  # the share of the rate that is left at the end
        warmup_target=training.learning_rate if warmup_steps else None,
        warmup_steps=warmup_steps,
    )
    if training.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(rate, momentum=0.9, nesterov=True, weight_decay=training.weight_decay)
    else:
        optimizer = keras.optimizers.AdamW(rate, weight_decay=training.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    return optimizer


def smoothed_cross_entropy(num_classes: int, smoothing: float) -> Callable[[Any, Any], Any]:
    """Cross-entropy of each clip, with label smoothing, for integer labels (Keras has it for one-hot labels only)."""

    def loss(label_ids: Any, logits: Any) -> Any:
        one_hot = keras.ops.one_hot(keras.ops.cast(keras.ops.reshape(label_ids, (-1,)), "int32"), num_classes)
        # One value a clip: class weights would be averaged away from a mean.
        return keras.losses.categorical_crossentropy(one_hot, logits, from_logits=True, label_smoothing=smoothing)

    return loss


def balancing_weights(counts: Sequence[int]) -> dict[int, float]:
    """A weight for each class such that all classes weigh the same and the mean over the clips is 1."""
    present = sum(count > 0 for count in counts)
    return {i: sum(counts) / (present * count) if count else 0.0 for i, count in enumerate(counts)}


def write_history(history: dict[str, list[float]], folder: Path) -> None:
    """Write what was measured after each epoch, as JSON: metric name to one value an epoch."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HISTORY_FILE).write_text(json.dumps(history, indent=1) + "\n")


class _ReportEpochs(keras.callbacks.Callback):
    def __init__(self, num_epochs: int) -> None:
        super().__init__()
        self._progress = Progress(num_epochs, "epochs")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        logs = logs or {}
        self._progress.advance(
            detail=f"loss {logs['loss']:.2f}, accuracy {logs['accuracy']:.2f}, "
            f"eval loss {logs['val_loss']:.2f}, eval accuracy {logs['val_accuracy']:.2f}"
        )
