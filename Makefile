# make demo · make test · make test-fast · make lint · make reference · make bench · make lock; each installs what it needs into .venv first.
# Empty: the newest stack that this machine can run.
STACK ?=
PYTHON_IN_VENV = .venv/bin/python
CLIPGATE = .venv/bin/clipgate
# Without compiled bytecode importing TFX takes three times longer.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONWARNINGS = ignore

.PHONY: demo examples test test-fast test-tfx121 image-check reference lint setup browser lock bench bench-scale bench-training bench-pretrained bench-pytorch bench-weights \
  bench-checks bench-review bench-suggest review-pictures bench-serving \
  bench-serve-hostile bench-watch bench-devices bench-gate fuzz faults year soak clean

demo: setup
	$(CLIPGATE) demo-data demo/data
	$(CLIPGATE) run --config examples/demo.yaml

# What the other examples say, in turn. Two of them end without a push, as they should: 3 is a rejection, 5 too little evidence.
examples: demo
	$(CLIPGATE) run --config examples/single_frame.yaml; test $$? = 3
	$(CLIPGATE) run --config examples/open.yaml; test $$? = 5
	$(CLIPGATE) run --config examples/frames.yaml
	$(CLIPGATE) run --config examples/stream.yaml
	$(CLIPGATE) export --tflite --stream --force --config examples/stream.yaml -o demo/stream.tflite
	$(CLIPGATE) run --config examples/tracker.yaml
	$(CLIPGATE) demo-data --together demo/together
	$(CLIPGATE) run --config examples/several.yaml
	$(CLIPGATE) demo-data --long demo/long
	$(CLIPGATE) run --config examples/long_videos.yaml
	$(CLIPGATE) predict demo/long/videos --segments --force --model demo/long_videos/serving/action --timeline demo/timeline.html

# What takes long is named at the end.
PYTEST = $(PYTHON_IN_VENV) -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 40 --durations-min 10

test: setup browser
	$(PYTEST)

# Five tests of six: neither pipelines nor networks are built and run.
test-fast: setup
	$(PYTEST) -m "not slow"

# These two need root, a network and debootstrap: a Debian root is made in .setup and entered.
test-tfx121: setup
	$(PYTHON_IN_VENV) -m tests.elsewhere.suite

# The Dockerfile, without a container engine; STACK is its build argument.
image-check: setup
	$(PYTHON_IN_VENV) -m tests.elsewhere.image $(if $(STACK),--stack $(STACK))

# The pages that are made from the code: docs/configuration.md, docs/commands.md.
reference: setup
	$(PYTHON_IN_VENV) -m docs.generate

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
	$(PYTHON_IN_VENV) -m benchmarks.stages --config examples/demo.yaml

bench-scale: setup
	$(PYTHON_IN_VENV) -m benchmarks.manifest
	$(PYTHON_IN_VENV) -m benchmarks.checks
	$(PYTHON_IN_VENV) -m benchmarks.many_clips
	$(PYTHON_IN_VENV) -m benchmarks.listing
	$(PYTHON_IN_VENV) -m benchmarks.many_files
	$(PYTHON_IN_VENV) -m benchmarks.scale --config examples/demo.yaml

bench-training: setup
	$(CLIPGATE) demo-data demo/data
	$(CLIPGATE) run --config examples/long_videos.yaml
	$(PYTHON_IN_VENV) -m benchmarks.long_videos --model demo/long_videos/serving/action
	$(PYTHON_IN_VENV) -m benchmarks.against_tutorial --config examples/demo.yaml --folds 1 --seeds 3
	$(PYTHON_IN_VENV) -m benchmarks.tracker
	$(PYTHON_IN_VENV) -m benchmarks.networks
	$(PYTHON_IN_VENV) -m benchmarks.planted_number

# The network that begins with ImageNet's weights, beside another configuration on the same data.
FRAMES ?= examples/frames.yaml
BESIDE ?= examples/demo.yaml
bench-pretrained: setup
	$(CLIPGATE) demo-data demo/data
	$(PYTHON_IN_VENV) -m benchmarks.pretrained --config $(FRAMES) --beside $(BESIDE)
	$(PYTHON_IN_VENV) -m benchmarks.recipes --annotations demo/data/annotations.csv --videos demo/data
	$(PYTHON_IN_VENV) -m benchmarks.recipes --postures

# Installs PyTorch beside the project, which takes a few gigabytes.
bench-pytorch: setup
	$(PYTHON_IN_VENV) -m benchmarks.train_step

# Imported weights beside the networks that they are from; installs PyTorch and TensorFlow's models beside the project.
bench-weights: setup
	$(PYTHON_IN_VENV) -m benchmarks.imported_weights

# What the gate's verdicts are worth: half an hour. EVERY=1 takes hours.
EVERY ?= 31
bench-gate: setup
	$(PYTHON_IN_VENV) -m benchmarks.gate --every $(EVERY)
	$(PYTHON_IN_VENV) -m benchmarks.gate_folds

# Kills, full disks (as root) and damaged files; hours.
faults: setup
	$(PYTHON_IN_VENV) -m benchmarks.faults

# Fifty runs, before each of which somebody has changed something; half an hour.
year: setup
	$(PYTHON_IN_VENV) -m benchmarks.year

# Damaged videos by the thousand.
fuzz: setup
	$(PYTHON_IN_VENV) -m benchmarks.mutated_videos

# These need a pushed model, such as that of `make demo`.
MODEL ?= demo/run/serving/action
CONFIG ?= examples/demo.yaml
MINUTES ?= 10
FLOOD_SECONDS ?= 600
LABELLED = --annotations demo/data/annotations.csv --videos demo/data --model $(MODEL)

bench-checks: setup
	$(PYTHON_IN_VENV) -m benchmarks.planted_defects
	$(PYTHON_IN_VENV) -m benchmarks.checking
	$(PYTHON_IN_VENV) -m benchmarks.fixing
	$(PYTHON_IN_VENV) -m benchmarks.swapped_labels $(LABELLED)
	$(PYTHON_IN_VENV) -m benchmarks.looks
	$(PYTHON_IN_VENV) -m benchmarks.doubtful_bounds $(LABELLED)
	$(PYTHON_IN_VENV) -m benchmarks.doubtful_bounds $(LABELLED) --shaken

# Lists of a hundred thousand clips in the browser's server; and what clicks mend, which takes half an hour and Chromium.
bench-review: setup browser
	$(PYTHON_IN_VENV) -m benchmarks.review
	$(PYTHON_IN_VENV) -m benchmarks.review_map
	$(PYTHON_IN_VENV) -m benchmarks.reviewing_by_clicks

# The pictures of docs/review.md; after make demo.
review-pictures: setup browser
	$(PYTHON_IN_VENV) -m benchmarks.review_pictures --config $(CONFIG)

# What is annotated first by `clipgate suggest`, beside random clips, on the demo and on DATA: a folder with annotations.csv.
DATA ?=
bench-suggest: setup
	$(CLIPGATE) demo-data demo/data
	$(PYTHON_IN_VENV) -m benchmarks.suggesting --config examples/frames.yaml
	$(if $(DATA),$(PYTHON_IN_VENV) -m benchmarks.suggesting --annotations $(DATA)/annotations.csv --videos $(DATA))

bench-serving: setup
	$(PYTHON_IN_VENV) -m benchmarks.serving --model $(MODEL)

# What `clipgate watch` finds of planted drift, and how often it is alarmed by none; half an hour.
bench-watch: setup
	$(PYTHON_IN_VENV) -m benchmarks.drift --config $(CONFIG)

# Models as files for small devices, beside the models; and which networks can be such files.
bench-devices: setup
	$(CLIPGATE) demo-data demo/data
	$(CLIPGATE) run --config examples/demo.yaml
	$(CLIPGATE) run --config examples/frames.yaml
	$(CLIPGATE) run --config examples/stream.yaml
	$(PYTHON_IN_VENV) -m benchmarks.devices --config examples/demo.yaml --config examples/frames.yaml --config examples/stream.yaml
	$(PYTHON_IN_VENV) -m benchmarks.convertible

# Good clients of `clipgate serve` beside those that want its memory, connections and time.
bench-serve-hostile: setup
	$(PYTHON_IN_VENV) -m benchmarks.flood --model $(MODEL) --seconds $(FLOOD_SECONDS)

# Good and hostile requests to `clipgate serve`.
soak: setup
	$(PYTHON_IN_VENV) -m benchmarks.soak_server --model $(MODEL) --minutes $(MINUTES)

# The compiled demo by Kubeflow's own executables, without a cluster; without them by stand-ins. Needs root on Linux.
.PHONY: kubeflow-check
kubeflow-check: setup
	$(PYTHON_IN_VENV) -m benchmarks.kubeflow $(if $(DRIVER),--driver $(DRIVER)) $(if $(LAUNCHER),--launcher $(LAUNCHER))

# The data stages on Flink with two nodes on this machine beside the same stages here, with parts of the cluster killed, and the speed of two nodes
# beside one; a whole run; clusters that lack something; and ingest on Spark. PARTS="stages kills" does some of these. Needs root on Linux, Java 17 with
# its compiler, Maven and a network.
PARTS ?= stages kills rates run faults spark
.PHONY: cluster-check
cluster-check: setup
	$(PYTHON_IN_VENV) -m benchmarks.engine --parts $(PARTS)

setup:
	@requirements/install.sh $(STACK)

browser:
	@requirements/browser.sh

lock: setup
	cd requirements && ../.setup/uv/bin/uv pip compile -q --generate-hashes --python-version 3.10 \
	  --python-platform x86_64-manylinux_2_28 tfx116.in -o tfx116.txt
	cd requirements && ../.setup/uv/bin/uv pip compile -q --generate-hashes --python-version 3.11 --universal \
	  tfx121.in -o tfx121.txt

clean:
	rm -rf demo runs .venv .setup
