"""A small, valid input of each format: whatever is known of all readers is tested on them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from components.annotations.config import DataConfig


@dataclass(frozen=True)
class FormatSample:
    """What a data set of the format consists of.

    Attributes:
      files: content by file name; the first is the annotations, unless the format reads a folder.
      num_segments: how many annotated actions it holds.
      options: keys of the `data` section that its users set.
    """

    files: Mapping[str, bytes]
    num_segments: int
    is_folder: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        for name, content in self.files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)

    def config(self, folder: Path, **options: Any) -> DataConfig:
        path = folder if self.is_folder else folder / next(iter(self.files))
        return DataConfig(annotations=str(path), videos=str(folder), **{**self.options, **options})


TABLE = (
    b"path,start_seconds,end_seconds,label,group,split,boxes\n"
    b'a.mp4,0.5,2.5,wave,ann,train,"[[0.5, 0, 0, 1, 1], [1, 0, 0, 0.5, 0.5]]"\n'
    b'd/b.mp4,,,"sit ""down""",bob,val,\n'
    b'"c.mp4",1e1,20,stand,,,"[]"\n'
)
LINES = (
    b'{"path": "a.mp4", "label": "wave", "start_seconds": 0.5, "end_seconds": 2, "boxes": [[1, 0, 0, 1, 1]]}\n'
    b'{"path": "b.mp4", "label": "caf\\u00e9", "group": null, "split": "test"}\n'
)
LIST = b"Sit/v_Sit_g08_c01.avi 1\nStand/v_Stand_g09_c02.avi 2\n"

SAMPLES = {
    "csv": FormatSample({"labels.csv": TABLE}, num_segments=3),
    "folders": FormatSample({"sit/a.mp4": b"", "wave/ann/b.mp4": b""}, num_segments=2, is_folder=True),
    "jsonl": FormatSample({"labels.jsonl": LINES}, num_segments=2),
    "ucf101": FormatSample({"trainlist01.txt": LIST, "testlist01.txt": LIST}, num_segments=4),
}
