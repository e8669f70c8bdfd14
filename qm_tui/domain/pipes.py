"""Messages between our own processes, and how a child that only works lives.

A message is its length, then what it says, pickled: nobody else has the other end of such a pipe.
"""

import gc
import pickle
from collections.abc import Iterable
from typing import Any, BinaryIO

LENGTH = 4
"""Bytes that say how long a message is."""


def packed(message: object) -> bytes:
    """Make a message."""
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(LENGTH, "little") + data


def told(stream: BinaryIO) -> Any:
    """Take the next message; None where no more come."""
    length = stream.read(LENGTH)
    if len(length) < LENGTH:
        return None
    return pickle.loads(stream.read(int.from_bytes(length, "little")))  # noqa: S301 - see above


def tell(stream: BinaryIO, messages: Iterable[object]) -> None:
    """Send messages.

    Raises:
        BrokenPipeError: nobody listens any more.
    """
    stream.writelines(packed(message) for message in messages)
    stream.flush()


def work_undisturbed() -> None:
    """Let the garbage collector rest.

    Little of what a child makes for one answer makes cycles; looking for them again and again would
    cost a tenth of its time.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)
