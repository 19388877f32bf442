"""The base of every section of the configuration file."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the configuration: immutable, and strict about names so that a typing error is not ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())
