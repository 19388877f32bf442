"""The pipeline: what runs, and what flows from where to where."""

import json
from typing import Any

import tensorflow_data_validation as tfdv
import tfx.components
from tfx.orchestration import metadata
from tfx.orchestration.pipeline import Pipeline
from tfx.proto.trainer_pb2 import EvalArgs, TrainArgs
from tfx.proto.transform_pb2 import SplitsConfig

from components.annotation_validator.component import AnnotationValidator
from components.annotations.config import SPLITS
from components.base_model.component import BaseModelCopy
from components.baseline.component import Baseline
from components.model_gate import extractors, windows
from components.model_gate.component import ModelGate
from components.pusher.component import Pusher
from components.reporter.component import Reporter
from components.serving_validator.component import ServingValidator
from components.video_example_gen.component import VideoExampleGen
from components.video_schema_gen.component import VideoSchemaGen
from pipeline.checks import make_inspection
from pipeline.evaluation import make_eval_config, make_plain_eval_config, make_train_eval_config
from pipeline.floors import single_frame_trainer
from pipeline.plan import Plan


def create_pipeline(plan: Plan, pipeline_root: str, metadata_path: str | None = None) -> Pipeline:
    """The whole pipeline. Pure: runners bind the paths. `metadata_path` is for the local runner."""
    config, c = plan.config, tfx.components
    classes_json = json.dumps(plan.classes)
    shared = {"model": config.model.model_dump_json(), "classes": classes_json, "code_digest": plan.model_digest}

    # Principal components are Transform's business: what comes before it stays in the cache when they change.
    ingested = config.data.model_copy(update={"pca": None})
    example_gen = VideoExampleGen(
        data=ingested,
        splits=config.splits,
        negatives=config.negatives,
        sampling=config.sampling,
        classes=plan.classes,
        fingerprint=plan.data_digest + plan.ingest_digest,
    ).with_beam_pipeline_args(ingest_beam_args(config.beam.decoders))
    validator = AnnotationValidator(
        name=config.name,
        data=ingested,
        inspection=make_inspection(config),
        checks=config.checks,
        fingerprint=plan.data_digest + plan.ingest_digest,
    )
    examples = example_gen.outputs["examples"]
    numbers = config.data.metadata_config
    schema_gen = VideoSchemaGen(
        num_frames=config.sampling.num_frames, classes=plan.classes, metadata=ingested.metadata_config
    )
    schema = schema_gen.outputs["schema"]
    statistics_gen = c.StatisticsGen(
        examples=examples, schema=schema, stats_options=tfdv.StatsOptions(enable_semantic_domain_stats=True)
    )
    example_validator = c.ExampleValidator(statistics=statistics_gen.outputs["statistics"], schema=schema)
    # Decoded clips are not stored: they are six times larger than their JPEGs and hardly faster to read.
    transform = c.Transform(
        examples=examples,
        schema=schema,
        preprocessing_fn="models.preprocessing.preprocessing_fn",
        custom_config={**shared, "metadata": numbers.model_dump_json()},
        splits_config=SplitsConfig(analyze=["train"], transform=list(SPLITS)),
        materialize=False,
        disable_statistics=True,
    )
    if config.checks.on_failure == "stop":
        transform.add_upstream_node(validator)
    base = BaseModelCopy(path=str(plan.base.path), fingerprint=plan.base.fingerprint) if plan.base else None
    base_model = base.outputs["base_model"] if base else None
    training: dict[str, Any] = {
        "examples": examples,
        "transform_graph": transform.outputs["transform_graph"],
        "schema": schema,
        "base_model": base_model,
        "train_args": TrainArgs(splits=["train"]),
        "eval_args": EvalArgs(splits=["eval"]),
        "custom_config": {
            **shared,
            "training": config.training.model_dump_json(),
            "sampling": config.sampling.model_dump_json(),
            "tuner": config.tuner.model_dump_json() if config.tuner else "",
            "training_key": plan.training_key,
            "checkpoint_dir": plan.checkpoint_dir(pipeline_root),
        },
    }
    tuner = c.Tuner(tuner_fn="models.tuning.search.tuner_fn", **training) if config.tuner else None
    trainer = c.Trainer(
        run_fn="models.trainer.run_fn",
        hyperparameters=tuner.outputs["best_hyperparameters"] if tuner else None,
        **training,
    )
    model = trainer.outputs["model"]
    baseline = Baseline(
        model=model,
        push_destination=config.push_destination,
        training_key=plan.training_key,
        last_version=plan.last_version,
    )
    extractor_module = (windows if config.evaluation.average_windows else extractors).__name__
    evaluator = c.Evaluator(
        examples=examples,
        model=model,
        baseline_model=baseline.outputs["baseline"],
        schema=schema,
        eval_config=make_eval_config(
            config.evaluation,
            num_classes=len(plan.classes),
            metadata=numbers.columns,
            tracks=config.model.tracks,
        ),
        module_path=extractor_module,
        example_splits=["test"],
    )

    def evaluate(model: Any, name: str, split: str = "test", eval_config: Any = None) -> Any:
        return c.Evaluator(
            examples=examples,
            model=model,
            schema=schema,
            eval_config=eval_config or make_plain_eval_config(),
            module_path=extractor_module,
            example_splits=[split],
        ).with_id(name)

    train_evaluator = base_evaluator = single_frame = single_frame_evaluator = None
    if config.evaluation.train:
        train_config = make_train_eval_config(
            config.evaluation, num_classes=len(plan.classes), tracks=config.model.tracks
        )
        train_evaluator = evaluate(model, "TrainEvaluator", "train", train_config)
    if base_model is not None and config.gates.limit_forgetting:
        base_evaluator = evaluate(base_model, "BaseEvaluator")
    if config.gates.min_gain_over_single_frame is not None:
        single_frame = single_frame_trainer(plan, pipeline_root, training)
        single_frame_evaluator = evaluate(single_frame.outputs["model"], "SingleFrameEvaluator")
    gate = ModelGate(
        evaluation=evaluator.outputs["evaluation"],
        model=model,
        baseline=baseline.outputs["baseline"],
        gates=config.gates,
        base_model=base_model if base_evaluator else None,
        base_evaluation=base_evaluator.outputs["evaluation"] if base_evaluator else None,
        single_frame_model=single_frame.outputs["model"] if single_frame else None,
        single_frame_evaluation=single_frame_evaluator.outputs["evaluation"] if single_frame_evaluator else None,
    )
    serving_validator = ServingValidator(
        model=model,
        examples=examples,
        serving_validation=config.serving_validation,
        model_name=config.serving.model_name,
    )
    pusher = Pusher(
        model=model,
        model_blessing=gate.outputs["blessing"],
        infra_blessing=serving_validator.outputs["blessing"],
        examples=examples,
        ledger=example_gen.outputs["ledger"],
        model_run=trainer.outputs["model_run"],
        gate_report=gate.outputs["gate_report"],
        hyperparameters=tuner.outputs["best_hyperparameters"] if tuner else None,
        push_destination=config.push_destination,
        push=config.push,
        settings=plan.card_settings,
        withdrawn_version=plan.withdrawn_version,
    )
    reporter = Reporter(
        name=config.name,
        examples=examples,
        ledger=example_gen.outputs["ledger"],
        anomalies=example_validator.outputs["anomalies"],
        model_run=trainer.outputs["model_run"],
        evaluation=evaluator.outputs["evaluation"],
        train_evaluation=train_evaluator.outputs["evaluation"] if train_evaluator else None,
        gate_report=gate.outputs["gate_report"],
        serving_report=serving_validator.outputs["serving_report"],
        pushed_model=pusher.outputs["pushed_model"],
    )
    return Pipeline(
        pipeline_name=config.name,
        pipeline_root=pipeline_root,
        components=[
            component
            for component in (
                validator,
                example_gen,
                schema_gen,
                statistics_gen,
                example_validator,
                transform,
                base,
                tuner,
                trainer,
                baseline,
                evaluator,
                train_evaluator,
                base_evaluator,
                single_frame,
                single_frame_evaluator,
                gate,
                serving_validator,
                pusher,
                reporter,
            )
            if component is not None
        ],
        enable_cache=True,
        metadata_connection_config=metadata.sqlite_metadata_connection_config(metadata_path) if metadata_path else None,
        beam_pipeline_args=beam_args(plan),
    )


def ingest_beam_args(decoders: int | None) -> list[str]:
    """One worker is enough: it waits for the processes that decode. None: one a CPU core."""
    args = ["--direct_running_mode=in_memory", "--direct_num_workers=1"]
    return args if decoders is None else [*args, f"--decoders={decoders}"]


def beam_args(plan: Plan) -> list[str]:
    """Beam's options. FnApiRunner is named because newer default runners download a binary at start."""
    beam = plan.config.beam
    mode = "multi_processing" if beam.workers > 1 else "in_memory"
    args = ["--runner=FnApiRunner", f"--direct_running_mode={mode}", f"--direct_num_workers={beam.workers}"]
    if not any(arg.startswith("--runner") for arg in beam.args):
        # Nobody reads it here. Without it TFX packs its own sources for workers elsewhere, for each component anew.
        args.append("--sdk_container_image=none")
    return [*args, *beam.args]
