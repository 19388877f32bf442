"""Plans of small data sets beside models that were pushed."""

from pathlib import Path
from typing import Any

from models.export_info import ExportInfo
from pipeline.config import Config
from pipeline.plan import Plan, make_plan

MP4_HEAD = b"\0\0\0\x18ftypisom"


def config_of(folder: Path, **sections: Any) -> Config:
    values = {
        "output_dir": str(folder / "out"),
        "data": {"annotations": str(folder / "data/annotations.csv"), "videos": str(folder / "data")},
    }
    return Config.model_validate(values | sections)


def plan_of(folder: Path, **sections: Any) -> Plan:
    return make_plan(config_of(folder, **sections))


def push(folder: Path, version: str, classes: tuple[str, ...], training_key: str = "") -> None:
    version_dir = folder / "out/serving/action" / version
    ExportInfo(classes, {}, {}, training_key).write(version_dir)
    (version_dir / "saved_model.pb").write_bytes(b"")
