# The image that Kubeflow's steps and Beam's workers run. Its stack must be the one that compiled the pipeline:
#   docker build -t clipgate .                               TFX 1.16
#   docker build -t clipgate --build-arg STACK=tfx121 .      TFX 1.21
ARG STACK=tfx116
FROM python:3.10-slim-bookworm AS tfx116
FROM python:3.13-slim-trixie AS tfx121

FROM ${STACK} AS build
ARG STACK
WORKDIR /opt/clipgate
# pyfarmhash comes as source.
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
COPY requirements/uv.txt requirements/
RUN python -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt
COPY requirements/${STACK}.txt requirements/tests.in requirements/
# What only the tests import makes no larger image.
RUN /opt/uv/bin/uv venv --python /usr/local/bin/python /opt/venv \
 && /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-cache --require-hashes --compile-bytecode \
      -r requirements/${STACK}.txt \
 && /opt/uv/bin/uv pip uninstall --python /opt/venv/bin/python -r requirements/tests.in
COPY setup.py pyproject.toml LICENSE ./
COPY pipeline pipeline
COPY components components
COPY models models
COPY foundation foundation
COPY examples examples
RUN /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-deps --no-build-isolation --compile-bytecode .

FROM ${STACK}
COPY --from=build /opt/venv /opt/venv
# Kubeflow's launcher, which runs as this user, copies artifacts there.
RUN useradd --uid 1000 --create-home clipgate && install -d -o clipgate /gcs /s3 /minio
# A number, by which Kubernetes knows that it is not root's.
USER 1000
WORKDIR /home/clipgate
ENV PATH=/opt/venv/bin:$PATH KERAS_BACKEND=tensorflow
# Fails the build when a package is missing: the command line, the pipeline, and what Kubeflow runs.
RUN clipgate --help > /dev/null \
 && python -m pipeline.kubeflow.entrypoint --help > /dev/null \
 && python -c "import pipeline.dag, tfx.orchestration.kubeflow.v2.container.kubeflow_v2_run_executor"
# Kubeflow runs its own command line in this image.
ENTRYPOINT []
CMD ["clipgate", "--help"]
