"""What the keys of the lots screen open: why, what if, and the choice of a method."""

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qm_tui.domain.booking.words import LotMethod
from qm_tui.queries.lot_views import GainView, LotView
from qm_tui.ui.feeds import ListFeed
from qm_tui.ui.format import exact
from qm_tui.ui.screens.lots_pages.choice import METHODS
from qm_tui.ui.screens.why import Explain, WhyScreen

if TYPE_CHECKING:
    from qm_tui.queries.lot_views import WhyView
    from qm_tui.store.reader import Reader
    from qm_tui.ui.dialogs.what_if import Offer
    from qm_tui.ui.dialogs.what_if_rows import Supposed
    from qm_tui.ui.screens.lots import LotsScreen

AS_IT_WAS = "a"
"""The letter that ends supposing."""


def suppose(screen: "LotsScreen") -> None:
    """Ask for the letter of a method, and show lots and gains as if every sale had used it."""
    from qm_tui.ui.dialogs.letters import LetterDialog  # noqa: PLC0415 - when asked for

    letters = {AS_IT_WAS: ("", "as it was")}
    letters |= {letter: (method.value, method.upper()) for letter, method in METHODS.items()}

    def take(answer: str | None) -> None:
        if answer is not None:
            method = next((each for each in METHODS.values() if each == answer), None)
            screen.ask_for(replace(screen.choice, derived=True, method=method))

    screen.app.push_screen(LetterDialog("what if every sale had used", letters), take)


def explain(screen: "LotsScreen") -> None:
    """Open the explanation of the row under the cursor."""
    row = screen.table.cursor_row
    if row is None:
        return
    if row.number is None:
        _say(screen, "What the broker reported has no steps; b shows what follows from the facts.")
        return
    names = () if screen.scope.account else (row.account, row.symbol)
    question = _why(row, screen.choice.method)
    screen.app.push_screen(WhyScreen(screen.session, (*screen.trail, *names), question))


def _why(row: LotView | GainView, method: LotMethod | None) -> Explain:
    async def ask(reader: "Reader") -> "WhyView | None":
        from qm_tui.queries import why  # noqa: PLC0415 - brings SQLAlchemy

        if isinstance(row, LotView):
            return await why.why_lot(reader, row, method=method)
        return await why.why_gain(reader, row, method=method)

    return ask


def ask_what_if(screen: "LotsScreen") -> None:
    """Ask what a sale of the row's instrument would bring."""
    from qm_tui.ui.dialogs.what_if import WhatIfDialog  # noqa: PLC0415 - when asked for

    row = screen.table.cursor_row
    if row is None or row.instrument_id is None:
        _say(screen, "There is nothing here to sell.")
        return
    session, view, short = screen.session, screen.choice.view, row.quantity < 0

    async def reckon(quantity: Decimal, price: Decimal, fees: Decimal) -> "Supposed":
        from qm_tui.queries.hypothetical import what_if  # noqa: PLC0415 - brings SQLAlchemy
        from qm_tui.ui.dialogs.what_if_rows import supposed  # noqa: PLC0415

        reader = await session.reader()
        outcomes = await what_if(
            reader, row.account, row.instrument_id, quantity, price, fees, session.today, view=view
        )
        return supposed(outcomes, session.format, view)

    offer = _offer(screen, row, short=short)
    screen.app.push_screen(WhatIfDialog(offer, reckon, session.format))


def _offer(screen: "LotsScreen", row: Any, *, short: bool) -> "Offer":
    from qm_tui.ui.dialogs.what_if import Offer  # noqa: PLC0415 - when asked for

    verb, form = "buy back" if short else "sell", screen.session.format
    held = [
        lot.quantity
        for lot in (screen.feed.source.rows if isinstance(screen.feed, ListFeed) else ())
        if isinstance(lot, LotView)
        and (lot.account, lot.instrument_id) == (row.account, row.instrument_id)
        and (lot.quantity < 0) is short
    ]
    held_in_all = f" ({exact(abs(sum(held, Decimal(0))))} held)" if held and not form.hidden else ""
    return Offer(
        title=f"What if: {verb} {row.symbol} in {row.account}{held_in_all}",
        verb=verb,
        # All that is held would be the same under every method.
        quantity=abs(row.quantity) if isinstance(row, LotView) and not form.hidden else None,
        price=row.market_price if isinstance(row, LotView) else None,
    )


def set_method(screen: "LotsScreen") -> None:
    """Open what decides the method of the row's account, and undoes that."""
    from qm_tui.ui.dialogs.lot_method import LotMethodDialog  # noqa: PLC0415 - when asked for

    row = screen.table.cursor_row
    account = screen.scope.account or getattr(row, "account", None)
    desk = screen.session.context.open_methods
    if desk is None:
        _say(screen, "Nothing can be decided here.")
    elif account is None:
        _say(screen, "Go to a row of the account first.")
    else:
        screen.app.push_screen(LotMethodDialog(account, screen.session.today, desk, screen.decided))


def _say(screen: "LotsScreen", text: str) -> None:
    screen.notify(text, timeout=4, markup=False)
