"""What `e` does on a table screen: ask what to write where, write it, say what was done."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from qm_tui.ui.exports.choice import KEPT, Choice, Offer, first_choice
from qm_tui.ui.exports.formats import FORMS
from qm_tui.ui.exports.new_file import NewFile
from qm_tui.ui.exports.rows import Which, pieces
from qm_tui.ui.feeds import ListFeed

if TYPE_CHECKING:
    from qm_tui.ui.screens.table_screen import TableScreen

Told = Callable[[int], None]
"""Is told how many rows are written so far."""


def export(screen: "TableScreen[Any]") -> None:
    """Open the dialog; what it does it does with the rows of this screen."""
    from qm_tui.ui.dialogs.export import ExportDialog  # noqa: PLC0415 - when asked for

    kept, offer = screen.session.kept, offer_of(screen)
    name = screen.view_name

    async def write(choice: Choice, told: Told, *, replace: bool) -> str:
        rows = await write_rows(screen, choice, told, replace=replace)
        # Apart: what is written is written, whatever becomes of this.
        keeping = kept.keep(KEPT, choice.as_json())
        screen.run_worker(keeping, group="preferences", exit_on_error=False)
        hidden = " Amounts are hidden in it." if offer.hidden else ""
        return f"{screen.session.format.count(rows, 'row')} written to {choice.file}.{hidden}"

    async def ask() -> None:
        await kept.read()
        choice = first_choice(kept.get(KEPT), offer, screen.session.today.isoformat())
        if screen.is_active and screen.view_name == name:
            screen.app.push_screen(ExportDialog(offer, choice, write))

    screen.run_worker(ask(), group="export", exclusive=True, exit_on_error=False)


def offer_of(screen: "TableScreen[Any]") -> Offer:
    """What there is to be exported."""
    table, feed = screen.table, screen.feed
    shown = len(feed.source) if isinstance(feed, ListFeed) else feed.shown
    rows: dict[Which, int | None] = {Which.SHOWN: shown, Which.ALL: feed.total}
    if table.marked_keys:
        rows = {Which.MARKED: len(table.marked_keys), **rows}
    return Offer(
        screen=screen.view_name,
        rows=rows,
        columns=(len(table.shown_columns), len(table.columns)),
        hidden=screen.session.format.hidden,
        number=screen.session.format.number,
    )


async def write_rows(
    screen: "TableScreen[Any]", choice: Choice, told: Told, *, replace: bool
) -> int:
    """Write rows; how many.

    Args:
        screen: whose.
        choice: what and where.
        told: told how far it is.
        replace: whether a file that is there may be lost.

    Raises:
        FileExistsError: When it may not, and there is one.
        OSError: When the file cannot be written.
    """
    table = screen.table
    columns = table.columns if choice.all_columns else table.shown_columns
    form = FORMS[choice.form](columns, hidden=screen.session.format.hidden)
    written = 0
    with NewFile(choice.file, replace=replace) as file:
        file.write(form.head())
        async with aclosing(pieces(screen, choice.which)) as some:
            async for rows in some:
                file.write(form.rows(rows))
                written += len(rows)
                told(written)
                await asyncio.sleep(0)
        file.write(form.foot())
        file.keep()
    return written
