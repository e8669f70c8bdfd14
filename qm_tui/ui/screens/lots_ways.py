"""Where lots and gains lead to: the trades they come from."""

from collections.abc import Sequence
from typing import Any

from qm_tui.domain.selection import Scope
from qm_tui.ui.screens.page import Page
from qm_tui.ui.session import Session


def trades_page(session: Session, trail: Sequence[str], scope: Scope) -> Page:
    """The screen with the trades of an instrument or of an account."""
    from qm_tui.ui.screens.activity import ActivityScreen  # noqa: PLC0415 - when asked for

    return ActivityScreen(session, (*trail, "trades"), scope, "t")


def trades_of(session: Session, trail: Sequence[str], within: Scope, row: Any) -> Page:
    """The trades of a row's instrument in the row's account.

    Args:
        session: What all screens share.
        trail: The screens one came through.
        within: What the screen of the row shows.
        row: A lot, a gain, or anything else with an account and a symbol.
    """
    instrument = getattr(row, "instrument_id", None)
    scope = Scope(
        account=row.account,
        broker=within.broker,
        instrument_id=instrument,
        symbol=row.symbol if instrument is None else None,
    )
    # An account that is not in the trail yet must be, or the trades seem to be of all accounts.
    names = () if within.account else (row.account, row.symbol)
    return trades_page(session, (*trail, *names), scope)


def nothing_reported(noun: tuple[str, str], *, narrowed: bool) -> str:
    """Say that a broker reported none of what is asked for."""
    if narrowed:
        return f"The broker reported no {noun[1]} here. t shows the trades."
    return f"No broker reported {noun[1]}. 6 shows all trades."
