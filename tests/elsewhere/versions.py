"""Prints on what it runs: `python -m tests.elsewhere.versions`."""

import platform
import sys
from importlib.metadata import version

PACKAGES = (
    "tfx",
    "tensorflow",
    "keras",
    "tensorflow-model-analysis",
    "tensorflow-transform",
    "tensorflow-data-validation",
    "ml-metadata",
    "apache-beam",
    "numpy",
    "protobuf",
    "opencv-python-headless",
)

if __name__ == "__main__":
    print(
        platform.freedesktop_os_release()["PRETTY_NAME"],
        " ".join(platform.libc_ver()),
        "Python",
        sys.version.split()[0],
    )
    print(", ".join(f"{name} {version(name)}" for name in PACKAGES))
