"""Virtual environments beside the project, with packages that it does not need itself; they are kept."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_UV = ROOT / ".setup/uv/bin/uv"


def python_with(name: str, *requirements: str) -> Path:
    """The Python of an environment with these packages; PyTorch's bring what GPUs need, which takes a few gigabytes."""
    folder = ROOT / ".setup" / name
    python, noted = folder / "bin/python", folder / "requirements.txt"
    wanted = "\n".join(requirements)
    if not python.exists() or not noted.exists() or noted.read_text() != wanted:
        subprocess.run([_UV, "venv", "--quiet", "--clear", "--python", sys.executable, folder], check=True)
        subprocess.run([_UV, "pip", "install", "--quiet", "--python", python, *requirements], check=True)
        noted.write_text(wanted)
    return python
