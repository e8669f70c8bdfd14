"""Section 1256 contracts: which these are, the mark at the end of a year, and 60/40.

Source: 26 USC 1256; Publication 550, section 1256 contracts; Form 6781.
"""

from collections.abc import Mapping
from decimal import Decimal

from qm_tui.domain.booking.book import Book
from qm_tui.domain.booking.events import YearEndMark
from qm_tui.domain.booking.lots import Lot
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.ordering import instant
from qm_tui.domain.booking.words import Closing, FindingKind, LotMethod, Origin
from qm_tui.domain.instruments import InstrumentType

# Options on broad-based indices, by the root of their symbol. Not here: options on funds that
# follow an index (SPY, QQQ, IWM), on narrow sector indices, and on single stocks.
BROAD_BASED_ROOTS = frozenset(
    {
        "SPX", "SPXW", "SPXPM", "XSP", "NANOS", "OEX", "XEO", "SPESG", "SPEQX",  # S&P 500 and 100
        "NDX", "NDXP", "XND", "NQX", "MNX",  # Nasdaq 100
        "RUT", "RUTW", "MRUT", "RUI", "RLG", "RLV",  # Russell
        "DJX",  # Dow Jones Industrial Average
        "VIX", "VIXW", "VXN", "RVX",  # volatility of broad-based indices
        "MXEA", "MXEF", "MXACW", "MXUSA", "MXWLD",  # MSCI
    }
)  # fmt: skip

_OPTIONS = frozenset({InstrumentType.EQUITY_OPTION, InstrumentType.OTHER})
_REGULATED_FUTURES = frozenset({InstrumentType.FUTURE, InstrumentType.FUTURE_OPTION})
_LONG_SHARE = Decimal("0.6")


def is_section_1256(
    kind: InstrumentType, root: str | None, overrides: Mapping[str, bool] | None = None
) -> bool:
    """Say whether a contract is marked to market.

    Args:
        kind: What it is; every future counts as a regulated one.
        root: The root of an option's symbol, the product's symbol of a future.
        overrides: What the user says of a root (in capitals), whatever the list says; a future on
            a single stock, for one, is told from others only here.
    """
    name = (root or "").strip().upper()
    if kind not in _OPTIONS and kind not in _REGULATED_FUTURES:
        return False
    if overrides and name in overrides:
        return overrides[name]
    return kind in _REGULATED_FUTURES or name in BROAD_BASED_ROOTS


def split_60_40(gain: Decimal) -> tuple[Decimal, Decimal]:
    """Return what of a gain (or loss) is short-term, and what is long-term: 40 and 60 %."""
    long = CONTEXT.multiply(gain, _LONG_SHARE)
    return CONTEXT.subtract(gain, long), long


def book_mark(book: Book, event: YearEndMark) -> None:
    """Close and reopen every open lot at the year's last price. No wash sale comes of it."""
    holding = book.holding(event.account, event.security)
    lots = sorted([*holding.long, *holding.short], key=lambda lot: lot.rank)
    if not lots:
        return
    if event.price is None:
        book.find(
            FindingKind.MARK_MISSING, event,
            "No price for the year's last business day: the contracts were not marked.",
            quantity=holding.long.quantity - holding.short.quantity,
        )  # fmt: skip
        return
    unit = event.price * book.securities[event.security].multiplier
    for lot in lots:
        _mark(book, event, lot, unit * lot.quantity)


def _mark(book: Book, event: YearEndMark, lot: Lot, value: Decimal) -> None:
    tax_value = book.in_tax_currency(value, event.security, event.rate)
    if tax_value is None:
        book.find(FindingKind.RATE_UNKNOWN, event)
    taking = book.take(lot, lot.quantity, event, "marked to market", LotMethod.FIFO)
    book.realize(taking, event, value, tax_value, Closing.MARK)
    number = book.next_lot()
    reopened = Lot(
        number=number,
        account=lot.account,
        security=lot.security,
        short=lot.short,
        quantity=taking.quantity,
        basis=value,
        tax_basis=tax_value,
        acquired=event.day,
        acquired_at=event.at,
        holding_start=event.day,
        acquisition=(*lot.acquisition, event.day),
        origin=Origin.MARK,
        rank=(event.day, instant(event), number, number),
        opened_by=event.source,
        opening_id=lot.opening_id,
        label=lot.label,
        parent=lot.number,
    )
    book.enter(reopened, event, "reopened at the mark")
