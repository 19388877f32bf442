"""Options for Beam, which runs ingest, statistics, Transform and evaluation."""

from pipeline.plan import Plan


def ingest_beam_args(decoders: int | None) -> list[str]:
    """Beam's options for ingest. One worker is enough, since it waits for the `decoders`; None: one a CPU core."""
    args = ["--direct_running_mode=in_memory", "--direct_num_workers=1"]
    return args if decoders is None else [*args, f"--decoders={decoders}"]


def beam_args(plan: Plan) -> list[str]:
    """Beam's options for all steps. FnApiRunner is named, since newer default runners download a binary at start."""
    beam = plan.config.beam
    mode = "multi_processing" if beam.workers > 1 else "in_memory"
    args = ["--runner=FnApiRunner", f"--direct_running_mode={mode}", f"--direct_num_workers={beam.workers}"]
    if not any(arg.startswith("--runner") for arg in beam.args):
        # Without this option, which nothing reads here, TFX packs its own sources for workers elsewhere, for each component.
        args.append("--sdk_container_image=none")
    return [*args, *beam.args]
