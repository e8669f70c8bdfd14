"""What happened, each kind by itself: trades, cash, transfers, interest, actions, events."""

from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.activity_views import (
    CashView,
    CorporateActionView,
    InterestView,
    OptionEventView,
    TradeView,
    TransferView,
)
from qm_tui.queries.listed import ListedPages
from qm_tui.store.reader import Reader
from qm_tui.store.reading import activity

_NEWEST_TRADE = Order(field="executed_at", descending=True)
_NEWEST = Order(field="date", descending=True)
_NEWEST_PERIOD = Order(field="to_date", descending=True)


def trades(
    reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST_TRADE
) -> ListedPages[TradeView]:
    """List fills; cancelled ones and their cancellations are left out."""
    return ListedPages(reader, activity.TRADES, TradeView, scope, order)


def cash(reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST) -> ListedPages[CashView]:
    """List movements of money other than by trades."""
    return ListedPages(reader, activity.CASH, CashView, scope, order)


def transfers(
    reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST
) -> ListedPages[TransferView]:
    """List transfers of holdings and cash."""
    return ListedPages(reader, activity.TRANSFERS, TransferView, scope, order)


def interest(
    reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST_PERIOD
) -> ListedPages[InterestView]:
    """List accrued interest by period."""
    return ListedPages(reader, activity.INTEREST, InterestView, scope, order)


def corporate_actions(
    reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST
) -> ListedPages[CorporateActionView]:
    """List what companies did."""
    return ListedPages(reader, activity.CORPORATE_ACTIONS, CorporateActionView, scope, order)


def option_events(
    reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST
) -> ListedPages[OptionEventView]:
    """List how options ended, and what their end delivered."""
    return ListedPages(reader, activity.OPTION_EVENTS, OptionEventView, scope, order)
