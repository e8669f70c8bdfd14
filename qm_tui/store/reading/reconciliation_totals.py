"""Totals of a statement, with the positions of the same moment that they are made of."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from itertools import chain, combinations
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import Part, Total
from qm_tui.domain.reconciliation.tolerance import places, sum_tolerance
from qm_tui.domain.reconciliation.values import distance
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.accounts import newest_values
from qm_tui.store.reading.holdings import current_sets
from qm_tui.store.reading.reconciliation_accounts import AccountSide
from qm_tui.store.reading.reconciliation_times import told_at
from qm_tui.store.schema.holdings import observation_sets, positions
from qm_tui.store.schema.instruments import instruments

_LINES = ("stock", "options", "bonds", "funds")
_KINDS = {
    "stock": InstrumentType.EQUITY.value, "options": InstrumentType.EQUITY_OPTION.value,
    "bonds": InstrumentType.BOND.value, "funds": InstrumentType.FUND.value,
}  # fmt: skip
_ACCRUALS = frozenset({"dividend_accruals", "interest_accruals"})
_IN_LINES = frozenset(_KINDS.values())
"""What is counted in these lines, and nowhere else."""
_VALUE_LINES = (*_LINES, "cash", *sorted(_ACCRUALS))
_ACCRUED_AT_MOST = Decimal("0.05")
"""Of all that is held: half a year of a high coupon."""
_RATE_PLACES = 5
"""Places of a rate, as statements write it."""
_PARTS_OF_LINES = ("Long", "Short", "Component", "Date", "Id", "Alias")
_LENT = re.compile("slb")
"""Whether lent securities are in the lines of their kind, or beside them, statements do not say."""
_CAPITAL = re.compile("[A-Z]")
_IN_NONE = frozenset({InstrumentType.FOREX.value})
NET_ASSET_VALUE = "net_asset_value"
"""The tag of the value of an account: the sum of all lines of its summary."""
SECURITIES = "securities"
"""The tag of the lines together: brokers do not agree in which of them a fund or a note is."""


class _Key(NamedTuple):
    account: int
    document: int


def totals(connection: Connection, sides: Mapping[int, AccountSide]) -> Sequence[Total]:
    """Read the newest summaries of net asset value whose statement lists its positions, too."""
    summaries = {
        _Key(account, row.document_id): row
        for account, row in newest_values(connection).items()
        if row.document_id is not None
    }
    if not summaries:
        return ()
    parts = _positions(connection, summaries)
    found = [
        _of_summary(row, parts[key], sides[key.account])
        for key, row in sorted(summaries.items())
        if key in parts
    ]
    found += [
        _of_lines(row, parts.get(key), sides[key.account]) for key, row in sorted(summaries.items())
    ]
    return [total for total in found if total is not None]


def _of_lines(
    row: Any, held: Mapping[str, Sequence[Part]] | None, side: AccountSide
) -> Total | None:
    """Return the value of an account and the lines of its summary; None where one is not told.

    Of what nothing is held a query may leave out the line.
    """
    lines: dict[str, Decimal] = {}
    untold = set()
    for name in _VALUE_LINES:
        value = getattr(row, name)
        if value is not None:
            lines[name] = value
        elif held is None or _KINDS.get(name, name) in {*held, name}:
            untold.add(name)
    if row.total is None or not lines or not untold <= _ACCRUALS:
        return None
    for name, text in (row.broker_specific or {}).items():
        value = _amount(text)
        if value and _LENT.match(name):
            return None
        if value and not name.endswith(_PARTS_OF_LINES):
            lines[name] = value
    fact = FactRef("nav_summaries", row.id)
    parts = [
        Part(says=_said(name), value=value, fact=fact) for name, value in lines.items() if value
    ]
    if untold and _may_be_accrued(row.total - sum(lines.values()), lines):
        parts += [Part(says=_said(name), value=None, fact=fact) for name in sorted(untold)]
    return Total(
        account=side.id,
        currency=row.currency or side.base_currency or "",
        tag=NET_ASSET_VALUE,
        value=row.total,
        parts=parts,
        as_of=told_at(row.as_of),
        fact=fact,
        account_value=side.value,
    )


def _may_be_accrued(difference: Decimal, lines: Mapping[str, Decimal]) -> bool:
    """Whether dividends and interest that are not told may come to so much."""
    if abs(difference) <= sum_tolerance(len(lines)):
        return False
    return abs(difference) <= _ACCRUED_AT_MOST * sum(map(abs, lines.values()))


def _amount(text: object) -> Decimal | None:
    try:
        value = Decimal(str(text))
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _said(name: str) -> str:
    """Write the name of a line in words: `dividendAccruals` is `dividend accruals`."""
    return _CAPITAL.sub(lambda found: f" {found[0].lower()}", name).replace("_", " ").strip()


def _of_summary(row: Any, held: Mapping[str, Sequence[Part]], side: AccountSide) -> Total | None:
    """Return the securities of a summary; None where it has no such lines.

    What is no security may be in its lines or not: of the ways to count the nearest one.
    """
    said: list[Decimal] = [value for name in _LINES if (value := getattr(row, name)) is not None]
    if not said:
        return None
    others = [held[kind] for kind in sorted(held.keys() - _IN_LINES - _IN_NONE)]
    plain = Total(
        account=side.id,
        currency=row.currency or side.base_currency or "",
        tag=SECURITIES,
        value=sum(said, Decimal(0)),
        parts=[part for kind in sorted(_IN_LINES) for part in held.get(kind, ())],
        as_of=told_at(row.as_of),
        fact=FactRef("nav_summaries", row.id),
        account_value=side.value,
    )
    ways = (
        replace(plain, parts=[*plain.parts, *chain.from_iterable(some)])
        for size in range(len(others) + 1)
        for some in combinations(others, size)
    )
    return min(ways, key=distance)


def _positions(
    connection: Connection, summaries: Mapping[_Key, Any]
) -> dict[_Key, dict[str, list[Part]]]:
    """Return the positions of complete answers that a summary's own document gave with it."""
    s, p, i = observation_sets.c, positions.c, instruments.c
    current = {one.id for one in current_sets(connection, Section.POSITIONS, Scope())}
    sets = {
        row.id: _Key(row.account_id, row.document_id)
        for row in connection.execute(
            select(s.id, s.account_id, s.document_id, s.as_of).where(
                s.id.in_(current), s.complete == 1, s.document_id.is_not(None)
            )
        )
        if (summary := summaries.get(_Key(row.account_id, row.document_id))) is not None
        and summary.as_of == row.as_of
    }
    found: dict[_Key, dict[str, list[Part]]] = {key: defaultdict(list) for key in sets.values()}
    rows = connection.execute(
        select(
            p.id, p.set_id, p.currency, p.market_value, p.fx_rate_to_base, i.symbol,
            i.instrument_type,
        )
        .join_from(positions, instruments, i.id == p.instrument_id)
        .where(p.set_id.in_(sets))
    )  # fmt: skip
    for row in rows:
        key = sets[row.set_id]
        found[key][row.instrument_type].append(
            Part(
                says=row.symbol, value=_in_base(row, summaries[key].currency),
                rounding=_rounding(row, summaries[key].currency),
                fact=FactRef("positions", row.id),
            )
        )  # fmt: skip
    return found


def _rounding(row: Any, base: str | None) -> Decimal:
    """Return what the rounding of a rate may do to a value."""
    rate, value = row.fx_rate_to_base, row.market_value
    if value is None or rate is None or row.currency == base:
        return Decimal(0)
    half = Decimal(5).scaleb(-max(places(rate), _RATE_PLACES) - 1)
    return half * abs(Decimal(value))


def _in_base(row: Any, base: str | None) -> Decimal | None:
    value: Decimal | None = row.market_value
    if value is None or (base is not None and row.currency == base):
        return value
    rate: Decimal | None = row.fx_rate_to_base
    return None if rate is None else value * rate
