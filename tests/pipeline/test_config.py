"""The configuration file: what it may say, and what is said about what it may not."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from foundation.messages.errors import UserError
from pipeline.config import Config, load_config

REQUIRED = "output_dir: out\ndata: {annotations: data/a.csv, videos: data}\n"
EXAMPLES = Path(__file__).parents[2] / "examples"


def load(folder: Path, text: str) -> Config:
    path = folder / "config.yaml"
    path.write_text(text)
    return load_config(path)


def problems(folder: Path, text: str) -> list[str]:
    """The lines of the error, without the path of the file that each begins with."""
    with pytest.raises(UserError) as caught:
        load(folder, text)
    lines = str(caught.value).splitlines()
    assert all(line.startswith(f"{folder / 'config.yaml'}: ") for line in lines)
    return [line.removeprefix(f"{folder / 'config.yaml'}: ") for line in lines]


def test_three_keys_are_enough(tmp_path: Path) -> None:
    config = load(tmp_path, REQUIRED)
    assert config.model.preset == "tiny"
    assert config.gates.min_recall == 0.5
    assert config.push_destination == f"{tmp_path}/out/serving/action"


@pytest.mark.parametrize("key", ["output_dir", "data"])
def test_a_missing_key_is_named(tmp_path: Path, key: str) -> None:
    text = "".join(line for line in REQUIRED.splitlines(keepends=True) if not line.startswith(key))
    assert problems(tmp_path, text) == [f"{key}: missing; this key has no default"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            "checks: {previous_videos: march}",
            "checks: previous_videos is march, and there are no previous_annotations of them; name these too",
        ),
        (
            "model: {metadata: [age]}",
            "model.metadata: 'age' fits none of the columns in data.metadata; received []",
        ),
        (
            "model: {network: majority, metadata: [age]}",
            "model.metadata: the network majority looks at nothing, so it cannot see numbers; choose another network",
        ),
        ("modle: {}", "modle: unknown key; did you mean model?"),
        ("zebra: {}", "zebra: unknown key; remove it or correct its spelling"),
        ("model: {num_frams: 3}", "model.num_frams: unknown key; did you mean num_frames?"),
        (
            "training: {augmentation: {flipp: true}}",
            "training.augmentation.flipp: unknown key; did you mean flip?",
        ),
        (
            "gates: {classes: {sit: {min_recal: 1}}}",
            "gates.classes.sit.min_recal: unknown key; did you mean min_recall?",
        ),
        (
            "splits: {mode: stratifed}",
            "splits.mode: Input should be 'stratified', 'hash' or 'official'; found 'stratifed'; did you mean stratified?",
        ),
        ("1: 2", "1: Keys should be strings; found 1"),
        ("model: 5", "model: Input should be a valid dictionary or instance of ModelConfig; found 5"),
        ("model:", "model: Input should be a valid dictionary or instance of ModelConfig; found None"),
        ("training: {epochs: {a: 1}}", "training.epochs: Input should be a valid integer; found {'a': 1}"),
        (
            "training: {epochs: many}",
            "training.epochs: Input should be a valid integer, unable to parse string as an integer; found 'many'",
        ),
        ("model: {classes: [on, sit]}", "model.classes.0: Input should be a valid string; found True"),
        ("beam: {workers: 0}", "beam.workers: Input should be greater than or equal to 1; found 0"),
        ("training: {dropout: 1.5}", "training.dropout: Input should be less than 1; found 1.5"),
        ("training: {warmup_epochs: .inf}", "training.warmup_epochs: Input should be a finite number; found inf"),
        ("gates: {min_recall: .nan}", "gates.min_recall: Input should be a finite number; found nan"),
        ("name: My Name", "name: String should match pattern '^[a-z0-9][a-z0-9-]*$'; found 'My Name'"),
        (
            "model: {classes: [a, a]}",
            "model.classes: at least two different labels are needed; received ['a', 'a']",
        ),
        (
            "negatives: {unannotated_videos: true}",
            "negatives: unannotated_videos needs clips_per_video, the number of clips to take; received 0",
        ),
        ("splits: {train: 0.9}", "splits: train, eval and test must add up to 1; received 1.2"),
        (
            "model: {num_frames: 17}\nsampling: {num_frames: 16}",
            "model.num_frames is 17, but sampling.num_frames stores only 16 frames a clip",
        ),
        (
            "model: {network: c3d, preset: tiny}\ntraining: {stochastic_depth: 0.1}",
            "training.stochastic_depth is 0.1, but the network c3d has no residual blocks to skip; "
            "set it to 0 or choose another network",
        ),
        (
            "gates: {max_forgetting: 0.1}",
            "gates.max_forgetting compares with the model that training began from, and training.warm_start names none; "
            "add training.warm_start, or use gates.max_recall_drop, which compares with the last pushed model",
        ),
        (
            "gates: {min_gain_over_single_frame: 0}\ntraining: {distribution: multi_worker}",
            "gates.min_gain_over_single_frame trains a second network, which training.distribution: multi_worker cannot; "
            "leave one of them out",
        ),
        (
            "evaluation: {slices: [age, colour]}",
            "evaluation.slices: 'age' cannot be sliced by; there are class, group, duration, size, fps, brightness, motion",
        ),
        (
            "evaluation: {ranges: {age: [18, 65]}}",
            "evaluation.ranges: 'age' is neither a number of a clip nor a column of data.metadata; there are duration, size, "
            "fps, brightness, motion",
        ),
        (
            "sampling: {crop_to_boxes: 0.1}\nnegatives: {clips_per_video: 2}",
            "negatives.clips_per_video is 2, but clips from unannotated time have no box to be cut around "
            "(sampling.crop_to_boxes), and whole frames among crops would tell the class by that; set it to 0, and state "
            "negatives in rows with boxes",
        ),
        (
            "sampling: {crop_to_boxes: 0.1}\nmodel: {width: 168}",
            "sampling.crop_aspect is 1, but the network sees 168x112, and model.resize: crop would cut the sides of each "
            "actor; set sampling.crop_aspect: 1.5",
        ),
        (
            "sampling: {crop_to_boxes: false}",
            "sampling.crop_to_boxes: it is false, but says how much is added on each side of a box; set it to a number such as "
            "0.15, or leave it out for whole frames",
        ),
        (
            "sampling: {crop_aspect: 1.5}",
            "sampling: crop_aspect is 1.5, but frames stay whole; set crop_to_boxes too, or leave it out",
        ),
        (
            "evaluation: {average_windows: true}",
            "evaluation.average_windows makes one answer of a segment's windows, which needs sampling.window_seconds and a "
            "network that gives no boxes; set it to false",
        ),
        (
            "training: {warm_start: {}}\nmodel: {network: majority, preset: tiny}",
            "training.warm_start: the network majority learns nothing that another could begin with",
        ),
        (
            "training: {warm_start: {frozen_through: logits}}",
            "training.warm_start.frozen_through: String should match pattern '^(stem|stage\\d+|head)$'; found 'logits'",
        ),
        (
            "training: {warm_start: {model: pretrained}}",
            "training.warm_start.model: the network r2plus1d comes without weights; choose frames, or name a model that "
            "clipgate trained, or weights from elsewhere (docs/pretrained.md)",
        ),
        (
            "model: {network: frames, preset: tiny}\ntraining: {augmentation: {rotation: 5}}",
            "training.augmentation changes views of clips, but the encoder of frames sees each clip once where it stays as it "
            "is; leave it out, or let the encoder learn with training.warm_start.model: pretrained",
        ),
        (
            "evaluation: {folds: 5}\ntraining: {warm_start: {}}",
            "evaluation.folds is 5, but training.warm_start begins with a model that may have seen any clip; begin with random "
            "weights or with pretrained ones, or leave out evaluation.folds",
        ),
        (
            "evaluation: {folds: 5}\ntuner: {space: {training.dropout: [0, 0.5]}}",
            "evaluation.folds is 5, but tuner chooses values by trainings that have seen every fold; search first without "
            "folds, and write down what it found, or leave out evaluation.folds",
        ),
        (
            "evaluation: {folds: 5}\ntraining: {distribution: multi_worker}",
            "evaluation.folds is 5, but training.distribution: multi_worker trains one model alone; train on one machine, or "
            "leave out evaluation.folds",
        ),
        (
            "evaluation: {folds: 5}\ngates: {min_gain_over_single_frame: 0}",
            "evaluation.folds is 5, but gates.min_gain_over_single_frame compares with a network that has seen every fold; "
            "take away that bar, or leave out evaluation.folds",
        ),
        (
            "evaluation: {folds: 5}\nmodel: {network: cnn_gru_tracker, preset: tiny}",
            "evaluation.folds is 5, but cnn_gru_tracker gives boxes, which folds do not; choose cnn_gru, or leave out "
            "evaluation.folds",
        ),
        ("tuner: {}", "tuner.space: missing; this key has no default"),
        (
            "tuner: {space: {training.learning_rate: {min: 1e-4}}}",
            "tuner.space.training.learning_rate.range.max: missing; this key has no default",
        ),
        (
            "tuner: {space: {training.dropout: [0.1, 1.5]}}",
            "tuner.space: training.dropout: Input should be less than 1; found 1.5",
        ),
        (
            "tuner: {space: {training.optimizer: [adam, sgd], training.weight_decay: [0, 0.1]}}",
            "tuner.space allows training.optimizer adam, training.weight_decay 0.1: training: weight_decay is 0.1, but "
            "adam has none; choose adamw, or l2 for a penalty in the loss",
        ),
        (
            "tuner: {space: {model.num_frames: [16, 32]}}",
            "tuner.space allows model.num_frames 32: model.num_frames is 32, but sampling.num_frames stores only 24 frames "
            "a clip",
        ),
        (
            "tuner: {search: hyperband, space: {training.epochs: [1, 2]}}",
            "tuner.space: training.epochs cannot be searched where tuner.epochs or hyperband decides it",
        ),
        (
            "tuner: {space: {training.dropout: [0, 0.5]}}\ntraining: {distribution: multi_worker}",
            "tuner: trials run on one machine, but training.distribution is multi_worker; search without it",
        ),
        (
            "model: {network: cnn_gru_tracker, preset: tiny}\ntraining: {augmentation: {mixup: 0.2}}",
            "training.augmentation has mixup: 0.2 and cutmix: 0, but the network cnn_gru_tracker looks for one actor and "
            "mixed clips show two; set both to 0",
        ),
    ],
)
def test_a_problem_is_one_line_with_the_key_and_what_was_found(tmp_path: Path, text: str, problem: str) -> None:
    assert problems(tmp_path, f"{REQUIRED}{text}\n") == [problem]


@pytest.mark.parametrize("name", [".", "..", ".hidden", "a/b", "a\\nb"])
def test_a_model_name_that_would_leave_the_serving_folder_is_refused(tmp_path: Path, name: str) -> None:
    (problem,) = problems(tmp_path, f'{REQUIRED}serving: {{model_name: "{name}"}}\n')
    assert problem.startswith("serving.model_name: ")


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    text = f"{REQUIRED}training: {{epochs: 0, batch_size: x}}\nmodel: {{heigth: 1}}\n"
    assert [line.partition(":")[0] for line in problems(tmp_path, text)] == [
        "model.heigth",
        "training.epochs",
        "training.batch_size",
    ]


def test_a_value_of_any_length_is_shown_in_short(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, f"{REQUIRED}training: {{epochs: {'x' * 100_000}}}\n")
    assert len(problem) < 200


@pytest.mark.parametrize(
    ("text", "found"), [("", "nothing"), ("# nothing but this\n", "nothing"), ("- a\n", "['a']"), ("a\n", "'a'")]
)
def test_a_file_without_keys_is_refused(tmp_path: Path, text: str, found: str) -> None:
    assert problems(tmp_path, text) == [f"expected keys such as data and output_dir; found {found}"]


@pytest.mark.parametrize(
    "text",
    [
        "data: [",
        "\ta: 1",
        f"{REQUIRED}x: 2024-13-45",
        f"{REQUIRED}? [a, b]\n: 1",
        "[" * 1000,
        f"{REQUIRED}model: {{}}\nmodel: {{}}",
        f"{REQUIRED}training: {{epochs: 1, epochs: 2}}",
    ],
    ids=["unclosed", "tab", "no_such_date", "list_as_key", "deeply_nested", "section_twice", "key_twice"],
)
def test_what_is_no_yaml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match=r"config\.yaml: not valid YAML: "):
        load(tmp_path, text)


def test_a_key_that_stands_twice_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"the key model stands twice\n.*line 4"):
        load(tmp_path, f"{REQUIRED}model: {{}}\nmodel: {{}}\n")


def test_a_file_that_stands_for_billions_of_values_is_refused_with_its_line(tmp_path: Path) -> None:
    bomb = "\n".join(f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 30))
    with pytest.raises(UserError, match=r"config\.yaml: not valid YAML: more than .* values, .*\n.*line 8"):
        load(tmp_path, f"{REQUIRED}a0: &a0 [1]\n{bomb}")


def test_a_key_that_a_merge_repeats_stands_once(tmp_path: Path) -> None:
    classes = "sit: &sit {min_recall: 0.5}, fall: &fall {<<: *sit, min_recall: 0.9}, lie: {<<: *fall}"
    config = load(tmp_path, f"{REQUIRED}gates: {{classes: {{{classes}}}}}")
    assert [config.gates.bar(label, "min_recall") for label in ("sit", "fall", "lie")] == [0.5, 0.9, 0.9]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_bytes(b"\xff\xfe\xfa\x00\x01")
    with pytest.raises(UserError, match="not valid YAML"):
        load_config(path)


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system [touch hacked]", "!!python/name:os.system", "!!python/object:os.system {}"]
)
def test_tags_that_make_objects_are_refused(tmp_path: Path, tag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match="could not determine a constructor for the tag"):
        load(tmp_path, f"{REQUIRED}name: {tag}\n")
    assert not (tmp_path / "hacked").exists()


@pytest.mark.parametrize(("name", "reason"), [("nowhere.yaml", "No such file"), (".", "Is a directory")])
def test_a_file_that_cannot_be_read_is_named_with_the_reason(tmp_path: Path, name: str, reason: str) -> None:
    with pytest.raises(UserError, match=f"the configuration cannot be read: {reason}"):
        load_config(tmp_path / name)


def test_relative_paths_are_relative_to_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "sub" / "config.yaml"
    path.write_text("output_dir: ../out\ndata: {annotations: a.csv, videos: /videos}\nserving: {directory: models}\n")
    config = load_config(Path("sub/config.yaml"))
    assert config.output_dir == f"{tmp_path}/out"
    assert config.data.annotations == f"{tmp_path}/sub/a.csv"
    assert config.data.videos == "/videos"
    assert config.push_destination == f"{tmp_path}/sub/models"


def test_every_file_of_the_inputs_is_relative_to_the_configuration(tmp_path: Path) -> None:
    data = "{annotations: 's3://bucket/a.csv', videos: 's3://bucket/videos', label_map: labels.txt}"
    text = f"output_dir: out\ndata: {data}\nsplits: {{assignment: splits.csv}}\n"
    config = load(tmp_path, f"{text}checks: {{previous_annotations: b.csv, previous_videos: 's3://bucket/b'}}\n")
    assert (config.data.annotations, config.data.videos) == ("s3://bucket/a.csv", "s3://bucket/videos")
    assert (config.data.label_map, config.splits.assignment) == (f"{tmp_path}/labels.txt", f"{tmp_path}/splits.csv")
    assert config.checks.previous_annotations == f"{tmp_path}/b.csv"
    assert config.checks.previous_videos == "s3://bucket/b"


@pytest.mark.parametrize(("model", "expected"), [("../other", "{}/other"), ("latest", "latest")])
def test_the_base_model_is_relative_to_the_configuration_unless_it_is_the_latest(
    tmp_path: Path, model: str, expected: str
) -> None:
    (tmp_path / "sub").mkdir()
    warm_start = load(tmp_path / "sub", f"{REQUIRED}training: {{warm_start: {{model: {model}}}}}\n").training.warm_start
    assert warm_start is not None
    assert warm_start.model == expected.format(tmp_path)


def test_a_tilde_is_the_home_folder_and_a_url_stays_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    text = "output_dir: ~/out\ndata: {annotations: a.csv, videos: v}\nserving: {directory: 'gs://bucket/models'}\n"
    config = load(tmp_path, text)
    assert config.output_dir == f"{tmp_path}/home/out"
    assert config.push_destination == "gs://bucket/models"


@pytest.mark.parametrize("name", ["~nosuchuser/out", "a\\0b"])
def test_a_name_that_is_no_path_is_refused_with_its_key(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="output_dir: .* is no path"):
        load(tmp_path, f'output_dir: "{name}"\ndata: {{annotations: a.csv, videos: v}}\n')


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_load(path: Path) -> None:
    assert load_config(path).data.videos


def test_columns_of_numbers_that_would_share_a_feature_are_refused(tmp_path: Path) -> None:
    (problem,) = problems(
        tmp_path, "output_dir: out\ndata: {annotations: a.csv, videos: v, metadata: [body mass, body_mass]}\n"
    )
    assert problem.startswith("data.metadata: the columns 'body mass' and 'body_mass' would both become the feature ")
    assert problem.endswith("rename one")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"data": {"label_fields": ["verb"]}}, "model.labels: fields needs two fields or more in data.label_fields"),
        (
            {"data": {"label_fields": ["verb", "verb"]}},
            "model.labels: fields needs two fields or more in data.label_fields",
        ),
        ({"negatives": {"label": "nothing"}}, "with model.labels: fields call it 'verb: nothing', say"),
        ({"training": {"loss": "focal"}}, "training.loss: focal is one of labels that do not exclude each other"),
        (
            {"model": {"thresholds": {"verb: cut": 0.5}}},
            "thresholds: with labels: fields the most probable class is chosen",
        ),
        (
            {"evaluation": {"average_windows": True}, "sampling": {"window_seconds": 2.0}},
            "evaluation.average_windows averages classes without their fields",
        ),
    ],
)
def test_what_does_not_go_with_a_label_of_each_field_is_refused(changes: dict[str, Any], problem: str) -> None:
    sections = {name: dict(changes.get(name, {})) for name in ("data", "model", "negatives", "training", *changes)}
    data = {"annotations": "a.csv", "videos": ".", "label_fields": ["verb", "noun"], **sections.pop("data")}
    others = {name: section for name, section in sections.items() if section and name != "model"}
    config = {"output_dir": "x", "data": data, "model": {"labels": "fields", **sections["model"]}, **others}
    with pytest.raises(ValidationError, match=re.escape(problem)):
        Config.model_validate(config)


def test_a_label_of_each_field_goes_with_negatives_in_a_field() -> None:
    config = Config.model_validate(
        {
            "output_dir": "x",
            "data": {"annotations": "a.csv", "videos": ".", "label_fields": ["verb", "noun"]},
            "model": {"labels": "fields"},
            "negatives": {"label": "verb: nothing"},
        }
    )
    assert config.model.has_several_labels
