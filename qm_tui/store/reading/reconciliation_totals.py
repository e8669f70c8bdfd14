"""Totals of a statement, with the positions of the same moment that they are made of."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.reconciliation.discrepancy import FactRef
from qm_tui.domain.reconciliation.sides import Part, Total
from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.accounts import newest_values
from qm_tui.store.reading.holdings import current_sets
from qm_tui.store.reading.reconciliation_accounts import AccountSide
from qm_tui.store.reading.reconciliation_times import told_at
from qm_tui.store.schema.holdings import observation_sets, positions
from qm_tui.store.schema.instruments import instruments

_LINES = ("stock", "options", "bonds", "funds")
_IN_LINES = frozenset(
    {
        InstrumentType.EQUITY.value, InstrumentType.EQUITY_OPTION.value, InstrumentType.BOND.value,
        InstrumentType.FUND.value,
    }
)  # fmt: skip
"""What is counted in these lines, and nowhere else."""
_VALUE_LINES = (*_LINES, "cash", "dividend_accruals", "interest_accruals")
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
    found += [_of_lines(row, sides[key.account]) for key, row in sorted(summaries.items())]
    return [total for total in found if total is not None]


def _of_lines(row: Any, side: AccountSide) -> Total | None:
    """Return the value of an account and the lines of its summary; None where one is not told."""
    lines = {name: getattr(row, name) for name in _VALUE_LINES}
    if row.total is None or None in lines.values():
        return None
    for name, text in (row.broker_specific or {}).items():
        value = _amount(text)
        if value and _LENT.match(name):
            return None
        if value and not name.endswith(_PARTS_OF_LINES):
            lines[name] = value
    fact = FactRef("nav_summaries", row.id)
    return Total(
        account=side.id,
        currency=row.currency or side.base_currency or "",
        tag=NET_ASSET_VALUE,
        value=row.total,
        parts=[
            Part(says=_said(name), value=value, fact=fact) for name, value in lines.items() if value
        ],
        as_of=told_at(row.as_of),
        fact=fact,
        account_value=side.value,
    )


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
    """Return the securities of a summary; None where something is held that may not be in it."""
    said: list[Decimal] = [value for name in _LINES if (value := getattr(row, name)) is not None]
    if not said or not held.keys() <= _IN_LINES | _IN_NONE:
        return None
    return Total(
        account=side.id,
        currency=row.currency or side.base_currency or "",
        tag=SECURITIES,
        value=sum(said, Decimal(0)),
        parts=[part for kind in sorted(_IN_LINES) for part in held.get(kind, ())],
        as_of=told_at(row.as_of),
        fact=FactRef("nav_summaries", row.id),
        account_value=side.value,
    )


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
                fact=FactRef("positions", row.id),
            )
        )  # fmt: skip
    return found


def _in_base(row: Any, base: str | None) -> Decimal | None:
    value: Decimal | None = row.market_value
    if value is None or (base is not None and row.currency == base):
        return value
    rate: Decimal | None = row.fx_rate_to_base
    return None if rate is None else value * rate
