"""`clipgate serve` as a user meets it."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from foundation.messages.errors import UserError
from pipeline.cli import app
from tests.pipeline.serve.clients import begin_request, in_base64, jpeg_clips
from tests.pipeline.serve.conftest import NAME, push

REPOSITORY = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "name either the folder of a model's versions or --model-config"),
        (["{folder}", "--model-config", "x"], "name either"),
        (["{folder}/nowhere"], "is no folder; expected one that holds versions"),
        (["{folder}/[a]"], "[a] has [ in its name, which TensorFlow takes for a pattern"),
        (["--model-config", "{folder}/nowhere"], "nowhere cannot be read: No such file"),
        (["--model-config", "x", "--name", "y"], "leave out --name and --version"),
        (["{folder}", "--max-memory-megabytes", "64"], "too little for requests of 16 MB; expected at least 288"),
    ],
)
def test_a_mistake_is_told_before_tensorflow_is_loaded(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "[a]").mkdir()
    done = CliRunner().invoke(app, ["serve", *(argument.format(folder=tmp_path) for argument in arguments)])
    assert isinstance(done.exception, UserError)
    assert message in str(done.exception)


def test_a_single_version_is_told_its_folder(tmp_path: Path) -> None:
    version = tmp_path / "17"
    version.mkdir()
    (version / "saved_model.pb").touch()
    done = CliRunner().invoke(app, ["serve", str(version)])
    assert f"name the folder that holds it, {tmp_path}, and --version 17" in str(done.exception)


def test_a_port_that_is_taken_is_told_with_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = CliRunner().invoke(app, ["serve", str(tmp_path), "--rest-port", str(port), "--grpc-port", "0"])
    assert isinstance(done.exception, UserError)
    assert f"127.0.0.1:{port} cannot be listened on: Address already in use" in str(done.exception)
    assert "--rest-port" in str(done.exception)


def test_sigterm_finishes_the_request_that_is_under_way(exported_model: Path, tmp_path: Path) -> None:
    push(exported_model, tmp_path / NAME, 1)
    command = [sys.executable, "-m", "pipeline.cli", "serve", NAME, "--grpc-port", "0", "--rest-port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stderr
        found = re.search(rf"^{NAME}: gRPC 127.0.0.1:\d+, REST http://(.*):(\d+)/v1", process.stdout.readline())
        assert found, process.stderr.read()
        with socket.create_connection((found[1], int(found[2]))) as client:
            body = in_base64(jpeg_clips(1)).encode()
            begin_request(client, len(body))
            process.send_signal(signal.SIGTERM)
            said = process.stderr.readline() + process.stderr.readline() + process.stderr.readline()
            client.sendall(body)
            answer = client.makefile("rb").read().decode()
        assert answer.startswith("HTTP/1.1 200 OK")
        assert '"predictions"' in answer
        assert process.wait() == 0
        assert said.startswith("for development only: ")
        assert "Production is TensorFlow Serving" in said
        assert "Traceback" not in process.stderr.read()
