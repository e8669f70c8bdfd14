"""Which instruments are booked together: all that is tied, however long the chain."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, exists, or_, select

from qm_tui.domain.instruments import InstrumentType
from qm_tui.store.reading.booking_actions import action_ties
from qm_tui.store.reading.settings import tax_settings
from qm_tui.store.schema.instruments import instrument_aliases, instruments

_SHARES = (InstrumentType.EQUITY.value, InstrumentType.FUND.value)
_FUTURE, _FUTURE_OPTION = InstrumentType.FUTURE.value, InstrumentType.FUTURE_OPTION.value
_ON_FUTURES = (_FUTURE, _FUTURE_OPTION)
"""A future names its product, which may be some share's ticker too; an option on it, the future."""
_option = instruments.alias("option")
_other = instruments.alias("other")


class Forest:
    """Trees of instruments; one that is tied to nothing is a tree of its own."""

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}
        self._members: dict[int, list[int]] | None = None

    def tie(self, one: int, other: int) -> None:
        """Tie two instruments; the lower number is the root, whatever order ties come in."""
        first, second = self.root(one), self.root(other)
        lower, higher = min(first, second), max(first, second)
        self._parents[lower] = lower
        self._parents[higher] = lower

    def root(self, one: int) -> int:
        """Return what a tree is named after: the lowest number in it."""
        parents = self._parents
        while (parent := parents.get(one, one)) != one:
            parents[one] = one = parents[parent]
        return one

    def members(self, root: int) -> list[int]:
        """Return the instruments of a tree."""
        if self._members is None:
            self._members = defaultdict(list)
            for one in sorted(self._parents):
                self._members[self.root(one)].append(one)
        return self._members.get(root, [root])


@dataclass(frozen=True, slots=True)
class Ties:
    """How all instruments are tied for a taxpayer."""

    groups: Forest
    underlyings: Mapping[int, int]
    """Derivative → what it derives from."""
    identities: Mapping[int, int]
    """Instrument → the number of what the user calls substantially identical to it."""


def ties(connection: Connection, taxpayer: str) -> Ties:
    """Read how all instruments are tied for a taxpayer."""
    underlyings = dict(_by_symbol(connection))
    underlyings |= dict(_by_contract(connection))
    identities = identical(connection)
    groups = Forest()
    i = instruments.c
    for one, other in connection.execute(
        select(i.id, i.same_as_id).where(i.same_as_id.is_not(None))
    ):
        groups.tie(one, other)
    for one, other in (*underlyings.items(), *identities.items()):
        groups.tie(one, other)
    for one, other in action_ties(connection, taxpayer):
        groups.tie(one, other)
    return Ties(groups, underlyings, identities)


def identical(connection: Connection) -> dict[int, int]:
    """Return what the user calls substantially identical, by the symbols it is shown under.

    Returns:
        Instrument → the number of its group, which is that of the first instrument in it.
    """
    group_of = {
        symbol: number
        for number, group in enumerate(tax_settings(connection).identical)
        for symbol in group
    }
    if not group_of:
        return {}
    c = instruments.c
    first: dict[int, int] = {}
    rows = connection.execute(
        select(c.symbol, c.id).where(c.symbol.in_(group_of), c.same_as_id.is_(None)).order_by(c.id)
    )
    return {row.id: first.setdefault(group_of[row.symbol], row.id) for row in rows}


def _by_contract(connection: Connection) -> Iterator[tuple[int, int]]:
    rows = connection.execute(
        select(_option.c.id, _other.c.id).join_from(
            _option, _other, _other.c.conid == _option.c.underlying_conid
        )
    )
    return ((row[0], row[1]) for row in rows)


def _by_symbol(connection: Connection) -> Iterator[tuple[int, int]]:
    """Yield what an option is on by its ticker; of several that bore it the one that does now."""
    named, alias = _other.c, instrument_aliases.c
    by_contract = instruments.alias("by_contract")
    rows = connection.execute(
        select(_option.c.id, named.id)
        .join_from(
            _option,
            instrument_aliases,
            (alias.scheme == "ticker") & (alias.value == _option.c.underlying_symbol),
        )
        .join(_other, named.id == alias.instrument_id)
        .where(
            _option.c.underlying_symbol.is_not(None),
            or_(
                _option.c.instrument_type.not_in(_ON_FUTURES) & named.instrument_type.in_(_SHARES),
                (_option.c.instrument_type == _FUTURE_OPTION) & (named.instrument_type == _FUTURE),
            ),
            named.currency == _option.c.currency,
            ~exists().where(by_contract.c.conid == _option.c.underlying_conid),
        )
        # The last one holds.
        .order_by(_option.c.id, named.symbol == _option.c.underlying_symbol, named.id.desc())
    )
    return ((row[0], row[1]) for row in rows)
