"""Why a request has no answer, in the codes that gRPC and TensorFlow share. No TensorFlow here."""

import grpc

# Details travel in a header, which clients accept up to 8 KiB.
_MAX_MESSAGE_CHARACTERS = 2000

_CODES = {code.value[0]: code for code in grpc.StatusCode}


class ServeError(Exception):
    """The answer to a request that cannot be served."""

    def __init__(self, code: grpc.StatusCode, message: str) -> None:
        """`code`: one of `grpc.StatusCode`; `message`: for the client."""
        self.code = code
        self.message = message[:_MAX_MESSAGE_CHARACTERS]
        super().__init__(self.message)


def invalid(message: str) -> ServeError:
    """INVALID_ARGUMENT: the request itself is wrong."""
    return ServeError(grpc.StatusCode.INVALID_ARGUMENT, message)


def code_of_number(number: int) -> grpc.StatusCode:
    """The code with a number of TensorFlow's `error::Code`, which are gRPC's."""
    return _CODES.get(number, grpc.StatusCode.UNKNOWN)
