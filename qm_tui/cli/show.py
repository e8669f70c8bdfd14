"""`qm-tui show WHAT`: the same questions the screens ask, printed."""

import argparse
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.cli import show_discrepancies
from qm_tui.cli.environment import Environment
from qm_tui.cli.output import WRITERS
from qm_tui.cli.parts import opened_reader
from qm_tui.cli.shapes import columns
from qm_tui.cli.show_lots import (
    BOOKED,
    EXPLAINED,
    Pages,
    asked_for,
    booked_pages,
    mistake,
    plain_row,
    walk,
)
from qm_tui.domain.selection import Scope
from qm_tui.queries import (
    accounts,
    activity,
    margin,
    netting,
    option_groups,
    options,
    positions,
    syncs,
)
from qm_tui.queries.listed import ListedPages
from qm_tui.queries.position_views import PositionView
from qm_tui.store.reader import Reader
from qm_tui.ui.cell import plain

_NEW_YORK = ZoneInfo("America/New_York")

_PAGED: dict[str, Callable[[Reader, Scope], ListedPages[Any]]] = {
    "trades": activity.trades,
    "cash": activity.cash,
    "transfers": activity.transfers,
    "interest": activity.interest,
}


async def show(here: Environment, arguments: argparse.Namespace) -> int:
    """Print what was asked for and return the exit status."""
    wrong = mistake(arguments)
    if arguments.merged and arguments.what != "positions":
        wrong = "--merged belongs to positions"
    wrong = wrong or show_discrepancies.mistake(arguments)
    if arguments.group and arguments.what != "options":
        wrong = "--group belongs to options"
    if wrong is not None:
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
        if arguments.what == EXPLAINED:
            await show_discrepancies.tell(reader, scope, here)
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
    shape = "merged_positions" if arguments.merged else arguments.what
    names = columns("option_groups" if arguments.group else shape)
    if not arguments.why or arguments.format != "json":
        return names
    return (*names, *(show_discrepancies.WHY if arguments.what == EXPLAINED else ("why",)))


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
    yield await _few(reader, arguments, scope, today)


async def _few(
    reader: Reader, arguments: argparse.Namespace, scope: Scope, today: dt.date
) -> list[dict[str, Any]]:
    """Return the rows of what there are not many of."""
    views: Sequence[Any]
    match arguments.what:
        case "accounts":
            views = await accounts.accounts(reader, scope)
        case "balances":
            views = await accounts.balances(reader, scope)
        case "margin":
            views = await margin.margin(reader, scope)
        case "options" if arguments.group:
            held = await options.options(reader, scope, today=today)
            views = option_groups.option_groups(held, arguments.group)
        case "options":
            return [_position(view) for view in await options.options(reader, scope, today=today)]
        case "exposure":
            views = netting.exposures(await netting.holdings(reader, scope, today=today))
        case "syncs":
            return await _syncs(reader)
        case "discrepancies":
            return await show_discrepancies.rows(reader, scope, arguments)
        case _ if arguments.merged:
            views = netting.merged(await positions.positions(reader, scope))
        case _:
            return [_position(view) for view in await positions.positions(reader, scope)]
    return [plain_row(view) for view in views]


async def _syncs(reader: Reader) -> list[dict[str, Any]]:
    """Return a row a section, and one for each run that could not begin or ended early."""
    sections = [plain_row(view) for view in await syncs.syncs(reader)]
    ended = [
        {**plain_row(run), "section": None}
        for run in await syncs.runs(reader)
        if run.error is not None
    ]
    # A run's own row comes before those of its sections: sorting keeps the order of equals.
    return sorted([*ended, *sections], key=lambda row: row["run"], reverse=True)


def _position(view: PositionView) -> dict[str, Any]:
    row = plain_row(view)
    conid = view.conid
    row["conid"] = int(conid) if conid and conid.isdigit() else conid
    return row
