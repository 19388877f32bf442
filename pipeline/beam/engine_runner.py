"""Beam's runner for job servers, with reading that all workers share, and jobs that end with whoever waits for them."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.io.iobase import BoundedSource, Read, SourceBundle
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.portable_runner import PortableRunner
from apache_beam.runners.runner import PipelineResult

from foundation.signals import signals_interrupt


class EngineRunner(PortableRunner):
    """Deals out what is read, and cancels the job of a run that is stopped.

    Beam's own reading begins with one element, and Flink leaves all that it becomes in one slot. A job that nobody waits for
    any more would keep its slots.
    """

    def apply(self, transform: beam.PTransform, input: Any, options: Any) -> Any:  # noqa: A002 - Beam's name
        if isinstance(transform, Read) and isinstance(transform.source, BoundedSource):
            return (
                input
                | beam.Impulse()
                | "Parts" >> beam.FlatMap(lambda _, source: parts_of(source), transform.source)
                | "Deal" >> beam.Reshuffle()
                | "Records" >> beam.FlatMap(records_of)
            )
        return super().apply(transform, input, options)

    def run_pipeline(self, pipeline: beam.Pipeline, options: PipelineOptions) -> PipelineResult:
        """Returns after the job has ended.

        Raises:
          KeyboardInterrupt: after the job was cancelled, by Ctrl-C or by a signal that ends processes.
        """
        result = super().run_pipeline(pipeline, options)
        with signals_interrupt():
            try:
                result.wait_until_finish()
            except KeyboardInterrupt:
                result.cancel()
                raise
        return result


def parts_of(source: BoundedSource) -> Iterator[SourceBundle]:
    """What can be read side by side, such as the files of a pattern. Of a compressed file no part can be read alone."""
    yield from source.split(Read.get_desired_chunk_size(source.estimate_size()))


def records_of(part: SourceBundle) -> Iterator[Any]:
    """What a part holds."""
    yield from part.source.read(part.source.get_range_tracker(part.start_position, part.stop_position))
