"""A disk that fails while a video is read: an error of the run, wherever in the file it happens, and no verdict on the file."""

import shutil
import subprocess
from pathlib import Path

import pytest

from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.reader import VideoError
from components.video.tasks import Span
from foundation.messages.errors import MachineError
from tests.components.video.videos import record

SAMPLING = SamplingConfig(num_frames=4, short_side=32)
COMPILER = shutil.which("cc")

# Reads of files of one name fail beyond an offset, as they do on a bad disk.
BAD_DISK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t read(int file, void *buffer, size_t size) {
  ssize_t (*read_well)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
  const char *name = getenv("BAD_FILE"), *offset = getenv("BAD_OFFSET");
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length > 0 && name && offset && (path[length] = 0, strstr(path, name))) {
    off_t left = atol(offset) - lseek(file, 0, SEEK_CUR);
    if (left <= 0) { errno = EIO; return -1; }
    if ((off_t)size > left) size = left;
  }
  return read_well(file, buffer, size);
}
"""


@pytest.fixture(scope="module")
def bad_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library that makes a disk bad."""
    if not COMPILER:
        pytest.skip("needs a C compiler")
    folder = tmp_path_factory.mktemp("bad")
    (folder / "bad.c").write_text(BAD_DISK)
    library = folder / "bad.so"
    subprocess.run([COMPILER, "-shared", "-fPIC", "-o", library, folder / "bad.c", "-ldl"], check=True)
    return library


@pytest.mark.parametrize(("name", "codec"), [("a.mp4", "mpeg4"), ("a.ts", "mpeg2video"), ("a.mkv", "mpeg4")])
@pytest.mark.parametrize("share", [0.0, 0.1, 0.6])
def test_a_disk_that_fails_is_an_error_of_the_run(
    bad_disk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, codec: str, share: float
) -> None:
    video = record(tmp_path / name, [index / 25 for index in range(400)], codec)
    spans = [Span(second, second + 1.0) for second in range(15)]
    with Decoder() as decoder:
        assert len(list(decoder.read_clips(video, spans, SAMPLING))) == len(spans)
    monkeypatch.setenv("LD_PRELOAD", str(bad_disk))
    monkeypatch.setenv("BAD_FILE", f"/{name}")
    monkeypatch.setenv("BAD_OFFSET", str(int(share * video.stat().st_size)))
    with Decoder() as decoder, pytest.raises(MachineError, match=f"{name} cannot be read: Input/output error"):
        list(decoder.read_clips(video, spans, SAMPLING))


def test_a_file_that_is_not_there_is_no_error_of_the_run(tmp_path: Path) -> None:
    with Decoder() as decoder, pytest.raises(VideoError, match="it cannot be read: No such file"):
        decoder.probe(tmp_path / "none.mp4", SAMPLING)
