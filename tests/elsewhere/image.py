"""`make image-check`: carries out the Dockerfile without a container engine, and runs the image's commands as its user.

    python -m tests.elsewhere.image [--stack STACK] [FOLDER]

Each RUN is executed in a clean Debian root of the base image's release, with the files, variables, user and working directory
that the Dockerfile has set by then. What is not as in an engine: the base image is debootstrap's minimal system with this
machine's own Python of that version copied to /usr/local, not the official image; layers are not kept; chroot is no container.
"""

import argparse
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from foundation.messages.errors import UserError
from tests.elsewhere.building import Build
from tests.elsewhere.debian import DebianRoot, make_debian
from tests.elsewhere.dockerfile import Stage, read_dockerfile, stages_of

REPOSITORY = Path(__file__).resolve().parents[2]
_IMAGE = re.compile(r"python:(?P<python>\d+\.\d+)-slim-(?P<suite>\w+)")
# What the official image of Python has besides Debian's minimal system: above all the libraries of Python's own modules.
_PACKAGES = ("ca-certificates", "libbz2-1.0", "libexpat1", "libffi8", "liblzma5", "libncursesw6", "libsqlite3-0")
_PACKAGES += ("libuuid1", "netbase", "tzdata", "zlib1g")
_PACKAGES_OF_SUITE = {"bookworm": ("libreadline8", "libssl3"), "trixie": ("libreadline8t64", "libssl3t64")}
# This user cannot keep what importing compiles: it must be there.
_COMPILED = """
import sys, pathlib, pipeline.dag, tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor
files = [getattr(module, "__cached__", None) for module in list(sys.modules.values())]
sys.exit([file for file in files if file and not pathlib.Path(file).exists()] or 0)
"""
# What is done with an image first. The last command reads and writes videos, and so needs OpenCV's libraries.
SMOKE = (
    'test "$(id -u)" != 0',
    "clipgate --help > /dev/null",
    "python -m pipeline.kubeflow.entrypoint --help > /dev/null",
    f"python -c {shlex.quote(_COMPILED)}",
    "clipgate demo-data demo && clipgate convert --annotations demo/annotations.csv --videos demo -o all.csv",
)


def base_image(name: str, folder: Path) -> DebianRoot:
    """A root like an image `python:VERSION-slim-SUITE`.

    Raises:
        UserError: The name is another, or this machine has no such Python that could be copied.
    """
    image = _IMAGE.fullmatch(name)
    if not image or image["suite"] not in _PACKAGES_OF_SUITE:
        raise UserError(
            f"the base image {name} is not known here, only python:VERSION-slim-SUITE, SUITE one of {list(_PACKAGES_OF_SUITE)}"
        )
    find = [f". requirements/stacks.sh && find_python {image['python']}"]
    python = subprocess.run(
        ["bash", "-c", *find], cwd=REPOSITORY, capture_output=True, text=True, check=False
    ).stdout.strip()
    tell = [python, "-c", "import sys; print(sys.base_prefix)"]
    prefix = subprocess.run(tell, capture_output=True, text=True, check=True).stdout.strip() if python else "/usr"
    if prefix == "/usr":
        raise UserError(
            f"a Python {image['python']} that can be copied is needed: `pyenv install {image['python']}`, or set PYTHON="
        )
    root = make_debian(folder, image["suite"], (*_PACKAGES, *_PACKAGES_OF_SUITE[image["suite"]]))
    local = root.folder / "usr" / "local"
    if not (local / "bin" / "python").exists():
        shutil.copytree(
            prefix, local, symlinks=True, dirs_exist_ok=True, ignore=shutil.ignore_patterns("site-packages")
        )
        root.run(["ldconfig"])
    return root


def build(stages: list[Stage], folder: Path) -> Build:
    """Carry out stages, each in a root of its own in `folder`, and return the last.

    Raises:
        UserError: An instruction could not be carried out.
    """
    finished: dict[str, Build] = {}
    build = None
    for number, stage in enumerate(stages):
        print(f"--- stage {stage.name or number}, from {stage.base}", flush=True)
        if stage.base in finished:
            base = finished[stage.base].root
        else:
            base = base_image(stage.base, folder / stage.base.replace(":", "-"))
        if stage.instructions:
            root = folder / f"{stages[-1].base}-stage-{number}"
            shutil.rmtree(root, ignore_errors=True)
            subprocess.run(["cp", "--archive", "--reflink=auto", base.folder, root], check=True)
            base = DebianRoot(root)
        build = Build(base, REPOSITORY)
        for instruction in stage.instructions:
            build.carry_out(instruction, finished)
        if stage.name:
            finished[stage.name] = build
    assert build is not None
    return build


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(prog="image-check")
    parser.add_argument("--stack", default="", help="the build argument STACK; default: the Dockerfile's")
    parser.add_argument("folder", nargs="?", type=Path, default=REPOSITORY / ".setup" / "image")
    options = parser.parse_args()
    started = time.monotonic()
    try:
        stages = read_dockerfile(REPOSITORY / "Dockerfile", {"STACK": options.stack} if options.stack else {})
        image = build(stages_of(stages, stages[-1]), options.folder.resolve())
        for command in SMOKE:
            print(f"smoke: {command}", flush=True)
            image.shell(command)
    except UserError as error:
        sys.exit(f"image-check: {error}")
    size = subprocess.run(["du", "-sm", image.root.folder], capture_output=True, text=True, check=True).stdout.split()[
        0
    ]
    print(f"image-check: every step passed in {time.monotonic() - started:.0f} s; {size} MiB, uncompressed")


if __name__ == "__main__":
    main()
