"""The base of every section of the configuration file."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict
from pydantic_core import CoreSchema, core_schema


class Section(BaseModel):
    """Part of the configuration: immutable, strict about names so that a typing error is not ignored, and finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, protected_namespaces=())


def names_beside(section: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that a section knows where the last part of `place` is none of them."""
    for part in place[:-1]:
        field = section.model_fields.get(str(part))
        found = field and next(_sections_in(field.annotation), None)
        # A key of a mapping, such as a class's name, or an item of a list leads to the section that all of them have.
        section = found or section
    return list(section.model_fields)


def _sections_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _sections_in(argument)


class OneOf:
    """Annotates text that must be a name in a catalogue; others are refused as by a Literal of the names."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = list(names)

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:
        return core_schema.literal_schema(self._names)
