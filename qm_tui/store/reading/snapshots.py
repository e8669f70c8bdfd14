"""The days of which it is stored what was held."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from qm_tui.domain.selection import Scope
from qm_tui.domain.words import Section
from qm_tui.store.reading.holdings import says_something
from qm_tui.store.reading.narrowing import account_ids, among
from qm_tui.store.schema.holdings import observation_sets

_NEW_YORK = ZoneInfo("America/New_York")


def observed_days(
    connection: Connection, section: Section | None, scope: Scope = Scope()
) -> list[dt.date]:
    """Return the days in New York of which there are answers (None: of any kind), oldest first."""
    s = observation_sets
    moments = connection.scalars(
        select(s.c.as_of)
        .where(
            *([] if section is None else [s.c.section == section.value]),
            says_something(),
            *among(s.c.account_id, account_ids(connection, scope)),
        )
        .distinct()
    )
    return sorted({moment.astimezone(_NEW_YORK).date() for moment in moments})
