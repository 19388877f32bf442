"""The `push` section of the configuration."""

from typing import Literal

from pydantic import Field, field_validator

from components.pusher.local import SERVED_MODE
from foundation.section import Section


class PushConfig(Section):
    """Settings of a push: the model card's licence, how many versions are kept, and what is pushed without enough evidence."""

    # At least two: while TensorFlow Serving loads the newest version, it still serves the one before.
    keep_versions: int | None = Field(
        None, ge=2, description="after a push all but the newest so many versions are removed; default: none is"
    )
    serving_config: str | None = Field(
        None,
        min_length=1,
        description="TensorFlow Serving's --model_config_file: versions that it pins or labels are not removed with old ones",
    )
    when_open: Literal["block", "push"] = Field(
        "block", description="what becomes of a model that no rule refutes, but of which not every rule can be shown"
    )
    mode: int = Field(
        SERVED_MODE,
        ge=0o500,
        le=0o777,
        description="rights of a version's folders on this machine, octal; its files have the same, and none to execute",
        json_schema_extra={"default": "0755", "minimum": "0500", "maximum": "0777"},
    )
    licence: str = Field("", max_length=200, description="of the model, for its card, such as CC-BY-4.0")

    @field_validator("mode", mode="before")
    @classmethod
    def _is_octal(cls, value: object) -> object:
        """YAML takes 0755 for an octal number, and 0o755, which others write, for text."""
        return int(value.removeprefix("0o"), 8) if isinstance(value, str) else value
