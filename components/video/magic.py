"""Is a file a video? Its first bytes decide, not its name."""

from enum import Enum, auto
from pathlib import Path

# As much of a file's beginning as these functions need.
HEAD_SIZE = 1024
# (bytes before a packet's sync byte, packet size): MPEG-TS, and M2TS as camcorders write it.
_TRANSPORT_STREAMS = ((0, 188), (4, 192))
_SYNC = b"\x47"
_OTHER_SIGNATURES = (
    b"OggS",
    b"\x30\x26\xb2\x75\x8e\x66\xcf\x11",  # ASF
    b"\x00\x00\x01\xba",  # MPEG program stream
    b"\x00\x00\x01\xb3",  # MPEG video
    b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02",  # MXF
    b"\x1f\x07\x00\x3f",  # DV
    b"\x1f\x07\x00\xbf",
)
_NO_TIMES = (
    "raw {}, which does not say when a picture is shown; put it into a container (ffmpeg -r 25 -i IN -c copy OUT.mp4)"
)
_REFUSED = (
    ((b"GIF87a", b"GIF89a"), "a GIF; convert it (ffmpeg -i IN OUT.mp4)"),
    ((b"\x00\x00\x00\x01\x40\x01", b"\x00\x00\x01\x40\x01", b"\x00\x00\x00\x01\x46\x01"), _NO_TIMES.format("H.265")),
    (tuple(b"\x00\x00\x00\x01" + bytes([kind]) for kind in (0x09, 0x27, 0x47, 0x67)), _NO_TIMES.format("H.264")),
    (tuple(b"\x00\x00\x01" + bytes([kind]) for kind in (0x09, 0x27, 0x47, 0x67)), _NO_TIMES.format("H.264")),
)


class Container(Enum):
    """Containers of video, as far as they differ in what may be believed of their headers."""

    ISO_MEDIA = auto()  # MP4, MOV, 3GP
    MATROSKA = auto()  # MKV, WebM
    AVI = auto()
    FLV = auto()
    OTHER = auto()

    @property
    def states_length_of_streams(self) -> bool:
        """Whether the header says how long the pictures last, whatever the sound does."""
        return self in (Container.ISO_MEDIA, Container.AVI)

    @property
    def states_length_of_file(self) -> bool:
        """Whether it says only how long everything lasts. What FFmpeg says of other containers is measured, or guessed."""
        return self in (Container.MATROSKA, Container.FLV)


def container_of(head: bytes) -> Container | None:
    """Which container a file has that begins with `head`; None if that is no video."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp"):
        return Container.ISO_MEDIA
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return Container.MATROSKA
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return Container.AVI
    if head.startswith(b"FLV\x01"):
        return Container.FLV
    return Container.OTHER if head.startswith(_OTHER_SIGNATURES) or _is_transport_stream(head) else None


def _is_transport_stream(head: bytes) -> bool:
    """Whether packets follow one another: three from the beginning on; of a stream that was cut, four somewhere."""
    for offset, size in _TRANSPORT_STREAMS:
        for first in range(size):
            num_packets = 3 if first == offset else 4
            is_regular = head[first : first + num_packets * size : size] == _SYNC * num_packets
            if is_regular and head[first : first + size] != _SYNC * size:
                return True
    return False


def is_video_file(path: Path) -> bool:
    """Whether the file begins like a container that can hold video (MP4/MOV/3GP, MKV/WebM, AVI, MPEG, FLV, ASF, ...)."""
    try:
        return container_of(read_head(path)) is not None
    except OSError:
        return False


def why_no_video(head: bytes) -> str:
    """Why a file that begins with `head` is no video, to be said; nothing if it is one."""
    if container_of(head):
        return ""
    for signatures, name in _REFUSED:
        if head.startswith(signatures):
            return f"it is {name}"
    return "its first bytes are those of no video container"


def read_head(path: Path) -> bytes:
    """As much of the file's beginning as these functions need."""
    with path.open("rb") as file:
        return file.read(HEAD_SIZE)


def keeps_promises(path: Path, head: bytes) -> bool:
    """Whether a length that the header states is one that was once there. In an AVI file that is whole it may be anything."""
    kind = container_of(head)
    if kind is Container.AVI:
        return 8 + int.from_bytes(head[4:8], "little") > path.stat().st_size
    return kind is not None and (kind.states_length_of_streams or kind.states_length_of_file)
