"""Kubeflow Pipelines' API (v2beta1), by the client of the kfp SDK."""

import functools
import json
import os
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import kfp
import kfp_server_api
import urllib3
from kfp.client.set_volume_credentials import ServiceAccountTokenVolumeCredentials

from foundation.messages.errors import UserError

# To connect, and between two pieces of an answer. The SDK tries a request four times.
_TIMEOUT_SECONDS = (5, 60)
_OBJECT_OF_URLLIB3 = re.compile(r"^(<[^>]*>|\w+\([^)]*\)): ")
_EQUALS = 1  # an operation of the API's filters
_LOG = "/apis/v1alpha1/runs/{run_id}/nodes/{node_id}/log"  # newer versions of the API have no logs


class Access(NamedTuple):
    """Address of the API, and credentials. The SDK reads more in the environment, such as KF_PIPELINES_IAP_OAUTH2_CLIENT_ID."""

    endpoint: str
    namespace: str | None = None
    token: str | None = None
    cookie: str | None = None
    ca_certificates: Path | None = None


class RunSettings(NamedTuple):
    """Where artifacts of a run go, and the values of the pipeline's parameters that are not their defaults."""

    pipeline_root: str
    parameters: Mapping[str, Any] = {}


class Backend:
    """The calls that a submission needs, each with a limit of time.

    Raises:
      UserError: in all methods: nobody answers at the address, or something else does, or we are not let in.
    """

    def __init__(self, access: Access) -> None:
        if not access.endpoint.startswith(("http://", "https://")):
            raise UserError(f"{access.endpoint}: an endpoint begins with http:// or https://")
        self._access = access
        token_file = os.environ.get("KF_PIPELINES_SA_TOKEN_PATH")
        with self._explained("the first request"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)  # about servers of version 1
                self._client = kfp.Client(
                    host=access.endpoint,
                    existing_token=access.token,
                    cookies=access.cookie,
                    ssl_ca_cert=str(access.ca_certificates) if access.ca_certificates else None,
                    credentials=ServiceAccountTokenVolumeCredentials(token_file) if token_file else None,
                    # Without one the client asks for it at once, five times and without a limit of time.
                    namespace=access.namespace or "default",
                )
            health = self._method("healthz", "get_healthz")()
        if health.multi_user is None:
            raise UserError(
                f"{access.endpoint}: what answers is not Kubeflow Pipelines, or a page to log in; check the address, and give "
                "--token or --cookie"
            )
        if health.multi_user and not access.namespace:
            raise UserError(f"{access.endpoint}: this Kubeflow has several users; name your profile's with --namespace")

    def upload(self, package: Path, name: str, version: str) -> tuple[str, str | None]:
        """Upload a compiled pipeline, as the first of its name or as a new version.

        Returns:
          The ids of the pipeline and of its version, which is None for the first.
        """
        with self._explained(f"the pipeline {name}"):
            found = self._method("pipeline", "list_pipelines")(**self._namespace(), filter=_named(name)).pipelines
            if not found:
                upload = self._method("pipeline_upload", "upload_pipeline")
                return upload(str(package), name=name, **self._namespace()).pipeline_id, None
            upload = self._method("pipeline_upload", "upload_pipeline_version")
            uploaded = upload(str(package), name=version, pipelineid=found[0].pipeline_id)
            return uploaded.pipeline_id, uploaded.pipeline_version_id

    def experiment(self, name: str) -> str:
        """Id of the experiment of this name, which is made if there is none."""
        with self._explained(f"the experiment {name}"):
            found = self._method("experiment", "list_experiments")(**self._namespace(), filter=_named(name)).experiments
            if found:
                return str(found[0].experiment_id)
            body = kfp_server_api.V2beta1Experiment(display_name=name, **self._namespace())
            return str(self._method("experiment", "create_experiment")(body).experiment_id)

    def start(self, name: str, experiment_id: str, pipeline: tuple[str, str | None], settings: RunSettings) -> str:
        """Start a run of an uploaded pipeline (`upload`'s ids); returns the run's id."""
        body = kfp_server_api.V2beta1Run(
            display_name=name,
            experiment_id=experiment_id,
            pipeline_version_reference=_reference(pipeline),
            runtime_config=_runtime_config(settings),
        )
        with self._explained(f"the run {name}"):
            return str(self._method("run", "create_run")(body).run_id)

    def schedule(
        self, name: str, cron: str, experiment_id: str, pipeline: tuple[str, str | None], settings: RunSettings
    ) -> tuple[str, int]:
        """Make a recurring run of an uploaded pipeline; others of its name in this experiment are removed.

        Args:
          cron: as `pipeline.kubeflow.schedule.kubeflow_cron` gives it.

        Returns:
          Its id, and how many it replaces.
        """
        body = kfp_server_api.V2beta1RecurringRun(
            display_name=name,
            experiment_id=experiment_id,
            pipeline_version_reference=_reference((pipeline[0], pipeline[1] or self._first_version(pipeline[0]))),
            runtime_config=_runtime_config(settings),
            trigger=kfp_server_api.V2beta1Trigger(cron_schedule=kfp_server_api.V2beta1CronSchedule(cron=cron)),
            mode=kfp_server_api.RecurringRunMode.ENABLE,
            # A run that takes longer than the time between two is not joined by the next one, and what was missed is not made
            # up for: one run sees all new data.
            max_concurrency="1",
            no_catchup=True,
        )
        with self._explained(f"the recurring run {name}"):
            there = {"experiment_id": experiment_id, **self._namespace()}
            listed = self._method("recurring_run", "list_recurring_runs")(filter=_named(name), page_size=100, **there)
            made = self._method("recurring_run", "create_recurring_run")(body)
            # Only now: what was there goes on if the server refuses the new one.
            replaced = [each.recurring_run_id for each in listed.recurring_runs or []]
            for recurring_run_id in replaced:
                self._method("recurring_run", "delete_recurring_run")(recurring_run_id)
            return str(made.recurring_run_id), len(replaced)

    def _first_version(self, pipeline_id: str) -> str:
        """The version that came with a pipeline's first upload; without one, the schedule would follow later uploads."""
        with self._explained(f"the versions of the pipeline {pipeline_id}"):
            found = self._method("pipeline", "list_pipeline_versions")(pipeline_id).pipeline_versions
            if not found:
                raise ValueError("the pipeline that was uploaded has no version")
            return str(found[0].pipeline_version_id)

    def run(self, run_id: str) -> kfp_server_api.V2beta1Run:
        """A run and its tasks, as they are now."""
        with self._explained(f"the run {run_id}"):
            return self._method("run", "get_run")(run_id)

    def log(self, run_id: str, node_id: str) -> str:
        """All that a pod of a run has printed."""
        api_client = self._client.pipeline_uploads.upload_pipeline.__self__.api_client
        with self._explained(f"the log of {node_id}"):
            response = api_client.call_api(
                _LOG,
                "GET",
                path_params={"run_id": run_id, "node_id": node_id},
                auth_settings=["Bearer"],
                _preload_content=False,
                _return_http_data_only=True,
                _request_timeout=_TIMEOUT_SECONDS,
            )
            return bytes(response.data).decode(errors="replace")

    def address_of(self, run_id: str) -> str:
        """Address at which people look at a run."""
        return f"{self._base}/#/runs/details/{run_id}"

    def address_of_schedule(self, recurring_run_id: str) -> str:
        """Address at which people look at a recurring run."""
        return f"{self._base}/#/recurringrun/details/{recurring_run_id}"

    @property
    def _base(self) -> str:
        return (os.environ.get("KF_PIPELINES_UI_ENDPOINT") or self._access.endpoint).rstrip("/")

    def _method(self, service: str, name: str) -> Callable[..., Any]:
        """A method of the generated client; newer clients have the service in its name: `run_service_get_run`."""
        methods = getattr(self._client, f"{service}s")
        method = getattr(methods, name, None) or getattr(methods, f"{service}_service_{name}")
        return functools.partial(method, _request_timeout=_TIMEOUT_SECONDS)

    def _namespace(self) -> dict[str, str]:
        # A Kubeflow for one user refuses requests that name a namespace.
        return {"namespace": self._access.namespace} if self._access.namespace else {}

    @contextmanager
    def _explained(self, subject: str) -> Iterator[None]:
        endpoint = self._access.endpoint
        try:
            yield
        except kfp_server_api.ApiException as error:
            remedy = "; give --token or --cookie, and --namespace" if error.status in (401, 403) else ""
            raise UserError(f"{endpoint}: {subject}: {error.status} {_message(error)}{remedy}") from error
        except urllib3.exceptions.HTTPError as error:
            reason = _OBJECT_OF_URLLIB3.sub("", str(getattr(error, "reason", None) or error))
            raise UserError(
                f"{endpoint} cannot be reached: {reason}; check the address, and that its port is open"
            ) from error
        except (ValueError, TypeError, OSError) as error:  # by the SDK, for an address or an answer that is none
            raise UserError(f"{endpoint}: {subject}: {error}; check the address and the credentials") from error


def _reference(pipeline: tuple[str, str | None]) -> Any:
    pipeline_id, version_id = pipeline
    return kfp_server_api.V2beta1PipelineVersionReference(pipeline_id=pipeline_id, pipeline_version_id=version_id)


def _runtime_config(settings: RunSettings) -> Any:
    return kfp_server_api.V2beta1RuntimeConfig(
        parameters=dict(settings.parameters), pipeline_root=settings.pipeline_root
    )


def _named(name: str) -> str:
    return json.dumps({"predicates": [{"operation": _EQUALS, "key": "display_name", "stringValue": name}]})


def _message(error: kfp_server_api.ApiException) -> str:
    """The server's own message on a request that it refused, or else HTTP's reason."""
    try:
        return str(json.loads(error.body)["message"])
    except (ValueError, TypeError, KeyError):
        return str(error.reason)
