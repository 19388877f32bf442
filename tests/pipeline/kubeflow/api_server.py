"""A server on this machine that answers as Kubeflow Pipelines' API (v2beta1) does: with the SDK's own models, as JSON."""

import email
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import kfp_server_api as api

BEGINNING = datetime(2026, 1, 1, tzinfo=timezone.utc)
RUN_ID = "b9d1a9a4-0f4e-4f0c-8a5e-3a54f7c0a001"
PIPELINES = "/apis/v2beta1/pipelines"
EXPERIMENTS = "/apis/v2beta1/experiments"
RUNS = "/apis/v2beta1/runs"
RECURRING_RUNS = "/apis/v2beta1/recurringruns"
# Versions of the SDK spell its name in two ways.
_STATUS = getattr(api, api.V2beta1PipelineTaskDetail.openapi_types["error"])


@dataclass(frozen=True)
class Request:
    """What was asked: `query` with its values decoded, `body` as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def file(self) -> tuple[str, bytes]:
        """The name of the field and the content of a multipart request's only file."""
        message = email.message_from_bytes(
            b"Content-Type: " + self.headers["content-type"].encode() + b"\n\n" + self.body
        )
        (part,) = message.get_payload()
        return part.get_param("name", header="content-disposition"), part.get_payload(decode=True)


@dataclass
class ApiServer:
    """`runs` are the answers to questions about the run, one after another; the last one stays."""

    runs: list[Any] = field(default_factory=lambda: [run("SUCCEEDED")])
    pipelines: list[Any] = field(default_factory=list)
    experiments: list[Any] = field(default_factory=list)
    recurring_runs: list[Any] = field(default_factory=list)
    logs: dict[str, str] = field(default_factory=dict)
    multi_user: bool = False
    token: str | None = None
    endpoint: str = ""
    requests: list[Request] = field(default_factory=list)

    def asked(self, method: str, path: str) -> list[Request]:
        return [request for request in self.requests if (request.method, request.path) == (method, path)]

    def answer(self, request: Request) -> tuple[int, Any]:
        """The status, and a model or a text."""
        if self.token and request.headers.get("authorization") != f"Bearer {self.token}":
            return 401, {"error": "Unauthenticated", "code": 16, "message": "the request has no valid token"}
        match request.method, request.path:
            case "GET", "/apis/v2beta1/healthz":
                return 200, api.V2beta1GetHealthzResponse(multi_user=self.multi_user)
            case "GET", "/apis/v2beta1/pipelines":
                return 200, api.V2beta1ListPipelinesResponse(pipelines=self.pipelines or None)
            case "POST", "/apis/v2beta1/pipelines/upload":
                return 200, api.V2beta1Pipeline(pipeline_id="p-new", display_name=request.query["name"])
            case "POST", "/apis/v2beta1/pipelines/upload_version":
                return 200, api.V2beta1PipelineVersion(
                    pipeline_id=request.query["pipelineid"],
                    pipeline_version_id="v-new",
                    display_name=request.query["name"],
                )
            case "GET", "/apis/v2beta1/experiments":
                return 200, api.V2beta1ListExperimentsResponse(experiments=self.experiments or None)
            case "POST", "/apis/v2beta1/experiments":
                return 200, api.V2beta1Experiment(experiment_id="e-new", **request.json)
            case "POST", "/apis/v2beta1/runs":
                return 200, api.V2beta1Run(run_id=RUN_ID, state="PENDING")
            case "GET", "/apis/v2beta1/pipelines/p-new/versions":
                version = api.V2beta1PipelineVersion(pipeline_id="p-new", pipeline_version_id="v-first")
                return 200, api.V2beta1ListPipelineVersionsResponse(pipeline_versions=[version])
            case "GET", "/apis/v2beta1/recurringruns":
                return 200, api.V2beta1ListRecurringRunsResponse(recurring_runs=self.recurring_runs or None)
            case "POST", "/apis/v2beta1/recurringruns":
                cron = request.json["trigger"]["cron_schedule"]["cron"]
                if not set(cron) <= set("0123456789*/,-? ") and not cron.startswith("@"):
                    return 400, {"code": 3, "message": "Schedule cron is not a supported format"}
                return 200, api.V2beta1RecurringRun(recurring_run_id="s-new")
            case "DELETE", path if path.startswith(f"{RECURRING_RUNS}/"):
                return 200, {}
            case "GET", path if path == f"{RUNS}/{RUN_ID}":
                return 200, self.runs.pop(0) if len(self.runs) > 1 else self.runs[0]
            case "GET", path if log := re.fullmatch(f"/apis/v1alpha1/runs/{RUN_ID}/nodes/(.+)/log", path):
                return (200, self.logs[log[1]]) if log[1] in self.logs else (500, {"error_message": "no such pod"})
        return 404, {
            "error": "Not Found",
            "code": 5,
            "message": f"{request.method} {request.path} is not part of the API",
        }


def run(state: str, *tasks: Any) -> Any:
    """A run, and what the API says of its tasks."""
    return api.V2beta1Run(run_id=RUN_ID, state=state, run_details=api.V2beta1RunDetails(task_details=list(tasks)))


def task(name: str, state: str, seconds: float = 0.0, error: str | None = None, pods: tuple[str, ...] = ()) -> Any:
    """What the API says of a task. One that has not ended ends at the beginning of Unix time."""
    ended = state not in ("RUNNING", "PENDING")
    return api.V2beta1PipelineTaskDetail(
        run_id=RUN_ID,
        display_name=name,
        state=state,
        create_time=BEGINNING,
        start_time=BEGINNING,
        end_time=BEGINNING + timedelta(seconds=seconds) if ended else datetime.fromtimestamp(0, timezone.utc),
        error=_STATUS(code=2, message=error) if error else None,
        child_tasks=[api.PipelineTaskDetailChildTask(pod_name=pod) for pod in pods],
    )


@contextmanager
def serving(server: ApiServer) -> Iterator[ApiServer]:
    """The server at work, on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def handle_one(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, url.path, dict(parse_qsl(url.query)), headers, body)
            server.requests.append(request)
            status, content = server.answer(request)
            if not isinstance(content, str):
                content = json.dumps(api.ApiClient().sanitize_for_serialization(content))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content.encode())))
            self.end_headers()
            self.wfile.write(content.encode())

        do_GET = do_POST = do_DELETE = handle_one  # noqa: N815

        def log_message(self, *_: Any) -> None:
            """Nothing: pytest's output is not for it."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        server.endpoint = f"http://127.0.0.1:{http.server_port}"
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
