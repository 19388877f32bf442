# The image that Kubeflow's steps and Beam's workers run.
#   docker build -t clipgate:latest .
FROM python:3.10-slim-bookworm AS build
WORKDIR /opt/clipgate
# pyfarmhash comes as source.
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
COPY requirements requirements
RUN python -m venv /opt/uv && /opt/uv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt
RUN /opt/uv/bin/uv venv --python /usr/local/bin/python /opt/venv \
 && /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-cache --require-hashes --compile-bytecode \
      -r requirements/tfx116.txt
COPY setup.py pyproject.toml ./
COPY pipeline pipeline
COPY components components
COPY models models
COPY examples examples
RUN /opt/uv/bin/uv pip install --python /opt/venv/bin/python --no-deps --no-build-isolation --compile-bytecode .

FROM python:3.10-slim-bookworm
COPY --from=build /opt/venv /opt/venv
# Kubeflow's launcher, which runs as this user, copies artifacts there.
RUN useradd --create-home clipgate && install -d -o clipgate /gcs /s3 /minio
USER clipgate
ENV PATH=/opt/venv/bin:$PATH KERAS_BACKEND=tensorflow
# Fails the build when a package is missing.
RUN clipgate --help > /dev/null && python -c "import pipeline.dag"
# Kubeflow runs its own command line in this image.
ENTRYPOINT []
CMD ["clipgate", "--help"]
