"""Videos that are named by their address in the cloud or on the web; below data.videos they are found by file name."""

from urllib.parse import unquote, urlsplit

from components.annotations.readers.values import BadValueError
from components.annotations.records.reasons import Reason

_SCHEMES = ("gs://", "s3://", "http://", "https://")


def is_uri(text: str) -> bool:
    """Tell whether `text` is an address in Cloud Storage, on S3 or on the web."""
    return text.lower().startswith(_SCHEMES)


def name_of_uri(uri: str) -> str:
    """The file name in an address: gs://bucket/folder/x.mp4 gives x.mp4."""
    path = uri
    if uri.lower().startswith(("http://", "https://")):
        # Web addresses are quoted and may have a signature; addresses in buckets are not quoted.
        try:
            path = unquote(urlsplit(uri).path)
        except ValueError as error:
            raise BadValueError(Reason.PATH_INVALID, f"not a web address: {error}", uri) from None
    name = path.rpartition("/")[2].strip()
    if not is_uri(uri) or name in ("", ".", ".."):
        raise BadValueError(Reason.PATH_INVALID, "expected the URI of a video, like gs://bucket/clip.mp4", uri)
    return name
