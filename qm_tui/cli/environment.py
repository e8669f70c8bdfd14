"""What every command is given, the log it writes, and the failures it may meet."""

import datetime as dt
import logging
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import TextIO
from urllib.parse import quote

from typing_extensions import override

from qm_tui.config import Config, log_path
from qm_tui.credentials import Vault


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """Configuration, store, clock, and where to print: data to `out`, all else to `err`."""

    config: Config
    store_path: Path
    now: Callable[[], dt.datetime]
    out: TextIO
    err: TextIO
    vault: Vault = field(default_factory=lambda: Vault(os.environ))


def refusals() -> tuple[type[Exception], ...]:
    """Return the exceptions that speak to the user."""
    # Late: this is asked for only when something was raised.
    from qm_tui.book.child import BookingDied  # noqa: PLC0415
    from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable  # noqa: PLC0415
    from qm_tui.store.troubles import StoreRefused  # noqa: PLC0415

    return (BookingDied, BrokerRefused, BrokerUnavailable, StoreRefused)


def tell_of_a_bug(
    err: TextIO,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
) -> None:
    """Say in one line that the program failed; the log has the rest. A hook of the interpreter."""
    logging.getLogger(__name__).critical("a bug", exc_info=(kind, error, traceback))
    first = redacted(str(error).partition("\n")[0][:200])
    err.write(
        f"qm-tui: something went wrong that should not: {kind.__name__}: {first}\n"
        f"qm-tui: the details are in {log_path()}\n"
    )


_ACCOUNT = re.compile(r"\b(?:[A-Z]{1,3}\d{5,9}|\d[A-Z]{2}\d{5})\b")
_IN_ADDRESS = re.compile(r"(?<=[?&])(t|token|access_token|refresh_token)=[^&\s'\"]*")
_SHORTEST = 4
"""Characters: to hide every place of a shorter text would leave nothing to read."""
_secrets: set[str] = set()


def hide(secret: str) -> None:
    """Keep a secret out of the log from now on, whoever writes it."""
    if len(secret) >= _SHORTEST:
        _secrets.update({secret, quote(secret, safe="")})


def redacted(text: str) -> str:
    """Cut account numbers to their ends, and put dots in place of secrets."""
    for secret in _secrets:
        text = text.replace(secret, "…")
    text = _IN_ADDRESS.sub(r"\1=…", text)
    return _ACCOUNT.sub(lambda match: f"{match[0][:1]}…{match[0][-2:]}", text)


class _Redacting(logging.Formatter):
    """Writes one line an event, without account numbers and secrets."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        return redacted(super().format(record).replace("\n", " | "))


_TAMED = {
    # What they tell below these levels: every message with its figures, every address with its
    # query, every turn of the event loop.
    "alembic.runtime.plugins": logging.WARNING,
    "asyncio": logging.WARNING,
    "eventkit": logging.WARNING,
    "httpcore2": logging.WARNING,
    "httpx2": logging.WARNING,
    "aiosqlite": logging.WARNING,  # it writes out every row it is given
    "ib_insync": logging.WARNING,
    "keyring": logging.WARNING,
    "tastytrade": logging.INFO,
}


def log_to_file(level: str) -> None:
    """Write the log to the platform's state directory; without such a place there is no log."""
    path = log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = RotatingFileHandler(
            path, maxBytes=2_000_000, backupCount=3, delay=True, encoding="utf-8",
            errors="backslashreplace",
        )  # fmt: skip
    except OSError:
        return
    # A log that cannot be written (a full disk) must not write on the screen instead.
    logging.raiseExceptions = False
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name, least in _TAMED.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelNamesMapping()[level.upper()]))
