"""Has a model converted in a process of its own."""

import json
import signal
import subprocess

from foundation.messages.errors import MachineError, UserError
from foundation.processes import child_environment, reporting_process
from models.devices.files import Kind

_MODULE = "models.devices.convert"
NAMES: dict[Kind, str] = {"tflite": "TensorFlow Lite", "onnx": "ONNX"}


def run_conversion(job: dict[str, object], kind: Kind, network: str) -> None:
    """Carry out a `models.devices.convert.ConversionJob`; `network` is named in errors.

    Raises:
      UserError: an operation of the network cannot be converted, or the converter dies of the network.
      MachineError: the process was killed.
    """
    env, nowhere = child_environment(CUDA_VISIBLE_DEVICES="-1"), subprocess.DEVNULL
    with reporting_process(_MODULE, json.dumps(job), env=env, stdout=nowhere, stderr=nowhere) as (process, events):
        try:
            line = events.readline()
            status = process.wait()
        finally:
            process.kill()
    cannot = f"the network {network} cannot be converted to {NAMES[kind]}"
    see = "docs/devices.md has a table of what can"
    if not line:
        if -status in (signal.SIGKILL, signal.SIGTERM):
            raise MachineError(
                f"the process that converts was stopped by {signal.Signals(-status).name}; run again, with more memory if it "
                "is the kernel that stops it"
            )
        raise UserError(f"{cannot}: the converter ended with status {status}; {see}")
    result = json.loads(line)
    if "wrong_input" in result:
        raise UserError(result["wrong_input"])
    if "converted" not in result:
        operations = ", ".join(result["operations"])
        why = f", which has no operation {operations}" if operations else f": {result['message']}"
        raise UserError(f"{cannot}{why}; {see}")
