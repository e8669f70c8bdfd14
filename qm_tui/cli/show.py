"""`qm-tui show WHAT`: the same questions the screens ask, printed."""

import argparse
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.cli.environment import Environment
from qm_tui.cli.output import WRITERS
from qm_tui.cli.parts import opened_reader
from qm_tui.cli.shapes import columns
from qm_tui.cli.show_lots import (
    BOOKED,
    Pages,
    asked_for,
    booked_pages,
    mistake,
    plain_row,
    walk,
)
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.selection import Scope
from qm_tui.queries import accounts, activity, positions, syncs
from qm_tui.queries.listed import ListedPages
from qm_tui.queries.views import PositionView
from qm_tui.store.reader import Reader
from qm_tui.ui.cell import plain

_NEW_YORK = ZoneInfo("America/New_York")
_OPTIONS = (InstrumentType.EQUITY_OPTION, InstrumentType.FUTURE_OPTION)

_PAGED: dict[str, Callable[[Reader, Scope], ListedPages[Any]]] = {
    "trades": activity.trades,
    "cash": activity.cash,
    "transfers": activity.transfers,
    "interest": activity.interest,
}


async def show(here: Environment, arguments: argparse.Namespace) -> int:
    """Print what was asked for and return the exit status."""
    if (wrong := mistake(arguments)) is not None:
        here.err.write(f"qm-tui: {wrong}.\n")
        return 2
    scope = Scope(
        account=arguments.account,
        broker=arguments.broker,
        symbol=arguments.symbol,
        as_of=arguments.as_of,
    )
    async with opened_reader(here) as reader:
        await _warn_of_strangers(reader, scope, here)
        await WRITERS[arguments.format](
            _names(arguments), _pages(reader, arguments, scope, here), here.out
        )
    here.out.flush()
    return 0


async def _warn_of_strangers(reader: Reader, scope: Scope, here: Environment) -> None:
    """Say when a name matches nothing: an empty answer alone would look like an empty account."""
    if scope.account is None and scope.broker is None:
        return
    if not await accounts.accounts(reader, Scope(account=scope.account, broker=scope.broker)):
        name = plain(scope.account or scope.broker or "")
        here.err.write(f"qm-tui: no account matches {name!r}; `qm-tui show accounts` lists them.\n")


def _names(arguments: argparse.Namespace) -> tuple[str, ...]:
    names = columns(arguments.what)
    return (*names, "why") if arguments.why and arguments.format == "json" else names


async def _pages(
    reader: Reader, arguments: argparse.Namespace, scope: Scope, here: Environment
) -> Pages:
    what: str = arguments.what
    today = here.now().astimezone(_NEW_YORK).date()
    if what in BOOKED:
        asked = asked_for(arguments, scope, today)
        async for rows in booked_pages(reader, arguments, asked, here):
            yield rows
        return
    if what in _PAGED:
        async for page in walk(_PAGED[what](reader, scope)):
            yield [plain_row(view) for view in page]
        return
    views: Sequence[Any]
    match what:
        case "accounts":
            views = await accounts.accounts(reader, scope)
        case "balances":
            views = await accounts.balances(reader, scope)
        case "syncs":
            views = await syncs.syncs(reader)
        case _:
            held = await positions.positions(reader, scope)
            day = scope.as_of or today
            yield [_position(view, day) for view in held if what == "positions" or _is_option(view)]
            return
    yield [plain_row(view) for view in views]


def _is_option(view: PositionView) -> bool:
    return view.instrument_type in _OPTIONS


_GREEKS = (
    "delta", "gamma", "theta", "vega", "rho", "implied_volatility", "greeks_source",
    "greeks_as_of", "position_delta", "position_gamma", "position_theta", "position_vega",
)  # fmt: skip


def _position(view: PositionView, day: dt.date) -> dict[str, Any]:
    row = plain_row(view)
    conid = view.conid
    row["conid"] = int(conid) if conid and conid.isdigit() else conid
    row["days_to_expiry"] = None if view.expiry is None else (view.expiry - day).days
    return row | dict.fromkeys(_GREEKS)
