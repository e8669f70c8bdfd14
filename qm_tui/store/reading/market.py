"""The latest quotes and Greeks, and the options that are held with theirs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, Table, func, select

from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.selection import Scope
from qm_tui.store.reading.holdings import current_positions
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.instruments import instruments
from qm_tui.store.schema.market import greeks, quotes

V = TypeVar("V")

COMPUTED = "computed"
"""The source of Greeks that no broker told."""
_OPTIONS = frozenset({InstrumentType.EQUITY_OPTION.value, InstrumentType.FUTURE_OPTION.value})
_GREEKS = (
    "delta", "gamma", "theta", "vega", "rho", "implied_volatility", "underlying_price",
    "option_price",
)  # fmt: skip
_QUOTE = ("bid", "ask", "last", "close")


def latest_quotes(
    connection: Connection, named: Iterable[int] | None = None
) -> dict[int, Row[Any]]:
    """Return by canonical instrument its newest quote, of all or of those named."""
    return {number: row for row in _latest(connection, quotes, named) for number in [row.meant]}


def latest_greeks(
    connection: Connection, named: Iterable[int] | None = None
) -> dict[int, Row[Any]]:
    """Return by canonical instrument its newest Greeks: what a broker says before our own."""
    found: dict[int, Row[Any]] = {}
    for row in _latest(connection, greeks, named):
        known = found.get(row.meant)
        if known is None or known.source == COMPUTED or row.source != COMPUTED:
            found[row.meant] = row
    return found


def current_options(
    connection: Connection, make: Callable[..., V], scope: Scope = Scope()
) -> list[V]:
    """Return the open positions that are options, with their Greeks and quotes.

    Beside what `current_positions` gives: the Greeks under their names, with `greeks_source`,
    `greeks_as_of` and `greeks_delayed`; `bid`, `ask`, `last` and `close`, with `quote_as_of` and
    `quote_delayed`. All of them are None where nothing is known.
    """
    held = [
        row
        for row in current_positions(connection, dict[str, Any], scope)
        if row["instrument_type"] in _OPTIONS
    ]
    named = {row["instrument_id"] for row in held}
    said, quoted = latest_greeks(connection, named), latest_quotes(connection, named)
    return [
        make(
            **row,
            **_columns(said.get(row["instrument_id"]), _GREEKS, "greeks", ("source",)),
            **_columns(quoted.get(row["instrument_id"]), _QUOTE, "quote"),
        )
        for row in held
    ]


def _columns(
    row: Row[Any] | None, names: Iterable[str], what: str, more: Iterable[str] = ()
) -> dict[str, Any]:
    known: Mapping[Any, Any] = {} if row is None else row._mapping
    about = ("as_of", "delayed", *more)
    return {name: known.get(name) for name in names} | {
        f"{what}_{name}": known.get(name) for name in about
    }


def _latest(
    connection: Connection, table: Table, named: Iterable[int] | None
) -> Iterable[Row[Any]]:
    """Yield rows with the instrument they mean, the newest last."""
    meant = func.coalesce(instruments.c.same_as_id, instruments.c.id)
    query = (
        select(table, meant.label("meant"))
        .join_from(table, instruments, instruments.c.id == table.c.instrument_id)
        .order_by(table.c.as_of, table.c.id)
    )
    if named is None:
        yield from connection.execute(query)
        return
    for part in parts(named):
        i = instruments.c
        ids = select(i.id).where(i.id.in_(part) | i.same_as_id.in_(part))
        yield from connection.execute(query.where(table.c.instrument_id.in_(ids)))
