"""Is a file a video? Its first bytes decide, not its name."""

from pathlib import Path

_HEAD_SIZE = 1024
_MPEG_TS_PACKET = 188


def is_video_file(path: Path) -> bool:
    """Whether the file begins like a container that can hold video (MP4/MOV/3GP, MKV/WebM, AVI, MPEG, FLV, ASF, Ogg)."""
    try:
        with path.open("rb") as file:
            return is_video_head(file.read(_HEAD_SIZE))
    except OSError:
        return False


def is_video_head(head: bytes) -> bool:
    """Whether `head`, the first bytes of a file, is that of a video container."""
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"styp"):
        return True
    if head.startswith((b"\x1a\x45\xdf\xa3", b"FLV\x01", b"OggS", b"\x30\x26\xb2\x75\x8e\x66\xcf\x11")):
        return True
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return True
    if head.startswith((b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3")):
        return True
    return len(head) > 2 * _MPEG_TS_PACKET and all(
        head[offset] == 0x47 for offset in (0, _MPEG_TS_PACKET, 2 * _MPEG_TS_PACKET)
    )
