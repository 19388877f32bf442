"""A worker process of Beam's that an engine starts by itself, where no pool does (Beam's PROCESS environment).

    clipgate-engine-worker --id=WORKER_ID --provision_endpoint=ADDRESS

Beam's runners for Flink and Spark start it so on each of their machines (`ProcessEnvironmentFactory`). What is at the address
knows the rest. The process then becomes a `pipeline.beam.worker_process`.
"""

import argparse
import os
import sys
from typing import Any

import grpc
from apache_beam.portability.api import beam_provision_api_pb2 as messages
from apache_beam.portability.api import beam_provision_api_pb2_grpc as services

from foundation.messages.errors import MachineError
from foundation.processes import direct_loopback
from pipeline.beam.pool import WORKER, worker_environment

_SECONDS_TO_ANSWER = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0], allow_abbrev=False)
    parser.add_argument("--id", required=True)
    parser.add_argument("--provision_endpoint", required=True)
    # Other releases name more.
    given, _ = parser.parse_known_args()
    os.environ.update(direct_loopback())
    try:
        info = provision_info(given.provision_endpoint, given.id)
    except MachineError as error:
        sys.exit(str(error))
    command = [sys.executable, *WORKER, info.control_endpoint.url, given.id, "--logging", info.logging_endpoint.url]
    os.execve(sys.executable, command, worker_environment())  # noqa: S606 - our own module


def provision_info(address: str, worker_id: str) -> Any:
    """What the engine at an address has for a worker: a `ProvisionInfo` of Beam's.

    Raises:
      MachineError: it does not answer. An engine waits for as long as the process lives that it has started.
    """
    with grpc.insecure_channel(address) as channel:
        stub = services.ProvisionServiceStub(channel)
        try:
            return stub.GetProvisionInfo(
                messages.GetProvisionInfoRequest(),
                metadata=[("worker_id", worker_id)],
                timeout=_SECONDS_TO_ANSWER,
                wait_for_ready=True,
            ).info
        except grpc.RpcError as error:
            raise MachineError(
                f"--provision_endpoint: {address} does not say what worker {worker_id} is to do ({error.code().name}); the "
                "engine that has started it has ended, or another program listens there. Start clipgate-engine-worker by "
                "beam.worker_command only"
            ) from error


if __name__ == "__main__":
    main()
