"""The `tracking` section of the configuration."""

from urllib.parse import urlsplit

from pydantic import Field, field_validator

from foundation.section import Section


class TrackingConfig(Section):
    """Where runs are logged besides their own records; needs the extra `mlflow`."""

    mlflow: str | None = Field(
        None, min_length=1, description="address of an MLflow tracking server, such as http://mlflow.example:5000"
    )
    experiment: str | None = Field(None, min_length=1, description="its experiment; default: the name of the pipeline")
    time_limit_seconds: float = Field(120, gt=0, description="after which a run ends without having been logged")

    @field_validator("mlflow")
    @classmethod
    def _without_a_password(cls, address: str | None) -> str | None:
        """It would be kept with each run, and be logged."""
        if address and "@" in urlsplit(address).netloc:
            raise ValueError(
                "the address has a user's name or password in it; leave them out, and set MLFLOW_TRACKING_USERNAME and "
                "MLFLOW_TRACKING_PASSWORD in the environment"
            )
        return address
