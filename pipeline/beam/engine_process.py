"""A worker process of Beam's that an engine starts by itself, where no pool does (Beam's PROCESS environment).

    clipgate-engine-worker --id=WORKER_ID --provision_endpoint=ADDRESS

Beam's runners for Flink and Spark start it so on each of their machines (`ProcessEnvironmentFactory`). What is at the address
knows the rest. The process then becomes a `pipeline.beam.worker_process`.
"""

import argparse
import os
import sys

import grpc
from apache_beam.portability.api import beam_provision_api_pb2 as messages
from apache_beam.portability.api import beam_provision_api_pb2_grpc as services

from pipeline.beam.pool import WORKER, worker_environment


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--id", required=True)
    parser.add_argument("--provision_endpoint", required=True)
    # Other releases name more.
    given, _ = parser.parse_known_args()
    with grpc.insecure_channel(given.provision_endpoint) as channel:
        stub = services.ProvisionServiceStub(channel)
        request = messages.GetProvisionInfoRequest()
        info = stub.GetProvisionInfo(request, metadata=[("worker_id", given.id)], wait_for_ready=True).info
    command = [sys.executable, *WORKER, info.control_endpoint.url, given.id, "--logging", info.logging_endpoint.url]
    os.execve(sys.executable, command, worker_environment())  # noqa: S606 - our own module


if __name__ == "__main__":
    main()
