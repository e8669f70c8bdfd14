"""What margin is required: the newest answer of each account."""

import datetime as dt
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.holdings import current_sets, last_answers
from qm_tui.store.reading.narrowing import among, containing, instrument_ids
from qm_tui.store.schema.accounts import accounts
from qm_tui.store.schema.holdings import margin_requirements
from qm_tui.store.schema.instruments import instruments


class Required(NamedTuple):
    """What is required for the holdings in one underlying, or for an account."""

    account: str
    broker: str
    underlying: str
    """Its symbol, or the broker's word for all of the account."""
    instrument_id: int | None
    """The underlying, where it is known."""
    initial: Decimal | None
    maintenance: Decimal | None
    as_of: dt.datetime
    stale: bool
    """The account answered since, and not of this."""


def current_margin(connection: Connection, scope: Scope = Scope()) -> list[Required]:
    """Return the requirements as they were last told, by account and underlying."""
    sets = current_sets(connection, Section.MARGIN, scope)
    newest = last_answers(sets)
    rank = {row.id: place for place, row in enumerate(sets) if not row.overruled}
    m = margin_requirements
    rows = connection.execute(
        select(
            m.c.account_id, m.c.set_id, accounts.c.number, accounts.c.broker,
            m.c.underlying_symbol, m.c.initial, m.c.maintenance, m.c.as_of,
            func.coalesce(instruments.c.same_as_id, instruments.c.id).label("known_as"),
        )
        .join(accounts, accounts.c.id == m.c.account_id)
        .outerjoin(instruments, instruments.c.id == m.c.instrument_id)
        .where(
            m.c.set_id.in_(rank),
            *among(m.c.instrument_id, instrument_ids(connection, scope)),
            *containing(scope.text, (accounts.c.number, m.c.underlying_symbol)),
        )
    )  # fmt: skip
    found: dict[tuple[str, str, str], Required] = {}
    for row in sorted(rows, key=lambda row: rank[row.set_id]):
        as_of = row.as_of
        required = Required(
            account=row.number,
            broker=row.broker,
            underlying=row.underlying_symbol or "",
            instrument_id=row.known_as,
            initial=row.initial,
            maintenance=row.maintenance,
            as_of=as_of,
            stale=as_of < newest.get(row.account_id, as_of),
        )
        found.setdefault((row.number, row.broker, required.underlying), required)
    return [found[place] for place in sorted(found)]
