"""Errors of requests, in the codes that gRPC and TensorFlow share. No TensorFlow here."""

import grpc

# Details travel in a header, which clients accept up to 8 KiB.
_MAX_MESSAGE_CHARACTERS = 2000

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class ServeError(Exception):
    """Says why a request is not answered; `message` is for the client."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        self.code = code
        self.message = message[:_MAX_MESSAGE_CHARACTERS]
        super().__init__(self.message)


class TooLargeError(ServeError):
    """A request has more bytes, or takes more memory, than one may."""

    def __init__(self, message: str) -> None:
        super().__init__(grpc.StatusCode.RESOURCE_EXHAUSTED, message)


def invalid(message: str) -> ServeError:
    return ServeError(grpc.StatusCode.INVALID_ARGUMENT, message)


def code_of_number(number: int) -> grpc.StatusCode:
    """The code for a number of TensorFlow's `error::Code`; the numbers are gRPC's."""
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)
