"""The whole pipeline on real components, through the command line."""

import json
import shutil
from collections import Counter, defaultdict
from pathlib import Path

import tensorflow as tf

from components.baseline.pushed import pushed_versions
from components.pusher.card_files import MODEL_CARD_JSON, MODEL_CARD_MARKDOWN
from components.serving_validator.warmup import read_warmup
from components.storage.seal import MODEL_SEAL
from components.video_example_gen.ledger import Entries, read_summary
from models.export_info import read_export_info
from tests.e2e.conftest import PushedRun, RepeatedRun
from tests.e2e.project import Project, explain

NODES = {
    "AnnotationValidator", "VideoExampleGen", "VideoSchemaGen", "StatisticsGen", "ExampleValidator", "Transform", "Trainer",
    "Baseline", "Evaluator", "ModelGate", "ServingValidator", "Pusher", "Reporter",
}  # fmt: skip


def test_a_repeated_run_executes_nothing_and_answers_from_the_cache(
    pushed_run: PushedRun, repeated_run: RepeatedRun
) -> None:
    assert repeated_run.result.returncode == 0, explain(repeated_run.result)
    assert repeated_run.before == {"COMPLETE": Counter(NODES)}
    assert repeated_run.after == {"COMPLETE": Counter(NODES), "CACHED": Counter(NODES)}
    assert len(pushed_run.project.versions()) == 1


def test_a_run_prints_one_line_per_component_and_the_table_of_classes(pushed_run: PushedRun) -> None:
    out = pushed_run.first.stdout
    for node in NODES:
        assert sum(f" {node} " in line for line in out.splitlines()) == 1
    for label in read_export_info(pushed_run.project.versions()[0]).classes:
        assert label in out
    assert "pushed:" in out
    assert "WARNING" not in out + pushed_run.first.stderr


def test_every_row_and_every_video_is_accounted_for(pushed_run: PushedRun) -> None:
    folder = pushed_run.project.artifact("VideoExampleGen", "ledger")
    summary = read_summary(folder)
    num_rows = len((pushed_run.project.folder / "data" / "annotations.csv").read_text().splitlines()) - 1
    assert summary["rows_found"] == num_rows == summary["rows_accepted"] + 3
    assert summary["rejected_by_reason"] == {
        "row": {"end_before_start": 1, "video_missing": 1, "video_unreadable": 1},
        "video": {"video_unreadable": 1},
    }
    for entry in Entries(folder / "rejected.jsonl"):
        assert entry["message"]
        assert entry["remedy"]


def test_the_ledger_of_the_last_run_is_found_and_a_second_run_may_hold_on_to_its_splits(pushed_run: PushedRun) -> None:
    project = pushed_run.project
    shown = project.clipgate("ledger", "--config", "config.yaml", "--json")
    assert shown.returncode == 0, explain(shown)
    reasons = {reason["reason"]: reason["rows"] for reason in json.loads(shown.stdout)["reasons"]}
    assert reasons == {"end_before_start": 1, "video_missing": 1, "video_unreadable": 1}
    folder = project.artifact("VideoExampleGen", "ledger")
    written = project.clipgate("splits", "--config", "config.yaml", "--output", "splits.csv")
    assert written.returncode == 0, explain(written)
    assert (project.folder / "splits.csv").read_text() == (folder / "splits.csv").read_text()


def read_examples(project: Project) -> dict[str, list[tf.train.Example]]:
    """The Examples by split."""
    examples = defaultdict(list)
    for file in sorted(project.artifact("VideoExampleGen", "examples").glob("Split-*/*.gz")):
        for record in tf.data.TFRecordDataset(str(file), "GZIP"):
            examples[file.parent.name.removeprefix("Split-")].append(tf.train.Example.FromString(record.numpy()))
    return examples


def test_no_group_is_in_two_splits_and_frames_lie_inside_their_segments(pushed_run: PushedRun) -> None:
    examples = read_examples(pushed_run.project)
    assert set(examples) == {"train", "eval", "test"}
    split_of_group: dict[bytes, set[str]] = defaultdict(set)
    for split, members in examples.items():
        for example in members:
            feature = example.features.feature
            split_of_group[feature["group"].bytes_list.value[0]].add(split)
            start, end = (feature[name].float_list.value[0] for name in ("start_seconds", "end_seconds"))
            times = list(feature["frame_seconds"].float_list.value)
            assert times == sorted(times)
            assert start <= times[0] and times[-1] < end
            assert len(times) == len(feature["frames"].bytes_list.value) == 8
            assert set(feature["box_valid"].float_list.value) <= {0.5, 1.0}
    assert all(len(splits) == 1 for splits in split_of_group.values())


def test_the_pushed_model_has_the_layout_of_tensorflow_serving_and_every_signature(pushed_run: PushedRun) -> None:
    (version,) = pushed_versions(pushed_run.project.output_dir / "serving" / "action")
    model = tf.saved_model.load(str(version))
    assert set(model.signatures) == {
        "serving_default", "predict_frames", "predict_jpeg", "transform_features", "evaluate",
    }  # fmt: skip
    serialized = [example.SerializeToString() for example in read_examples(pushed_run.project)["test"]]
    outputs = model.signatures["serving_default"](examples=tf.constant(serialized))
    classes = list(read_export_info(version).classes)
    assert outputs["probabilities"].shape == (len(serialized), len(classes))
    assert outputs["classes"][0].numpy().astype(str).tolist() == classes
    assert outputs["label"].shape == (len(serialized),)


def test_the_pushed_model_is_the_one_that_was_validated_and_warms_up_with_a_clip_for_each_signature(
    pushed_run: PushedRun,
) -> None:
    (version,) = pushed_run.project.versions()
    blessing = pushed_run.project.artifact("ServingValidator", "blessing")
    assert sorted(path.name for path in blessing.iterdir()) == ["INFRA_BLESSED", MODEL_SEAL, "stamped_model"]
    warmup = read_warmup(version)
    assert {signature: list(inputs) for signature, inputs in warmup.items()} == {
        "serving_default": ["examples"], "predict_jpeg": ["frames"], "predict_frames": ["frames"],
    }  # fmt: skip
    stored = read_examples(pushed_run.project)["test"][0].features.feature["frames"].bytes_list.value
    assert warmup["predict_jpeg"]["frames"].tolist() == [list(stored)]
    report = json.loads(
        (pushed_run.project.artifact("ServingValidator", "serving_report") / "serving.json").read_text()
    )
    assert report["passed"]
    assert {finding["value"] for finding in report["findings"] if finding["check"] == "bad_request"} == {
        "error",
        "answer",
    }
    assert {finding["check"] for finding in report["findings"]} == {
        "load", "signatures", "parity", "latency", "bad_request", "memory", "warmup", "size",
    }  # fmt: skip


def test_the_evaluator_saw_what_the_pushed_model_answers(pushed_run: PushedRun) -> None:
    (version,) = pushed_run.project.versions()
    classes = read_export_info(version).classes
    examples = read_examples(pushed_run.project)["test"]
    serialized = tf.constant([example.SerializeToString() for example in examples])
    answers = tf.saved_model.load(str(version)).signatures["serving_default"](examples=serialized)
    counts = [[0] * len(classes) for _ in classes]
    for example, answer in zip(examples, answers["label"].numpy(), strict=True):
        label = example.features.feature["label"].bytes_list.value[0].decode()
        counts[classes.index(label)][classes.index(answer.decode())] += 1
    assert pushed_run.project.gate()["confusion_matrix"] == counts


def test_the_pushed_version_has_a_card_that_says_what_it_was_made_from(pushed_run: PushedRun) -> None:
    project = pushed_run.project
    (version,) = project.versions()
    info = json.loads((version / MODEL_CARD_JSON).read_text())
    assert info["version"] == int(version.name)
    assert info["gates"]["findings"] == project.gate()["findings"]
    assert info["evaluation"]["confusion_matrix"] == project.gate()["confusion_matrix"]
    assert info["data"]["rows_rejected"] == 3
    assert info["data"]["splits"]["test"]["classes"]["grey"]["clips"] == 4
    assert info["training"]["settings"]["epochs"] == info["training"]["epochs"] == 1
    uris = {artifact["input"]: artifact["uri"] for artifact in info["lineage"]["artifacts"]}
    assert uris["model"] == str(project.artifact("Trainer", "model"))
    assert all(info["lineage"][name] for name in ("pipeline", "run", "execution"))
    shown = project.clipgate("card", "--config", "config.yaml")
    assert shown.stdout == (version / MODEL_CARD_MARKDOWN).read_text()


def test_the_report_is_one_page_that_fetches_nothing(pushed_run: PushedRun) -> None:
    page = (pushed_run.project.output_dir / "report.html").read_text()
    assert "Pushed" in page
    assert 'src="http' not in page
    shown = pushed_run.project.clipgate("report", "--config", "config.yaml")
    assert shown.stdout.strip() == str(pushed_run.project.output_dir / "report.html")


def test_a_history_is_kept(pushed_run: PushedRun) -> None:
    history = json.loads((pushed_run.project.artifact("Trainer", "model_run") / "history.json").read_text())
    assert {"loss", "accuracy", "val_loss", "val_accuracy"} <= set(history)


def test_statistics_know_that_frames_are_images(pushed_run: PushedRun) -> None:
    files = list(pushed_run.project.artifact("StatisticsGen", "statistics").glob("Split-train/*"))
    assert sum(Path(file).stat().st_size for file in files) < 100_000


def test_a_version_that_was_removed_is_pushed_again_by_the_same_command_and_nothing_moved_is_read_or_trained_again(
    pushed_run: PushedRun, repeated_run: RepeatedRun, tmp_path: Path
) -> None:
    project = pushed_run.project.beside(tmp_path / "project").with_own_data()
    project.configure()
    first = project.run()
    assert first.returncode == 0, explain(first)
    steps = {line.split()[1]: line.endswith(" cached") for line in first.stdout.splitlines() if "/13 " in line}
    # Only these are told where models are pushed, or read what those have found there.
    assert {step for step, is_cached in steps.items() if not is_cached} == {
        "Baseline", "Evaluator", "ModelGate", "Pusher", "Reporter",
    }  # fmt: skip
    assert f"earlier runs kept their artifacts in {pushed_run.project.output_dir / 'pipeline'}" in first.stdout
    (version,) = project.versions()
    shutil.rmtree(version)
    result = project.run()
    assert result.returncode == 0, explain(result)
    assert f"{version}, which an earlier run has pushed, is gone or not whole; it is pushed again" in result.stdout
    (again,) = project.versions()
    assert f"pushed: {again}" in result.stdout
    assert read_export_info(again).training_key == read_export_info(pushed_run.project.versions()[0]).training_key
