"""What a terminal sends that is no UTF-8: `ä` of another time, or half of what was pasted."""

import sys
from codecs import IncrementalDecoder, getincrementaldecoder
from collections.abc import Callable
from functools import partial


def forgive_octets() -> None:
    """Have Textual read octets that mean nothing as `�`, where it would end the program."""
    if sys.platform != "win32":
        from textual.drivers import linux_driver  # noqa: PLC0415 - there is none on Windows

        vars(linux_driver)["getincrementaldecoder"] = _forgiving


def _forgiving(encoding: str) -> Callable[[], IncrementalDecoder]:
    return partial(getincrementaldecoder(encoding), errors="replace")
