"""A transaction as it is told, by the API or by an export, before it is known what it became."""

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.domain.batches import Novelty
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Record
from qm_tui.domain.words import OpenClose

TRADE = "Trade"
RECEIVE_DELIVER = "Receive Deliver"
MONEY_MOVEMENT = "Money Movement"
ADMINISTRATIVE_TRANSFER = "Administrative Transfer"


class Told(NamedTuple):
    """What one row became."""

    records: tuple[Record, ...]
    novelties: tuple[Novelty, ...] = ()


class Verb(NamedTuple):
    """Bought (1) or sold (-1), and what that did to the position where it is said."""

    sign: int
    open_close: OpenClose | None = None

    @property
    def word(self) -> str:
        """What every source says of it."""
        return "buy" if self.sign > 0 else "sell"


class Entry(NamedTuple):
    """A transaction. Money is signed: paid is negative."""

    account: str
    document_row: int
    key: str
    type: str
    sub_type: str
    verb: Verb | None
    instrument: Instrument | None
    description: str | None
    quantity: Decimal | None
    """As it is written; unsigned nearly always."""
    price: Decimal | None
    value: Decimal | None
    """Before commission and fees."""
    net: Decimal | None
    fees: Decimal | None
    """All of them, and the commission."""
    executed_at: dt.datetime | None
    day: dt.date
    """The day in New York; of futures and their options the exchange's."""
    currency: str
    likeness: str
    transaction_id: str | None = None
    order_id: str | None = None
    exchange: str | None = None
    reverses: str | None = None
    """The id of the transaction that is taken back."""
    specific: Mapping[str, str] | None = None

    @property
    def reversed_key(self) -> str | None:
        """The key of the fact that is taken back."""
        return None if self.reverses is None else f"TX:{self.reverses}"

    @property
    def kind(self) -> str:
        """The sub type, however it is written."""
        return plain(self.sub_type)

    def units(self) -> Decimal:
        """Return how much there was of it, unsigned.

        Raises:
            BadRow: nobody says, or nothing.
        """
        if self.quantity is None:
            raise BadRow("quantity", "", "is missing")
        if not self.quantity:
            raise BadRow("quantity", str(self.quantity), "is zero")
        return abs(self.quantity)

    def held(self) -> Instrument:
        """Return what it is about.

        Raises:
            BadRow: it names no instrument.
        """
        if self.instrument is None:
            raise BadRow("symbol", "", "is missing")
        return self.instrument

    def with_terms(self, **more: Decimal | str | None) -> Mapping[str, str] | None:
        """Return what our fields have no room for, and some that the record leaves out."""
        said = dict(self.specific or {})
        said |= {name: str(value) for name, value in more.items() if value is not None}
        return said or None


_VERBS: Mapping[str, Verb] = {
    "buy": Verb(1),
    "bought": Verb(1),
    "buy to open": Verb(1, OpenClose.OPEN),
    "buy to close": Verb(1, OpenClose.CLOSE),
    "sell": Verb(-1),
    "sold": Verb(-1),
    "sell to open": Verb(-1, OpenClose.OPEN),
    "sell to close": Verb(-1, OpenClose.CLOSE),
}
_SEPARATORS = re.compile(r"[\s_/-]+")
_REMEMBERED = 1_024
"""Words; the broker has some dozens."""


@lru_cache(maxsize=_REMEMBERED)
def plain(words: str) -> str:
    """`BUY_TO_OPEN` and `Buy to Open` are one; so are `Receive/Deliver` and `Receive Deliver`."""
    return _SEPARATORS.sub(" ", words).strip().casefold()


def verb_of(*words: str | None) -> Verb | None:
    """Return what the first of some words that is a verb says."""
    for text in words:
        if text and (verb := _VERBS.get(plain(text))) is not None:
            return verb
    return None


class Deed(NamedTuple):
    """What was done: the words that many transactions share."""

    type: str
    sub_type: str
    verb: Verb | None
    what: str
    """As far as every source says it: of money only the type is sure."""


@lru_cache(maxsize=_REMEMBERED)
def deed_of(entry_type: str, sub_type: str, action: str | None) -> Deed:
    """Return what was done, from a row's own words."""
    kind, verb = type_of(entry_type), verb_of(action, sub_type)
    return Deed(kind, sub_type, verb, what_of(kind, sub_type, verb))


def what_of(entry_type: str, sub_type: str, verb: Verb | None) -> str:
    """Return what was done, as far as every source says it: of money only the type is sure."""
    if entry_type == MONEY_MOVEMENT:
        return ""
    return plain(sub_type) if verb is None else verb.word


_CAME = re.compile(r"\b(IN|INCOMING|RECEIVED?|FROM|DEPOSIT(ED)?|OPEN)\b")
_WENT = re.compile(r"\b(OUT|OUTGOING|DELIVER(ED)?|TO|WITHDRAWN?|SENT|REMOVAL|CLOSE)\b")
_SHORT = re.compile(r"\bSHORT\b")


class Way(NamedTuple):
    """Whether something came or went, and whether that is of a short position."""

    came: bool
    short: bool

    @property
    def sign(self) -> int:
        """The sign of the change: a short position that comes is negative."""
        return 1 if self.came is not self.short else -1


def way_of(description: str | None) -> Way | None:
    """Return what the words of a description say of it; None where they say both or nothing."""
    words = (description or "").upper()
    came, went = _CAME.search(words), _WENT.search(words)
    if (came is None) is (went is None):
        return None
    return Way(came is not None, _SHORT.search(words) is not None)


def unknown(entry: Entry) -> Novelty:
    """Return that a sub type, or an action, was met that this program does not know."""
    return Novelty(what="value", where=f"{entry.type}@transaction-sub-type", example=entry.sub_type)


_TYPES: Mapping[str, str] = {
    plain(name): name for name in (TRADE, RECEIVE_DELIVER, MONEY_MOVEMENT, ADMINISTRATIVE_TRANSFER)
}
_TYPES_BY_WORD = {name: name for name in _TYPES.values()} | {"receive and deliver": RECEIVE_DELIVER}


def type_of(text: str) -> str:
    """Return a type of transaction as it is known, or as it is written."""
    known = _TYPES_BY_WORD.get(text)
    if known is not None:
        return known
    words = plain(text)
    return _TYPES.get(words) or _TYPES_BY_WORD.get(words, text)
