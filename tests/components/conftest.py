"""An S3 server on this machine, for as long as the tests that need it run."""

import functools
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import session


@pytest.fixture(scope="session")
def s3_endpoint() -> Iterator[str]:
    """The address of the server; the usual variables of the environment name it, and credentials that it accepts."""
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert server.stderr is not None
    try:
        addresses = (re.search(r"Running on (http://\S+)", line) for line in server.stderr)
        address = next(found[1] for found in addresses if found)
        # The server writes a line for each request, and stops when nobody reads them.
        threading.Thread(target=server.stderr.read, daemon=True).start()
        with pytest.MonkeyPatch.context() as environment:
            # Beam makes a client for each operation, and each would read megabytes about all services of Amazon.
            environment.setattr(session, "create_loader", functools.cache(session.create_loader))
            environment.setenv("AWS_ENDPOINT_URL_S3", address)
            environment.setenv("AWS_ACCESS_KEY_ID", "key")
            environment.setenv("AWS_SECRET_ACCESS_KEY", "secret")
            environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
            yield address
    finally:
        server.terminate()
        server.wait()


@pytest.fixture
def bucket(s3_endpoint: str, request: pytest.FixtureRequest) -> Any:
    """An empty bucket, as boto3's resource of it."""
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:50].strip("-")
    bucket = boto3.resource("s3").create_bucket(Bucket=name)
    bucket.objects.delete()
    return bucket
