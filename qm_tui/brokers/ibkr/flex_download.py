"""A statement on its way into a file: what can be told of it while it passes by."""

import datetime as dt
import os
import re
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.brokers.ibkr.flex_outline import day_order
from qm_tui.brokers.ibkr.flex_values import Clock, identifier
from qm_tui.domain.batches import Coverage

_CARRIED = 64 * 1024
_TAIL = 4 * 1024
_STATEMENTS_AT_MOST = 100_000
_STATEMENT = re.compile(rb"<FlexStatement(?=[\s/>])([^<>]*)>")
_ATTRIBUTE = re.compile(rb"""\b(accountId|fromDate|toDate)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_END = b"</FlexQueryResponse"
_EMPTY_ROOT = re.compile(rb"<FlexQueryResponse\b[^<>]*/>\s*\Z")

# Something happened or is there: rows of these kinds, or money. The sections that are true of any
# account at any time (who it is, exchange rates, sums of nothing) say nothing.
_LIFE = re.compile(
    rb"<(?:Trade|Order|Lot|TradeConfirm|CashTransaction|Transfer|OptionEAE|CorporateAction|"
    rb"OpenPosition|StatementOfFundsLine|InterestAccrualsCurrency|ChangeInDividendAccrual|"
    rb"OpenDividendAccrual|TierInterestDetail)\s"
    rb"""|\b(?:startingCash|endingCash|startingValue|endingValue|total)\s*=\s*["']-?[0.]*[1-9]"""
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A statement that came to its end."""

    path: Path
    spans: tuple[Coverage, ...]
    """Whose it is and of which days, as far as it says; account "" where it does not."""
    statements: int
    alive: bool
    """Whether it tells of anything at all."""


class Download:
    """One file that is being written; removed unless it is kept.

    Raises:
        BrokerUnavailable: the disk does not take it; in words.
    """

    def __init__(self, folder: Path) -> None:
        self.size = 0
        self._carry = b""
        self._tail = b""
        self._said: list[dict[bytes, str]] = []
        self._statements = 0
        self._alive = False
        try:
            # Readable by nobody else from the first moment.
            handle, name = tempfile.mkstemp(prefix="flex-", suffix=".xml", dir=folder)
        except OSError as error:
            raise _unwritable(folder, error) from None
        self.path = Path(name)
        self._file = os.fdopen(handle, "wb")

    def write(self, piece: bytes) -> None:
        """Take a piece."""
        try:
            self._file.write(piece)
        except OSError as error:
            raise _unwritable(self.path.parent, error) from None
        self.size += len(piece)
        self._look(piece)

    @property
    def whole(self) -> bool:
        """Tell whether what came ends as a statement ends."""
        return _END in self._tail or _EMPTY_ROOT.search(self._tail) is not None

    def kept(self, zone: ZoneInfo) -> Arrived:
        """Close the file; it is the caller's now."""
        try:
            self._file.close()
        except OSError as error:
            raise _unwritable(self.path.parent, error) from None
        return Arrived(
            path=self.path,
            spans=_spans(self._said, Clock(zone, lambda: day_order(self.path))),
            statements=self._statements,
            alive=self._alive,
        )

    def discard(self) -> None:
        """Close and remove the file; may be called twice."""
        with suppress(OSError):  # it goes anyway
            self._file.close()
        self.path.unlink(missing_ok=True)

    def _look(self, piece: bytes) -> None:
        text = self._carry + piece
        end = 0
        for found in _STATEMENT.finditer(text):
            end = found.end()
            self._statements += 1
            if len(self._said) < _STATEMENTS_AT_MOST:
                self._said.append(
                    {
                        said[1]: unescape((said[2] or said[3] or b"").decode("utf-8", "replace"))
                        for said in _ATTRIBUTE.finditer(found[1])
                    }
                )
        if not self._alive:
            self._alive = _LIFE.search(text) is not None
        # A tag that is not whole yet waits for the rest of it.
        last = text.rfind(b"<")
        self._carry = text[last:][-_CARRIED:] if last >= end else b""
        self._tail = (self._tail + piece)[-_TAIL:]


def _spans(said: Sequence[dict[bytes, str]], clock: Clock) -> tuple[Coverage, ...]:
    found: dict[Coverage, None] = {}
    for told in said:
        try:
            first, last = clock.day(told.get(b"fromDate", "")), clock.day(told.get(b"toDate", ""))
        except (ValueError, BrokerRefused):
            continue
        if first is not None and last is not None and first <= last:
            account = identifier(told.get(b"accountId")) or ""
            found[Coverage(account=account, from_date=first, to_date=last)] = None
    return tuple(found)


def _unwritable(folder: Path, error: OSError) -> BrokerUnavailable:
    why = (error.strerror or "unknown reason").lower()
    return BrokerUnavailable(
        f"The statement cannot be written into {folder}: {why}. Make room there, or check who may "
        "write to it."
    )


def first_day(spans: Sequence[Coverage]) -> dt.date | None:
    """Return the earliest day of all."""
    return min((told.from_date for told in spans), default=None)
