"""Options for Beam, which runs ingest, statistics, Transform and evaluation."""

from pipeline.beam.config import BeamConfig, given_options

_NO_IMAGE = "--sdk_container_image=none"


def ingest_beam_args(decoders: int | None) -> list[str]:
    """Beam's options for ingest. One worker is enough, since it waits for the `decoders`; None: one a CPU core."""
    args = ["--direct_running_mode=in_memory", "--direct_num_workers=1"]
    return args if decoders is None else [*args, f"--decoders={decoders}"]


def beam_args(beam: BeamConfig) -> list[str]:
    """Beam's options for all steps. FnApiRunner is named, since newer default runners download a binary at start."""
    mode = "multi_processing" if beam.workers > 1 else "in_memory"
    args = ["--runner=FnApiRunner", f"--direct_running_mode={mode}", f"--direct_num_workers={beam.workers}"]
    given = given_options(beam.args)
    are_ours = beam.workers_at or beam.worker_command or not beam.is_elsewhere
    if are_ours and not (beam.runner is None and "--runner" in given) and "--sdk_container_image" not in given:
        # Without this option, which these workers do not read, TFX packs its own sources for them, for each component.
        args.append(_NO_IMAGE)
    return [*args, *beam.options]
