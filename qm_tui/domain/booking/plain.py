"""The facts of a booking group on their way to where they are booked: plain rows, quick to carry.

Numbers, days and times are texts, as the store writes them. Whoever loads them in the process that
answers keys need not make a single Decimal; whoever books them does, perhaps in another process.
"""

import datetime as dt
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from qm_tui.domain.booking.events import Pick
from qm_tui.domain.booking.facts import (
    ActionFact,
    CashFact,
    ClosedLotFact,
    GroupFacts,
    OptionEventFact,
    StatementFact,
    TradeFact,
    TransferFact,
    TransferLotFact,
    YearEndPrice,
)
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.securities import AccountRules, Security

Row = tuple[Any, ...]

KINDS: dict[str, type[Any]] = {
    "trades": TradeFact,
    "closed_lots": ClosedLotFact,
    "cash_transactions": CashFact,
    "transfers": TransferFact,
    "transfer_lots": TransferLotFact,
    "corporate_actions": ActionFact,
    "option_events": OptionEventFact,
    "statement_lines": StatementFact,
}
"""Table → the kind of fact that its rows are."""
_FIELDS = {
    "trades": "trades",
    "closed_lots": "closed_lots",
    "cash_transactions": "cash",
    "transfers": "transfers",
    "transfer_lots": "transfer_lots",
    "corporate_actions": "actions",
    "option_events": "option_events",
    "statement_lines": "statement_lines",
}
"""Table → the field of `GroupFacts`."""


class Place(NamedTuple):
    """A booking group: whose it is, and the instrument that it is named after."""

    taxpayer: str
    root: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainGroup:
    """All that is known of one booking group."""

    place: Place
    members: tuple[int, ...]
    """Every instrument that is tied, under all of its names."""
    same: Mapping[int, int]
    """Instrument → the one that stands for it, where that is another one."""
    securities: tuple[Security, ...]
    accounts: tuple[AccountRules, ...]
    base_currencies: Mapping[int, str | None] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    """Table → rows, with a column for each field of the fact, in that order."""
    year_end_prices: tuple[YearEndPrice, ...] = ()
    rates: Mapping[tuple[str, dt.date], Decimal] = field(default_factory=dict)
    chosen_lots: Mapping[int, tuple[Pick, ...]] = field(default_factory=dict)
    reported: Mapping[tuple[int, int], Decimal] = field(default_factory=dict)
    agreed: Mapping[tuple[int, int], dt.date] = field(default_factory=dict)
    policy: Policy = DEFAULT_POLICY
    """The switches as the user set them."""

    @property
    def size(self) -> int:
        """How many facts there are."""
        return sum(len(rows) for rows in self.rows.values())


_decimal = lru_cache(maxsize=65_536)(Decimal)
"""Round lots, the same prices and nought come again and again."""
_day = lru_cache(maxsize=16_384)(dt.date.fromisoformat)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + "+00:00")


def _converter(hint: Any) -> Callable[[Any], Any] | None:
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for kind in kinds:
        if kind is Decimal:
            return _decimal
        if kind is dt.datetime:
            return _moment
        if kind is dt.date:
            return _day
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return {member.value: member for member in kind}.__getitem__
    return None


class _Codec:
    """Makes facts of one kind from plain rows."""

    def __init__(self, kind: type[Any]) -> None:
        hints = typing.get_type_hints(kind)
        names: tuple[str, ...] = kind._fields
        self._make: Callable[[list[Any]], Any] = kind._make
        self._security = names.index("security")
        self._texts = [
            (place, convert)
            for place, name in enumerate(names)
            if (convert := _converter(hints[name])) is not None
        ]

    def facts(self, rows: Sequence[Row], same: Mapping[int, int]) -> list[Any]:
        """Make the facts of rows."""
        made = []
        security, texts, make = self._security, self._texts, self._make
        for row in rows:
            values = list(row)
            for place, convert in texts:
                value = values[place]
                if value is not None:
                    values[place] = convert(value)
            if same:
                values[security] = same.get(values[security], values[security])
            made.append(make(values))
        return made


_CODECS = {table: _Codec(kind) for table, kind in KINDS.items()}


def facts_of(group: PlainGroup) -> GroupFacts:
    """Make the facts of a group from its plain rows."""
    made: dict[str, Any] = {
        _FIELDS[table]: _CODECS[table].facts(rows, group.same) for table, rows in group.rows.items()
    }
    return GroupFacts(
        securities={security.id: security for security in group.securities},
        accounts={account.id: account for account in group.accounts},
        base_currencies=group.base_currencies,
        year_end_prices=group.year_end_prices,
        rates=group.rates,
        chosen_lots=group.chosen_lots,
        reported=group.reported,
        agreed=group.agreed,
        **made,
    )
