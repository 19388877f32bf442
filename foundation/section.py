"""The base of every section of the configuration file."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict
from pydantic_core import CoreSchema, core_schema


class Section(BaseModel):
    """Part of the configuration: immutable, strict about names so that a typing error is not ignored, and finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


class OneOf:
    """Annotates text that must be a name in a catalogue; others are refused as by a Literal of the names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.literal_schema(self._names)
