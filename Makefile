# make demo · make test · make lint · make bench · make lock; each installs what it needs into .venv first.
# Empty: the newest stack that this machine can run.
STACK ?=
PYTHON_IN_VENV = .venv/bin/python
CLIPGATE = .venv/bin/clipgate
# Without compiled bytecode importing TFX takes three times longer.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONWARNINGS = ignore

.PHONY: demo test test-tfx121 image-check lint setup lock bench bench-pytorch bench-serving fuzz soak clean

demo: setup
	$(CLIPGATE) demo-data demo/data
	$(CLIPGATE) run --config examples/demo.yaml

test: setup
	$(PYTHON_IN_VENV) -m pytest -n 2 --dist loadgroup --no-loadscope-reorder

# These two need root, a network and debootstrap: a Debian root is made in .setup and entered.
test-tfx121: setup
	$(PYTHON_IN_VENV) -m tests.elsewhere.suite

# The Dockerfile, without a container engine; STACK is its build argument.
image-check: setup
	$(PYTHON_IN_VENV) -m tests.elsewhere.image $(if $(STACK),--stack $(STACK))

lint: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

# Each prints JSON; docs/measurements.md holds the last results.
bench: setup
	$(CLIPGATE) demo-data demo/data
	$(PYTHON_IN_VENV) -m benchmarks.ingest
	$(PYTHON_IN_VENV) -m benchmarks.carrying_clips
	$(PYTHON_IN_VENV) -m benchmarks.input
	$(PYTHON_IN_VENV) -m benchmarks.tracker
	$(PYTHON_IN_VENV) -m benchmarks.stages --config examples/demo.yaml

# Installs PyTorch beside the project, which takes a few gigabytes.
bench-pytorch: setup
	$(PYTHON_IN_VENV) -m benchmarks.train_step

# Damaged videos by the thousand.
fuzz: setup
	$(PYTHON_IN_VENV) -m benchmarks.mutated_videos

# Both need a pushed model, such as that of `make demo`.
MODEL ?= demo/run/serving/action
MINUTES ?= 10

bench-serving: setup
	$(PYTHON_IN_VENV) -m benchmarks.serving --model $(MODEL)

# Good and hostile requests to `clipgate serve`.
soak: setup
	$(PYTHON_IN_VENV) -m benchmarks.soak_server --model $(MODEL) --minutes $(MINUTES)

setup:
	@requirements/install.sh $(STACK)

lock: setup
	cd requirements && ../.setup/uv/bin/uv pip compile -q --generate-hashes --python-version 3.10 \
	  --python-platform x86_64-manylinux_2_28 tfx116.in -o tfx116.txt
	cd requirements && ../.setup/uv/bin/uv pip compile -q --generate-hashes --python-version 3.11 --universal \
	  tfx121.in -o tfx121.txt

clean:
	rm -rf demo runs .venv .setup
