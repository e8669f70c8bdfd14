"""The client library of TWS and IB Gateway: imported late, its voice kept down, its losses counted.

It is the only place that imports it, and it wants a good deal of care: importing it asks for an
event loop, its information logs contain positions and its debug logs the whole wire, and a row that
it cannot decode is lost but for a line in a log.
"""

import asyncio
import contextlib
import dataclasses
import importlib
import logging
import re
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from typing_extensions import override

IB = Any
"""An `ib_insync.IB`. The library is imported late and hardly typed: its parts are `Any` here."""

_LOG = logging.getLogger(__name__)
_LOUD = ("ib_insync", "eventkit")
_SAID_BY_US = frozenset({"ib_insync.client", "ib_insync.wrapper"})
"""Connections that fail and messages of the gateway: told as well, in words for the user."""
_importing = threading.Lock()
_made_fit: list[ModuleType] = []


def library() -> ModuleType:
    """Import the client library, whatever the state of the event loop; blocks for a moment.

    `eventkit` takes hold of "the current event loop" when it is imported: where there is none, it
    fails or warns. It is given one; what it keeps is never used by what is called here.
    """
    with _importing:
        module = sys.modules.get("ib_insync") or _imported()
        if module not in _made_fit:
            _tame()
            _mend(module)
            _made_fit.append(module)
    return module


def _imported() -> ModuleType:
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        passing = asyncio.new_event_loop()
        asyncio.set_event_loop(passing)
        try:
            return importlib.import_module("ib_insync")
        finally:
            asyncio.set_event_loop(None)
            passing.close()
    asyncio.set_event_loop(running)
    return importlib.import_module("ib_insync")


def _mend(module: ModuleType) -> None:
    # It reads a coupon as the whole number that the default is: with 4.25 the details of the bond
    # would be lost.
    for field in dataclasses.fields(module.ContractDetails):
        if field.name == "coupon":
            field.default = 0.0
    # It writes out every position for its logs, also when nobody reads them: that takes more time
    # than decoding the row, and what is held is nobody's business there.
    module.Contract.__repr__ = module.Contract.__str__ = _called


def _called(contract: Any) -> str:
    return f"{type(contract).__name__}(…)"


def _tame() -> None:
    for name in _LOUD:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        # What it says of the wire is said by us, in words, where somebody can do something.
        logger.propagate = False
        if not any(isinstance(handler, _Discreet) for handler in logger.handlers):
            logger.addHandler(_Discreet())


_PERHAPS_PRIVATE = re.compile(r"\b[A-Z]{1,3}\d{5,}\w*|\b\d{6,}\w*|\d+\.\d+|'[^']*'|\([^()]*\)")


class _Discreet(logging.Handler):
    """Passes on what the library warns of, without accounts, amounts, contracts and fields."""

    @override
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage().partition(", contract:")[0].partition("Value ")[0]
        said = "".join(c if c.isprintable() else " " for c in said[:300])
        _LOG.log(
            logging.INFO if record.name in _SAID_BY_US else logging.WARNING,
            "%s: %s%s",
            record.name,
            _PERHAPS_PRIVATE.sub("…", said),
            _place(record.exc_info[1]) if record.exc_info else "",
        )


def _place(error: BaseException | None) -> str:
    """Say where an error came from, and not what it says: that may be anything."""
    if error is None or error.__traceback__ is None:
        return ""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f" {type(error).__name__} in {last.name}, {Path(last.filename).name}:{last.lineno}"


@dataclass(frozen=True, slots=True)
class Lost:
    """A row that the library could not decode and dropped."""

    message: int | None
    """The number of the kind of message, where that could be read."""
    fields: str
    """What it held."""
    reason: str


_NAMED = re.compile(r"Error for (\w+):")
_NUMBERED = re.compile(r"Error handling fields: \['(\d{1,4})'")
# Methods of the library's decoder that report under their own name → number of the message.
_MESSAGES = {
    "updateAccountValue": 6, "updateAccountTime": 8, "accountDownloadEnd": 54,
    "accountUpdateMulti": 73, "accountUpdateMultiEnd": 74, "positionEnd": 62, "execDetailsEnd": 55,
    "contractDetailsEnd": 52, "pnl": 94, "tickSize": 2, "tickGeneric": 45, "tickString": 46,
    "marketDataType": 58, "tickReqParams": 81, "tickSnapshotEnd": 57, "currentTime": 49,
}  # fmt: skip
_KEPT = 1000


class Losses(logging.Handler):
    """Counts and keeps the rows of one connection that were lost."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0
        self._rows: deque[Lost] = deque(maxlen=_KEPT)

    @override
    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        named = _NAMED.match(said)
        numbered = _NUMBERED.match(said)
        message = (
            _MESSAGES.get(named[1]) if named else int(numbered[1]) if numbered else None
        )  # fmt: skip
        why = record.exc_info[1] if record.exc_info else None
        fields = said.removeprefix("Error handling fields: ")
        # Errors of other kinds come from code that looked for what is not there.
        told = str(why) if isinstance(why, ValueError) else ""
        self.lose(Lost(message, fields, told or "not as expected"))

    def lose(self, row: Lost) -> None:
        """Count a row, and keep it while there are not too many."""
        self.count += 1
        self._rows.append(row)
        if self.count in {1, 10, 100, 1000} or self.count % 10_000 == 0:
            _LOG.warning("row %d could not be decoded (message %s)", self.count, row.message)

    def since(self, count: int, messages: Iterable[int]) -> list[Lost]:
        """Return what was lost after the first `count` rows and may be of these messages."""
        mine = frozenset(messages)
        new = self.count - count
        rows = list(self._rows)[-new:] if new else []
        found = [row for row in rows if row.message in mine or row.message not in _ALL]
        if new > len(rows):
            found.append(Lost(None, "", f"{new - len(rows)} rows before these were lost as well"))
        return found


# What a monitor hears. A number outside of these may stand in the place of any of them.
_ALL = frozenset(
    {1, 2, 4, 6, 7, 8, 9, 10, 11, 15, 18, 21, 45, 46, 49, 52, 54, 55, 57, 58, 59, 61, 62, 73, 74}
    | {81, 94}
)


def new_ib(module: ModuleType, zone: str, losses: Losses, failed: Callable[..., None]) -> IB:
    """Make an `IB` for one connection; another connection takes another one.

    An `IB` that was connected before shows positions that were closed meanwhile.

    Args:
        module: the library.
        zone: in which times without zone are meant.
        losses: hears of rows that cannot be decoded.
        failed: called as `failed(event, error)` when what is no message at all came in.
    """
    ib = module.IB()
    ib.TimezoneTWS = zone
    ib.RaiseRequestErrors = True
    # On 1102 the library subscribes to the account summary once more, each time anew: error 322.
    ib.errorEvent.clear()
    # A logger of its own: with the library's one could not tell whose row was lost.
    logger = logging.Logger("ib_insync.Decoder", logging.ERROR)  # noqa: LOG001 - nobody else's
    logger.addHandler(losses)
    ib.client.decoder.logger = logger
    _let_nothing_be_zero(ib.client.decoder.handlers)
    ib.client.conn.hasData.error_event.connect(failed, keep_ref=True)
    return ib


# Number of a message → where in it an empty field is not 0, which the library makes of it.
_NOT_ZERO = {59: (3,), 61: (-1,), 94: (2, 3, 4)}
_POSITION = 61
_CONTRACT = 3
_QUANTITY = -2


def _let_nothing_be_zero(handlers: dict[int, Callable[[list[str]], None]]) -> None:
    """Have commissions, costs and profits that are not said come as NaN instead of as 0.

    A position without quantity would even be one that was closed, and of several without a contract
    number the library keeps one: they are rows that cannot be read.
    """

    def mended(
        handle: Callable[[list[str]], None], places: tuple[int, ...], *, position: bool
    ) -> Callable[[list[str]], None]:
        def handler(fields: list[str]) -> None:
            if position and not fields[_QUANTITY].strip():
                raise ValueError("a position without quantity")
            if position and not fields[_CONTRACT].strip("0 "):
                raise ValueError("a position without contract number")
            for place in places:
                if fields[place] == "":
                    fields[place] = "nan"
            handle(fields)

        return handler

    for number, places in _NOT_ZERO.items():
        handlers[number] = mended(handlers[number], places, position=number == _POSITION)


def use_loop() -> None:
    """Make the running loop the current one: the library asks for that, and not every runner does.

    It is not so under `asyncio.Runner(loop_factory=…)` and other loops.
    """
    asyncio.set_event_loop(asyncio.get_running_loop())


def read_little(ib: IB, size: int) -> None:
    """Have at most `size` bytes decoded before the event loop turns.

    By default 256 KiB are read at a time, and decoding them takes more than 100 ms. Transports
    without that attribute read as they do.
    """
    transport = ib.client.conn.transport
    if hasattr(transport, "max_size"):
        transport.max_size = size


def messages_received(ib: IB) -> int:
    """Return how many messages have come over the connection.

    Not bytes: of a stream that lost its beat bytes go on to come, and nothing can be read of them.
    """
    return int(ib.client._numMsgRecv)  # noqa: SLF001 - connectionStats() fails after a loss


def come_so_far(ib: IB, key: str | int) -> int:
    """Return how many rows of an answer have come."""
    return len(ib.wrapper._results.get(key, ()))  # noqa: SLF001 - nothing public counts them


def give_up(ib: IB, key: str) -> None:
    """Have the library forget a question: it would add what is pushed to the answer for ever."""
    ib.wrapper._endReq(key)  # noqa: SLF001 - nothing public ends a request


def hang_up(ib: IB) -> None:
    """Close the socket. `IB.disconnect` fails before a connection is ready."""
    for event in (ib.errorEvent, ib.disconnectedEvent, ib.updateEvent):
        event.clear()
    transport = ib.client.conn.transport
    with contextlib.suppress(OSError):
        ib.client.disconnect()
    if transport is not None:
        transport.abort()  # what a hanging peer does not take must not hold the socket open
