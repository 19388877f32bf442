"""A record that was packed, written and read again is the record that it was."""

import pickle
from dataclasses import asdict

from hypothesis import given
from hypothesis import strategies as st

from components.annotations.records.packing import RECORDS, SEGMENTS
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Mask, Record, Reject, Segment, Source, TimeUnit

NAMES = st.text(min_size=1, max_size=5)
SOURCES = st.builds(Source, NAMES, st.integers(1))
PLAIN = st.builds(Segment, NAMES, NAMES, SOURCES)
SEGMENT = st.builds(
    Segment,
    NAMES,
    NAMES,
    SOURCES,
    start=st.floats(0, 1),
    end=st.none() | st.floats(2, 3),
    time_unit=st.sampled_from(TimeUnit),
    group=st.none() | NAMES,
    split=st.sampled_from([None, "train"]),
    boxes=st.sampled_from([(), (Box(0.5, 0, 0, 1, 1),)]),
    masks=st.sampled_from([(), (Mask(0.5, png="m.png"),)]),
    metadata=st.dictionaries(NAMES, st.floats(0, 1), max_size=2),
    find_by=st.sampled_from(FindBy),
    looked_for=st.none() | st.tuples(NAMES),
    further_labels=st.sampled_from([(), ("sit",)]),
    same_span=st.just(()) | st.tuples(PLAIN),
)
REJECTS = st.builds(Reject, st.sampled_from(Reason), NAMES, st.none() | SOURCES)


@given(record=SEGMENT | REJECTS)
def test_records(record: Record) -> None:
    found = RECORDS.unpack(pickle.loads(pickle.dumps(RECORDS.pack(record))))
    assert found == RECORDS.unpack(RECORDS.pack(found)) == record
    assert asdict(found) == asdict(record)


@given(segments=st.lists(SEGMENT, max_size=3).map(tuple))
def test_segments_of_a_video(segments: tuple[Segment, ...]) -> None:
    assert SEGMENTS.unpack(pickle.loads(pickle.dumps(SEGMENTS.pack(segments)))) == segments
