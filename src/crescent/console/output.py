"""What is shown may be lost, a run may not: standard streams whose reader goes away, or whose disk is full."""

import errno
import io
import os
import sys

GONE = (errno.EPIPE, errno.EIO)
"""The reader has ended (`| head`), or the terminal was closed: not worth a word, and nobody is there to read it."""


class Outlasting(io.FileIO):
    """The file behind a standard stream. When it can no longer be written, what comes after goes nowhere.

    `problem`: why that is, if it is something that a person should hear of.
    """

    problem: str | None = None

    def write(self, data: "bytes | bytearray | memoryview", /) -> int:  # type: ignore[override]
        """Write, or turn this descriptor, which child processes share, to the null device and write there."""
        try:
            return super().write(data)
        except OSError as error:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self.fileno())
            os.close(nowhere)
            if error.errno not in GONE:
                self.problem = error.strerror or type(error).__name__
                os.write(2, f"standard output cannot be written ({self.problem})\n".encode())
            return len(data)


def outlast() -> None:
    """Put `Outlasting` files behind standard output and standard error of this process."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        # Captured streams, as in tests or notebooks, are not ours.
        if stream is None or stream is not getattr(sys, f"__{name}__") or isinstance(_raw(stream), Outlasting):
            continue
        stream.flush()
        raw: io.RawIOBase = Outlasting(stream.fileno(), "w", closefd=False)
        lasting = io.TextIOWrapper(
            io.BufferedWriter(raw),
            encoding=stream.encoding,
            errors=stream.errors,
            line_buffering=stream.line_buffering,
            write_through=stream.write_through,
        )
        setattr(sys, name, lasting)
        setattr(sys, f"__{name}__", lasting)


def was_lost() -> bool:
    """Whether something that should have been on standard output could not be written, other than for a reader who
    went away."""
    if isinstance(raw := _raw(sys.stdout), Outlasting):
        sys.stdout.flush()
        return raw.problem is not None
    return False


def _raw(stream: object) -> object:
    return getattr(getattr(stream, "buffer", None), "raw", None)
