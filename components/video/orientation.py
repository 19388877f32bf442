"""How a picture is to be turned and mirrored before it is shown (ISO/IEC 14496-12, 6.2.2 and 8.3.2)."""

from collections.abc import Iterator
from os import SEEK_CUR
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from components.video.images import Frame

_LARGEST_BOX_BYTES = 1 << 26
_MATRIX_OFFSETS = {0: 40, 1: 52}  # by the version of the track header


class DisplayMatrix(NamedTuple):
    """Where a pixel is shown: column a * x + c * y, row b * x + d * y, the picture then moved back to where it was."""

    a: float
    b: float
    c: float
    d: float

    @classmethod
    def from_items(cls, items: bytes, byte_order: str) -> "DisplayMatrix":
        """`items`: nine numbers of 32 bits; `byte_order` as NumPy writes it."""
        a, b, _, c, d = np.frombuffer(items, f"{byte_order}i4", 5).tolist()
        return cls(a, b, c, d)

    @property
    def swaps_sides(self) -> bool:
        """Whether rows become columns."""
        return abs(self.b) > abs(self.a)

    @property
    def is_mirrored(self) -> bool:
        """Whether it is more than a turn."""
        return self.a * self.d - self.b * self.c < 0

    def apply(self, frame: Frame) -> Frame:
        """`frame` (uint8 [height, width, 3]) as it is to be shown; the nearest quarter stands for any other turn."""
        if self.swaps_sides:
            frame, right, down = frame.transpose(1, 0, 2), self.c, self.b
        else:
            right, down = self.a, self.d
        return np.ascontiguousarray(frame[:: -1 if down < 0 else 1, :: -1 if right < 0 else 1])


UPRIGHT = DisplayMatrix(1, 0, 0, 1)


def read_mp4_matrix(path: Path) -> DisplayMatrix | None:
    """The matrix of the first video track of an MP4, MOV or 3GP file; None if there is none."""
    with path.open("rb") as file:
        movie = _read_box(file, b"moov")
    for name, track in _boxes(movie):
        boxes = dict(_boxes(track)) if name == b"trak" else {}
        handler = dict(_boxes(boxes.get(b"mdia", b""))).get(b"hdlr", b"")
        header = boxes.get(b"tkhd", b"")
        if handler[8:12] == b"vide" and header:
            items = header[_MATRIX_OFFSETS.get(header[0], 0) :][: 9 * 4]
            return DisplayMatrix.from_items(items, ">") if len(items) == 9 * 4 else None
    return None


def _read_box(file: BinaryIO, wanted: bytes) -> bytes:
    """The content of a file's first box of this name; empty if there is none."""
    while len(head := file.read(16)) >= 8:
        size, header = _box_size(head)
        if size < header:
            break
        file.seek(header - len(head), SEEK_CUR)
        if head[4:8] == wanted:
            return file.read(min(size - header, _LARGEST_BOX_BYTES))
        file.seek(size - header, SEEK_CUR)
    return b""


def _boxes(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and content of each box in there."""
    while len(content) >= 8:
        size, header = _box_size(content)
        if size < header:
            return
        yield content[4:8], content[header:size]
        content = content[size:]


def _box_size(head: bytes) -> tuple[int, int]:
    """How long a box is, its header included, and how long that is."""
    size = int.from_bytes(head[:4], "big")
    return (int.from_bytes(head[8:16], "big"), 16) if size == 1 else (size, 8)
