"""clipgate submit, beside a server of this machine that answers as Kubeflow Pipelines does."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from kfp_server_api import V2beta1Experiment, V2beta1Pipeline, V2beta1RecurringRun
from typer.testing import CliRunner

from foundation.messages.errors import UserError
from pipeline.cli import app
from pipeline.kubeflow.backend import Access, Backend
from pipeline.kubeflow.schedule import kubeflow_cron
from pipeline.kubeflow.submit import tasks_of, telling_line
from tests.pipeline.kubeflow.api_server import (
    EXPERIMENTS,
    PIPELINES,
    RECURRING_RUNS,
    RUN_ID,
    RUNS,
    ApiServer,
    run,
    serving,
    task,
)
from tests.pipeline.kubeflow.samples import make_spec, make_task

COMPONENTS = ("VideoExampleGen", "Trainer", "Pusher")
SPEC = make_spec(**{name: make_task("true") for name in COMPONENTS}) | {"defaultPipelineRoot": "s3://bucket/root"}
TRACEBACK = """Traceback (most recent call last):
  File "models/trainer.py", line 3, in run_fn
foundation.messages.errors.UserError: training.batch_size: 8 clips do not fit
F1122 10:00:00 main.go:49] failed to execute component: exit status 1
"""
EVENTS = """Traceback (most recent call last):
ValueError: no clips
clipgate {"error": "splits: no clips of class [run]", "kind": "user"}
F1122 10:00:00 main.go:49] failed to execute component: exit status 2
"""


@pytest.fixture
def kubeflow() -> Iterator[ApiServer]:
    with serving(ApiServer()) as server:
        yield server


@pytest.fixture
def compiled(tmp_path: Path) -> Path:
    path = tmp_path / "pipeline.yaml"
    path.write_text(yaml.safe_dump_all([SPEC, {"platforms": {}}]))
    return path


def clipgate_submit(compiled: Path, endpoint: str, *options: str) -> Result:
    config = compiled.parent / "config.yaml"
    config.write_text("output_dir: out\ndata: {annotations: a.csv, videos: .}\n\n")
    arguments = [
        "submit",
        "--config",
        str(config),
        "--compiled",
        str(compiled),
        "--endpoint",
        endpoint,
        "--interval",
        "0.05",
    ]
    return CliRunner().invoke(app, [*arguments, *options])


def test_the_first_run_uploads_the_file_and_makes_an_experiment(kubeflow: ApiServer, compiled: Path) -> None:
    done = clipgate_submit(compiled, kubeflow.endpoint)
    assert done.exit_code == 0, done.output
    (upload,) = kubeflow.asked("POST", f"{PIPELINES}/upload")
    assert upload.query == {"name": "sample"}
    assert upload.file == ("uploadfile", compiled.read_bytes())
    (experiment,) = kubeflow.asked("POST", EXPERIMENTS)
    assert experiment.json == {"display_name": "sample"}
    (started,) = kubeflow.asked("POST", RUNS)
    assert started.json.pop("display_name").startswith("sample 20")
    assert started.json["experiment_id"] == "e-new"
    assert started.json["pipeline_version_reference"] == {"pipeline_id": "p-new"}
    assert started.json["runtime_config"] == {"parameters": {}, "pipeline_root": "s3://bucket/root"}
    assert f"sample: {kubeflow.endpoint}/#/runs/details/{RUN_ID}" in done.output


def test_a_pipeline_that_is_there_gets_a_new_version_which_is_the_one_that_runs(
    kubeflow: ApiServer, compiled: Path
) -> None:
    kubeflow.pipelines = [V2beta1Pipeline(pipeline_id="p-old", display_name="sample")]
    kubeflow.experiments = [V2beta1Experiment(experiment_id="e-old", display_name="nightly")]
    assert clipgate_submit(compiled, kubeflow.endpoint, "--experiment", "nightly").exit_code == 0
    (found,) = kubeflow.asked("GET", PIPELINES)
    (predicate,) = json.loads(found.query["filter"])["predicates"]
    assert (predicate["key"], predicate["stringValue"]) == ("display_name", "sample")
    (upload,) = kubeflow.asked("POST", f"{PIPELINES}/upload_version")
    assert upload.query["pipelineid"] == "p-old"
    assert upload.file == ("uploadfile", compiled.read_bytes())
    (started,) = kubeflow.asked("POST", RUNS)
    assert started.json["display_name"] == upload.query["name"]
    assert started.json["experiment_id"] == "e-old"
    assert started.json["pipeline_version_reference"] == {"pipeline_id": "p-old", "pipeline_version_id": "v-new"}
    assert not kubeflow.asked("POST", EXPERIMENTS)


def test_components_are_shown_as_they_end(kubeflow: ApiServer, compiled: Path) -> None:
    ingested = task("VideoExampleGen", "SUCCEEDED", 61)
    others = (task("root", "RUNNING"), task("Trainer-driver", "SUCCEEDED", 3), task("executor", "RUNNING"))
    kubeflow.runs = [
        run("PENDING"),
        run("RUNNING", ingested, *others, task("Trainer", "RUNNING")),
        run("RUNNING", ingested, *others, task("Trainer", "SUCCEEDED", 600)),
        run("SUCCEEDED", ingested, *others, task("Trainer", "SUCCEEDED", 600), task("Pusher", "SKIPPED")),
    ]
    done = clipgate_submit(compiled, kubeflow.endpoint)
    assert done.exit_code == 0, done.output
    lines = [line.split() for line in done.output.splitlines() if "/3 " in line]
    assert lines == [
        ["1/3", "VideoExampleGen", "61", "s"],
        ["2/3", "Trainer", "600", "s"],
        ["3/3", "Pusher", "0", "s", "skipped"],
    ]


def test_a_failed_run_names_the_component_and_what_its_pod_has_said(kubeflow: ApiServer, compiled: Path) -> None:
    kubeflow.logs = {"demo-x1": TRACEBACK}
    kubeflow.runs = [
        run("RUNNING", task("Trainer", "RUNNING")),
        run("FAILED", task("Trainer", "FAILED", 9, pods=("demo-x0", "demo-x1")), task("Pusher", "SKIPPED")),
    ]
    done = clipgate_submit(compiled, kubeflow.endpoint)
    assert done.exit_code == 1
    assert "the run ended as FAILED" in done.output
    assert "Trainer: foundation.messages.errors.UserError: training.batch_size: 8 clips do not fit" in done.output
    assert "Pusher: " not in done.output


def test_of_a_component_that_was_tried_again_the_last_attempt_tells(kubeflow: ApiServer, compiled: Path) -> None:
    kubeflow.logs = {"attempt-0": "Killed", "attempt-1": TRACEBACK}
    executor = task("executor", "FAILED", pods=("attempt-0", "attempt-1"))
    kubeflow.runs = [run("FAILED", executor, task("Trainer", "FAILED", pods=("no-pod",)))]
    done = clipgate_submit(compiled, kubeflow.endpoint)
    assert "Trainer: foundation.messages.errors.UserError: training.batch_size: 8 clips do not fit" in done.output


def test_an_error_in_the_api_s_answer_needs_no_log(kubeflow: ApiServer, compiled: Path) -> None:
    kubeflow.runs = [run("FAILED", task("Trainer-driver", "FAILED", error="no such image [clipgate:9]"))]
    done = clipgate_submit(compiled, kubeflow.endpoint)
    assert done.exit_code == 1
    assert "Trainer: no such image [clipgate:9]" in done.output
    assert not [request for request in kubeflow.requests if request.path.endswith("/log")]


def test_no_wait_asks_nothing_of_the_run(kubeflow: ApiServer, compiled: Path) -> None:
    assert clipgate_submit(compiled, kubeflow.endpoint, "--no-wait").exit_code == 0
    assert kubeflow.asked("POST", RUNS)
    assert not kubeflow.asked("GET", f"{RUNS}/{RUN_ID}")


def test_parameters_go_to_the_run_and_wrong_ones_nowhere(kubeflow: ApiServer, compiled: Path) -> None:
    spec = yaml.safe_load(compiled.read_text().partition("---")[0])
    spec["root"]["inputDefinitions"] = {
        "parameters": {
            name: {"parameterType": kind, "defaultValue": default}
            for name, kind, default in (
                ("data.videos", "STRING", "s3://a"),
                ("training.epochs", "NUMBER_INTEGER", 40),
                ("training.seed", "NUMBER_INTEGER", 0),
            )
        }
    }
    compiled.write_text(yaml.safe_dump(spec))
    given = ("--no-wait", "--parameter", "data.videos=s3://b", "--parameter", "training.epochs=5")
    assert clipgate_submit(compiled, kubeflow.endpoint, *given).exit_code == 0
    (started,) = kubeflow.asked("POST", RUNS)
    assert started.json["runtime_config"]["parameters"] == {"data.videos": "s3://b", "training.epochs": 5}
    done = clipgate_submit(compiled, kubeflow.endpoint, "--parameter", "training.epoch=5")
    assert isinstance(done.exception, UserError)
    assert "did you mean training.epochs?" in str(done.exception)
    assert len(kubeflow.asked("POST", RUNS)) == 1


NIGHTLY = ("--every", "0 2 * * *")


def test_a_schedule_runs_the_uploaded_version_and_none_that_comes_later(kubeflow: ApiServer, compiled: Path) -> None:
    done = clipgate_submit(compiled, kubeflow.endpoint, *NIGHTLY)
    assert done.exit_code == 0, done.output
    (made,) = kubeflow.asked("POST", RECURRING_RUNS)
    assert made.json == {
        "display_name": "sample",
        "experiment_id": "e-new",
        "pipeline_version_reference": {"pipeline_id": "p-new", "pipeline_version_id": "v-first"},
        "runtime_config": {"parameters": {}, "pipeline_root": "s3://bucket/root"},
        # The first field is Kubeflow's own, seconds.
        "trigger": {"cron_schedule": {"cron": "0 0 2 * * *"}},
        "mode": "ENABLE",
        "max_concurrency": "1",
        "no_catchup": True,
    }
    assert "sample runs at 0 0 2 * * * (seconds first), in the time zone of the cluster: " in done.output
    assert f"{kubeflow.endpoint}/#/recurringrun/details/s-new" in done.output.replace("\n", "")
    assert not kubeflow.asked("POST", RUNS)


def test_a_schedule_takes_the_place_of_the_one_before_once_it_is_made(kubeflow: ApiServer, compiled: Path) -> None:
    kubeflow.pipelines = [V2beta1Pipeline(pipeline_id="p-old", display_name="sample")]
    kubeflow.experiments = [V2beta1Experiment(experiment_id="e-old", display_name="sample")]
    kubeflow.recurring_runs = [V2beta1RecurringRun(recurring_run_id="s-old", display_name="sample")]
    done = clipgate_submit(compiled, kubeflow.endpoint, *NIGHTLY)
    assert done.exit_code == 0, done.output
    (listed,) = kubeflow.asked("GET", RECURRING_RUNS)
    assert listed.query["experiment_id"] == "e-old"
    (predicate,) = json.loads(listed.query["filter"])["predicates"]
    assert (predicate["key"], predicate["stringValue"]) == ("display_name", "sample")
    methods = [request.method for request in kubeflow.requests if request.path.startswith(RECURRING_RUNS)]
    assert methods == ["GET", "POST", "DELETE"]
    assert kubeflow.asked("DELETE", f"{RECURRING_RUNS}/s-old")
    (made,) = kubeflow.asked("POST", RECURRING_RUNS)
    assert made.json["pipeline_version_reference"] == {"pipeline_id": "p-old", "pipeline_version_id": "v-new"}
    assert "instead of the schedule before" in done.output.replace("\n", " ")


def test_a_schedule_that_the_server_refuses_leaves_the_one_before(kubeflow: ApiServer, compiled: Path) -> None:
    kubeflow.recurring_runs = [V2beta1RecurringRun(recurring_run_id="s-old", display_name="sample")]
    done = clipgate_submit(compiled, kubeflow.endpoint, "--every", "0 two * * *")
    assert isinstance(done.exception, UserError)
    assert "the recurring run sample: 400 Schedule cron is not a supported format" in str(done.exception)
    assert not [request for request in kubeflow.requests if request.method == "DELETE"]


@pytest.mark.parametrize("every", ["2", "0 2 * *", "0 0 2 * * * 2026", ""])
def test_a_schedule_that_is_none_is_refused_before_anything_is_uploaded(
    kubeflow: ApiServer, compiled: Path, every: str
) -> None:
    done = clipgate_submit(compiled, kubeflow.endpoint, "--every", every)
    assert isinstance(done.exception, UserError)
    assert f"--every {every!r}: expected five fields" in str(done.exception)
    assert not kubeflow.requests


@pytest.mark.parametrize(
    ("every", "cron"),
    [("30 2 * * 1-5", "0 30 2 * * 1-5"), ("15 30 2 * * *", "15 30 2 * * *"), ("@daily", "@daily")],
)
def test_schedules_are_read_as_in_a_crontab_and_written_as_kubeflow_reads_them(every: str, cron: str) -> None:
    assert kubeflow_cron(every) == cron


def test_token_and_namespace_go_with_each_request(compiled: Path) -> None:
    with serving(ApiServer(token="secret", multi_user=True)) as kubeflow:
        done = clipgate_submit(compiled, kubeflow.endpoint, "--token", "secret", "--namespace", "team")
        assert done.exit_code == 0, done.output
        assert "secret" not in done.output
        assert kubeflow.asked("POST", f"{PIPELINES}/upload")[0].query["namespace"] == "team"
        assert kubeflow.asked("POST", EXPERIMENTS)[0].json["namespace"] == "team"


def test_a_refusal_says_how_to_be_let_in() -> None:
    with (
        serving(ApiServer(token="secret")) as kubeflow,
        pytest.raises(UserError, match="401 the request has no valid token; give --token or --cookie"),
    ):
        Backend(Access(kubeflow.endpoint))


def test_a_kubeflow_of_several_users_needs_a_namespace() -> None:
    with (
        serving(ApiServer(multi_user=True)) as kubeflow,
        pytest.raises(UserError, match="name your profile's with --nam"),
    ):
        Backend(Access(kubeflow.endpoint))


def test_a_page_to_log_in_is_no_kubeflow(monkeypatch: pytest.MonkeyPatch) -> None:
    server = ApiServer()
    monkeypatch.setattr(server, "answer", lambda request: (200, "<html>Log in</html>"))
    with serving(server), pytest.raises(UserError, match="is not Kubeflow Pipelines, or a page to log in"):
        Backend(Access(server.endpoint))


def test_an_address_where_nobody_answers_is_a_mistake_of_input(compiled: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{closed.getsockname()[1]}"
        result = clipgate_submit(compiled, endpoint)
    assert isinstance(result.exception, UserError)
    assert f"{endpoint} cannot be reached: " in str(result.exception)


def test_an_address_says_how_it_is_spoken_to() -> None:
    with pytest.raises(UserError, match="localhost:8080: an endpoint begins with http:// or https://"):
        Backend(Access("localhost:8080"))


def test_a_server_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.kubeflow.backend._TIMEOUT_SECONDS", (0.05, 0.05))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(UserError, match=f"{endpoint} cannot be reached: .*timed out"):
            Backend(Access(endpoint))


def test_a_run_that_cannot_be_seen_for_a_while_is_followed_further(
    kubeflow: ApiServer, compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, misses = kubeflow.answer, iter(range(3))

    def with_gaps(request: object) -> object:
        if request.path == f"{RUNS}/{RUN_ID}" and next(misses, None) is not None:  # type: ignore[attr-defined]
            return 503, {"message": "no healthy upstream"}
        return answer(request)  # type: ignore[arg-type]

    monkeypatch.setattr(kubeflow, "answer", with_gaps)
    assert clipgate_submit(compiled, kubeflow.endpoint).exit_code == 0


def test_what_has_not_begun_is_pending() -> None:
    tasks = tasks_of(run("RUNNING", task("Trainer-driver", "RUNNING")), COMPONENTS)
    assert {name: task.state for name, task in tasks.items()} == dict.fromkeys(COMPONENTS, "PENDING")


@pytest.mark.parametrize(
    ("log", "line"),
    [
        (EVENTS, "splits: no clips of class [run]"),
        (TRACEBACK, "foundation.messages.errors.UserError: training.batch_size: 8 clips do not fit"),
        ("loading\nKilled\n\n", "Killed"),
        ("", ""),
    ],
)
def test_the_telling_line_of_a_log(log: str, line: str) -> None:
    assert telling_line(log) == line
