"""The client library of Tastytrade: imported late, its voice kept down."""

import importlib
import logging
import ssl
from functools import cache
from types import ModuleType

_LOUD = ("tastytrade", "httpx2", "httpcore2")


@cache
def library() -> ModuleType:
    """Import the client library; blocks for a second, so call it in a thread.

    Importing it sets its logger to DEBUG, where it would write out what accounts hold and the
    token they are asked with. The HTTP library names every address with its account.
    """
    module = importlib.import_module("tastytrade")
    importlib.import_module("httpx2")
    for name in _LOUD:
        logging.getLogger(name).setLevel(logging.WARNING)
    return module


@cache
def certificates() -> ssl.SSLContext:
    """Read which certificates are trusted, once: it takes its time, so call it in a thread.

    Raises:
        OSError, ssl.SSLError: the environment names some that cannot be read.
    """
    import httpx2  # noqa: PLC0415 - only when asked

    return httpx2.create_ssl_context()
