"""One look over a Flex file before it is read: its hash, and what its statements contain."""

import datetime as dt
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.ibkr.flex_refusals import nothing_to_read, refusal
from qm_tui.brokers.ibkr.flex_values import Clock, DayOrder
from qm_tui.brokers.quoting import quoted

QUIET_AT_MOST = 16 * 1024 * 1024
"""So many bytes without an element are no statement any more."""

_CHUNK = 1024 * 1024

_TAG = rb"""(?:[^<>"']|"[^"]*"|'[^']*')*"""
_STATEMENT = re.compile(rb"<FlexStatement(?=[\s/>])(" + _TAG + rb")>")
_TRADE = re.compile(rb"<Trade(?:Confirm(?:ation)?)?(?=[\s/>])(" + _TAG + rb")>")
_CASH = re.compile(rb"<CashTransaction(?=[\s/>])(" + _TAG + rb")>")
_LEVEL = re.compile(rb"""\blevelOfDetail\s*=\s*["']\s*([^"'\s]*)""")
_ATTRIBUTE = re.compile(rb"""([\w.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_CONFIRMATIONS = re.compile(rb"<TradeConfirms(?=[\s/>])")
_QUERY_TYPE = re.compile(rb"<FlexQueryResponse\b(" + _TAG + rb")>")
_SLASHES = re.compile(
    rb"(?:[dD]ate|[dD]ateTime|[tT]ime|expiry|maturity|whenGenerated|whenRealized|whenReopened)"
    rb"""\s*=\s*["']\s*(\d{1,2})/(\d{1,2})/\d{2}"""
)


@dataclass(slots=True)
class StatementOutline:
    """What one FlexStatement contains, as far as its rows depend on each other."""

    executions: bool = False
    """There are rows of single fills."""
    cash_details: bool = False
    """There are rows of single cash movements."""


@dataclass(slots=True)
class Outline:
    """A file before it is read."""

    sha256: str = ""
    size: int = 0
    confirmation: bool = False
    """A trade confirmation query, not an activity one."""
    statements: list[StatementOutline] = field(default_factory=list)
    generated: list[str] = field(default_factory=list)
    """When the statements were made, as they say it."""


def outline(path: Path) -> Outline:
    """Look over the file, once.

    Raises:
        BrokerRefused: it cannot be read, or is no Flex statement.
    """
    found = Outline()
    digest = hashlib.sha256()
    head = b""
    carry = b""
    quiet = 0
    for chunk in _chunks(path):
        digest.update(chunk)
        found.size += len(chunk)
        if not head:
            head = chunk
            _check_head(head, path.name)
            found.confirmation = _is_confirmation(head)
        quiet = 0 if b"<" in chunk else quiet + len(chunk)
        if quiet >= QUIET_AT_MOST:
            raise nothing_to_read(path.name, found.size - quiet)
        piece = carry + chunk
        # What stands before the last `<` is whole; the rest waits for the next piece.
        end = piece.rfind(b"<")
        _look(piece[: max(end, 0)], found)
        carry = piece[max(end, 0) :][-_CHUNK:]
    if not head:
        _check_head(b"", path.name)
    _look(carry, found)
    if not found.statements:
        raise BrokerRefused(
            f"{quoted(path.name)} is a Flex answer without a statement inside: the query found no "
            "account or no period. Check the accounts and the period of the Flex query."
        )
    found.sha256 = digest.hexdigest()
    return found


def day_order(path: Path) -> DayOrder:
    """Tell from all dates of a file whether 05/01 is in May or in January.

    Raises:
        BrokerRefused: it cannot be told.
    """
    day_first = month_first = False
    carry = b""
    for chunk in _chunks(path):
        piece = carry + chunk
        for match in _SLASHES.finditer(piece):
            day_first = day_first or int(match[1]) > 12
            month_first = month_first or int(match[2]) > 12
        carry = piece[-128:]
    if day_first is not month_first:
        return DayOrder.DAY_FIRST if day_first else DayOrder.MONTH_FIRST
    why = "uses both dd/MM and MM/dd" if day_first else "does not show whether it is dd/MM or MM/dd"
    raise BrokerRefused(
        f"{quoted(path.name)} writes its dates with slashes and {why}. Set Date Format to yyyyMMdd "
        "in the Flex query (Delivery Configuration → General Configuration) and download it again."
    )


def newest(generated: list[str], zone: ZoneInfo, path: Path) -> dt.datetime | None:
    """Return the latest of the times at which statements were made.

    Raises:
        BrokerRefused: the order of day and month cannot be told.
    """
    clock = Clock(zone, lambda: day_order(path))
    times = []
    for text in generated:
        try:
            at = clock.moment(text).at
        except ValueError:
            continue
        if at is not None:
            times.append(at)
    return max(times, default=None)


def _chunks(path: Path) -> Iterator[bytes]:
    if path.exists() and not path.is_dir() and not path.is_file():
        raise BrokerRefused(f"{quoted(path.name)} is no file. Name a file with a Flex statement.")
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError as error:
        what = "is a folder" if path.is_dir() else (error.strerror or "cannot be read").lower()
        raise BrokerRefused(
            f"{quoted(path.name)} cannot be read: {what}. Name a file that holds a Flex statement."
        ) from None


def _check_head(head: bytes, name: str) -> None:
    refused = refusal(head, name)
    if refused is not None:
        raise refused


def _is_confirmation(head: bytes) -> bool:
    root = _QUERY_TYPE.search(head)
    return bool(root and re.search(rb"""\btype\s*=\s*["']TCF["']""", root[1]))


def _look(piece: bytes, found: Outline) -> None:
    """Look at a piece that ends between two tags."""
    begin = 0
    for match in _found(_STATEMENT, b"<FlexStatement", piece, 0, len(piece)):
        _look_inside(piece, begin, match.start(), found)
        begin = match.end()
        found.statements.append(StatementOutline())
        attributes = {m[1]: m[2] or m[3] or b"" for m in _ATTRIBUTE.finditer(match[1])}
        found.generated.append(attributes.get(b"whenGenerated", b"").decode("utf-8", "replace"))
    _look_inside(piece, begin, len(piece), found)


def _look_inside(piece: bytes, begin: int, end: int, found: Outline) -> None:
    if not found.statements or begin >= end:
        return
    if any(True for _ in _found(_CONFIRMATIONS, b"<TradeConfirms", piece, begin, end)):
        found.confirmation = True
    statement = found.statements[-1]
    if not statement.executions:
        statement.executions = _any_level(
            _found(_TRADE, b"<Trade", piece, begin, end), b"EXECUTION"
        )
    if not statement.cash_details:
        statement.cash_details = _any_level(
            _found(_CASH, b"<CashTransaction", piece, begin, end), b"DETAIL"
        )


def _found(
    tag: re.Pattern[bytes], beginning: bytes, piece: bytes, begin: int, end: int
) -> Iterator[re.Match[bytes]]:
    """Find tags; by their plain beginning first, which is many times faster."""
    while (begin := piece.find(beginning, begin, end)) >= 0:
        match = tag.match(piece, begin, end)
        if match is not None:
            yield match
        begin = match.end() if match else begin + 1


def _any_level(rows: Iterable[re.Match[bytes]], level: bytes) -> bool:
    """Tell whether a row of this level is there; a row without a level is of the finest."""
    for row in rows:
        stated = _LEVEL.search(row[1])
        if stated is None or stated[1].upper() in {b"", level}:
            return True
    return False
