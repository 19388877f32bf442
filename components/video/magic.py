"""Is a file a video? Its first bytes decide, not its name."""

from pathlib import Path

# As much of a file's beginning as `is_video_head` needs.
HEAD_SIZE = 1024
# (offset of the first sync byte, packet size): MPEG-TS, and M2TS as camcorders write it.
_TRANSPORT_STREAMS = ((0, 188), (4, 192))


def is_video_file(path: Path) -> bool:
    """Whether the file begins like a container that can hold video (MP4/MOV/3GP, MKV/WebM, AVI, MPEG, FLV, ASF, Ogg)."""
    try:
        return is_video_head(read_head(path))
    except OSError:
        return False


def read_head(path: Path) -> bytes:
    """As much of the file's beginning as `is_video_head` needs."""
    with path.open("rb") as file:
        return file.read(HEAD_SIZE)


def is_video_head(head: bytes) -> bool:
    """Whether `head`, the first bytes of a file, is that of a video container."""
    if is_iso_media(head):
        return True
    if head.startswith((b"\x1a\x45\xdf\xa3", b"FLV\x01", b"OggS", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")):
        return True
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return True
    if head.startswith((b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")):
        return True
    return any(head[first : first + 3 * size : size] == b"\x47" * 3 for first, size in _TRANSPORT_STREAMS)


def is_iso_media(head: bytes) -> bool:
    """Whether `head` is that of MP4, MOV or 3GP."""
    return head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp")
