"""`qm-tui show WHAT`: the same questions the screens ask, printed."""

import argparse
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import fields
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.cli.environment import Environment
from qm_tui.cli.output import WRITERS
from qm_tui.cli.parts import opened_reader
from qm_tui.cli.shapes import columns
from qm_tui.domain.instruments import InstrumentType
from qm_tui.domain.selection import Scope
from qm_tui.queries import accounts, activity, lots, positions, syncs
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
    "gains": lots.broker_gains,
}


async def show(here: Environment, arguments: argparse.Namespace) -> int:
    """Print what was asked for and return the exit status."""
    what: str = arguments.what
    if arguments.source and what not in ("lots", "gains"):
        here.err.write("qm-tui: --source belongs to lots and gains.\n")
        return 2
    scope = Scope(
        account=arguments.account,
        broker=arguments.broker,
        symbol=arguments.symbol,
        as_of=arguments.as_of,
    )
    async with opened_reader(here) as reader:
        await _warn_of_strangers(reader, scope, here)
        await WRITERS[arguments.format](columns(what), _pages(reader, what, scope, here), here.out)
    here.out.flush()
    return 0


async def _warn_of_strangers(reader: Reader, scope: Scope, here: Environment) -> None:
    """Say when a name matches nothing: an empty answer alone would look like an empty account."""
    if scope.account is None and scope.broker is None:
        return
    if not await accounts.accounts(reader, Scope(account=scope.account, broker=scope.broker)):
        name = plain(scope.account or scope.broker or "")
        here.err.write(f"qm-tui: no account matches {name!r}; `qm-tui show accounts` lists them.\n")


async def _pages(
    reader: Reader, what: str, scope: Scope, here: Environment
) -> AsyncIterator[Sequence[dict[str, Any]]]:
    if what in _PAGED:
        async for page in _walk(_PAGED[what](reader, scope)):
            yield [_plain_row(view) for view in page]
        return
    views: Sequence[Any]
    match what:
        case "accounts":
            views = await accounts.accounts(reader, scope)
        case "balances":
            views = await accounts.balances(reader, scope)
        case "lots":
            views = await lots.broker_lots(reader, scope)
        case "syncs":
            views = await syncs.syncs(reader)
        case _:
            held = await positions.positions(reader, scope)
            day = scope.as_of or here.now().astimezone(_NEW_YORK).date()
            yield [_position(view, day) for view in held if what == "positions" or _is_option(view)]
            return
    yield [_plain_row(view) for view in views]


async def _walk(pages: ListedPages[Any]) -> AsyncIterator[Sequence[Any]]:
    """Go through all pages from the first, each behind the last row of the one before."""
    rows, after = await pages.onward(None)
    yield rows
    while after is not None:
        rows, after = await pages.onward(after)
        yield rows


def _plain_row(view: Any) -> dict[str, Any]:
    return {field.name: getattr(view, field.name) for field in fields(view)}


def _is_option(view: PositionView) -> bool:
    return view.instrument_type in _OPTIONS


_GREEKS = (
    "delta", "gamma", "theta", "vega", "rho", "implied_volatility", "greeks_source",
    "greeks_as_of", "position_delta", "position_gamma", "position_theta", "position_vega",
)  # fmt: skip


def _position(view: PositionView, day: dt.date) -> dict[str, Any]:
    row = _plain_row(view)
    conid = view.conid
    row["conid"] = int(conid) if conid and conid.isdigit() else conid
    row["days_to_expiry"] = None if view.expiry is None else (view.expiry - day).days
    return row | dict.fromkeys(_GREEKS)
