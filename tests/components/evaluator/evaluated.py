"""What TFX's Evaluator writes about two small models: a candidate with boxes, and a baseline that knows one class less."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.once import made_once

CANDIDATE_CLASSES = ("a", "b", "new")
BASELINE_CLASSES = ("b", "a")

# Label, group, and the ids of the classes that candidate and baseline take the clip for.
CLIPS = (
    ("a", "ann", 0, 1),
    ("a", "ann", 1, 1),
    ("b", "bob", 1, 0),
    ("b", "bob", 1, 1),
    ("b", "", 1, 0),
    ("new", "тест", 2, 0),
    ("new", "тест", 0, 1),
)

# How long each clip takes, in seconds.
DURATIONS = (0.5, 1.0, 1.5, 2.0, 5.0, 5.0, 40.0)

# What the annotations say of each clip: `age` has quartiles in the ledger, `mass` edges in the configuration.
METADATA = (
    {"age": 20.0},
    {"age": 30.1, "mass": 50.0},
    {"mass": 50.5},
    {"age": 30.2, "mass": 80.0},
    {"age": 70.0},
    {"mass": 90.0},
    {"age": 35.0, "mass": 90.0},
)
QUARTILES = {"age": [30.1, 35.0, 60.0], "mass": [60.0]}

# Of the one box in each clip: its IoU with the candidate's, and its validity.
BOXES = ((0.0, 1.0), (0.1, 0.5), (0.2, 1.0), (0.3, 0.0), (0.4, 1.0), (0.5, 0.0), (0.6, 0.0))


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Artifact folders of `candidate` and `baseline`, which read their answers from the clips."""
    return made_once(tmp_path_factory, "models", _save_models)


def _save_models(folder: Path) -> dict[str, Path]:
    from models import features

    _save_model(folder / "candidate", CANDIDATE_CLASSES, answer_feature=features.MOTION, tracks=True)
    _save_model(folder / "baseline", BASELINE_CLASSES, answer_feature=features.BRIGHTNESS, tracks=False)
    return {name: folder / name for name in ("candidate", "baseline")}


@pytest.fixture(scope="session")
def evaluation_uri(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Evaluator's output for both models on CLIPS."""
    from components.evaluator.config import EvaluationConfig
    from components.evaluator.eval_config import Measured, make_eval_config

    slices = ("duration", ("class", "group"))
    evaluation = EvaluationConfig(slices=slices, ranges={"mass": (50, 80)}, top_k=(2, 5))
    eval_config = make_eval_config(evaluation, Measured(num_classes=3, tracks=True), ("age", "mass"))

    def make(folder: Path) -> str:
        both = {"model": models["candidate"], "baseline_model": models["baseline"]}
        return evaluate(folder, eval_config, _clips(), CANDIDATE_CLASSES, **both)

    return made_once(tmp_path_factory, "evaluation", make)


@pytest.fixture(scope="session")
def base_evaluation_uri(models: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Evaluator's output on CLIPS for the model called baseline, as that which a training began from."""
    from components.evaluator.eval_config import make_plain_eval_config

    def make(folder: Path) -> str:
        config = make_plain_eval_config(has_several_labels=False)
        return evaluate(folder, config, _clips(), CANDIDATE_CLASSES, model=models["baseline"])

    return made_once(tmp_path_factory, "base_evaluation", make)


def evaluate(
    folder: Path,
    eval_config: Any,
    clips: Sequence[Mapping[str, Sequence[Any]]],
    classes: Sequence[str],
    *,
    has_several_labels: bool = False,
    **models: Path,
) -> str:
    """The Evaluator's output for `models` on these clips, of which only some features are given."""
    from google.protobuf import text_format
    from tfx.types import artifact_utils, channel_utils
    from tfx.types.standard_artifacts import Examples, Model, ModelEvaluation, Schema

    from components.artifacts import IngestLedger
    from components.evaluator.component import Evaluator
    from components.evaluator.executor import EvaluatorExecutor
    from components.video_example_gen.ledger import Ledger
    from components.video_schema_gen.component import clip_schema
    from models.config import ONE, SEVERAL, Labels
    from models.metadata import MetadataConfig

    (folder / "examples/Split-test").mkdir(parents=True)
    _write_clips(folder / "examples/Split-test/data.gz", clips)
    (folder / "schema").mkdir()
    labels: Labels = SEVERAL if has_several_labels else ONE
    schema = clip_schema(1, classes, MetadataConfig(columns=("age", "mass")), labels)
    (folder / "schema/schema.pbtxt").write_text(text_format.MessageToString(schema))
    Ledger((), 0, 0, QUARTILES).write(folder / "ledger")

    def artifact(artifact_type: Any, path: Path) -> Any:
        made = artifact_type()
        made.uri = str(path)
        return made

    examples = artifact(Examples, folder / "examples")
    examples.split_names = artifact_utils.encode_split_names(["test"])
    examples.set_string_custom_property("file_format", "tfrecords_gzip")
    examples.set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")
    inputs = {
        "examples": [examples],
        **{name: [artifact(Model, path)] for name, path in models.items()},
        "schema": [artifact(Schema, folder / "schema")],
        "ledger": [artifact(IngestLedger, folder / "ledger")],
    }
    channels = {name: channel_utils.as_channel(artifacts) for name, artifacts in inputs.items()}
    component = Evaluator(eval_config=eval_config, splits=["test"], **channels)
    outputs = {"evaluation": [artifact(ModelEvaluation, folder / "evaluation")]}
    EvaluatorExecutor().Do(inputs, outputs, component.exec_properties)
    return str(folder / "evaluation")


def _save_model(folder: Path, classes: Sequence[str], answer_feature: str, tracks: bool) -> None:
    import tensorflow as tf

    from models import features
    from models.export_info import ExportInfo
    from models.preprocessing import label_ids

    text = tf.TensorSpec([None], tf.string, name="examples")

    def parse(examples: Any, name: str, dtype: Any) -> Any:
        return tf.io.parse_example(examples, {name: tf.io.FixedLenFeature([1], dtype)})[name][:, 0]

    @tf.function(input_signature=[text])
    def evaluate(examples: Any) -> dict[str, Any]:
        answer = tf.cast(parse(examples, answer_feature, tf.float32), tf.int32)
        # So unsure that no probability reaches one half.
        probabilities = tf.one_hot(answer, len(classes), on_value=0.4, off_value=0.3)
        boxes = {
            features.BOX_IOU: parse(examples, features.FPS, tf.float32)[:, tf.newaxis],
            features.BOX_VALID: parse(examples, features.BOX_VALID, tf.float32)[:, tf.newaxis],
        }
        return {"probabilities": probabilities, **(boxes if tracks else {})}

    @tf.function(input_signature=[text])
    def transform_features(examples: Any) -> dict[str, Any]:
        return {features.LABEL_ID: label_ids(parse(examples, features.LABEL, tf.string), classes)}

    model_dir = folder / "Format-Serving"
    signatures = {"evaluate": evaluate, "transform_features": transform_features}
    tf.saved_model.save(tf.Module(), str(model_dir), signatures=signatures)
    ExportInfo(tuple(classes), {}, {}, "").write(model_dir)


def _clips() -> list[dict[str, list[Any]]]:
    from models import features
    from models.metadata import value_feature

    return [
        {
            features.LABEL: [label],
            features.GROUP: [group],
            features.MOTION: [float(candidate_answer)],
            features.BRIGHTNESS: [float(baseline_answer)],
            features.START_SECONDS: [3.0],
            features.END_SECONDS: [3.0 + duration],
            features.FPS: [iou],
            features.BOX_VALID: [validity],
            **{value_feature(column): [number] for column, number in numbers.items()},
        }
        for (label, group, candidate_answer, baseline_answer), duration, (iou, validity), numbers in zip(
            CLIPS, DURATIONS, BOXES, METADATA, strict=True
        )
    ]


def _write_clips(path: Path, clips: Sequence[Mapping[str, Sequence[Any]]]) -> None:
    import tensorflow as tf

    from models import features

    others: dict[str, list[Any]] = {name: [0.0] * n for name, n in features.feature_lengths(1).items()}
    others |= {name: ["anything"] for name in (*features.BYTES_FEATURES, features.FRAMES)}
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for clip in clips:
            writer.write(features.make_example({**others, **clip}))
