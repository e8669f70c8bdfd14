"""Open lots and realized gains: as they follow from the facts, and as the brokers reported them."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal, localcontext
from functools import partial
from typing import Any

from qm_tui.domain.booking.finding_words import ADJUSTMENT_WORDS, FINDING_WORDS
from qm_tui.domain.booking.holding_period import is_long_term
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.section_1256 import split_60_40
from qm_tui.domain.booking.words import AdjustmentKind, FindingKind, Term, View
from qm_tui.domain.selection import Order, Scope
from qm_tui.queries.listed import ListedPages
from qm_tui.queries.lot_making import Holding, gain_view, lot_view, net
from qm_tui.queries.lot_views import (
    AdjustmentView,
    DerivedState,
    FindingView,
    GainView,
    GainYear,
    LotView,
)
from qm_tui.queries.position_views import PositionView
from qm_tui.queries.positions import positions
from qm_tui.store.reader import Reader
from qm_tui.store.reading import activity, booked, holdings

_NEWEST = Order(field="disposition_date", descending=True)
_ZERO = Decimal(0)


async def derived_state(reader: Reader) -> DerivedState:
    """Say whether lots are derived, and whether from all that is known."""
    return DerivedState(**(await reader.read(booked.state))._asdict())


async def lots(
    reader: Reader, scope: Scope = Scope(), *, view: View = View.TAXPAYER, today: dt.date
) -> list[LotView]:
    """Return the derived open lots by account, symbol and acquisition.

    With a day in the scope the histories are booked again up to it: nothing is stored of the past.
    """
    if scope.as_of is not None:
        # Late: booking is loaded by those who need it.
        from qm_tui.queries.hypothetical import lots_if  # noqa: PLC0415

        return await lots_if(reader, scope, view=view, today=today)
    rows = await reader.read(booked.lots, scope, view)
    held = await marks(reader, scope)
    places = await reader.read(booked.fact_places, {(row.fact_table, row.fact_id) for row in rows})
    return [
        lot_view(
            dict(row._mapping),
            view=view,
            today=today,
            mark=held.get((row.broker, row.account, row.instrument_id)),
            place=places.get((row.fact_table, row.fact_id)),
        )
        for row in rows
    ]


async def marks(reader: Reader, scope: Scope) -> dict[Holding, PositionView]:
    """Return the positions that lots are part of, for their prices."""
    return {
        (held.broker, held.account, held.instrument_id): held
        for held in await positions(reader, scope)
    }


def gains(
    reader: Reader,
    scope: Scope = Scope(),
    order: Order = _NEWEST,
    *,
    view: View = View.TAXPAYER,
    today: dt.date,
) -> ListedPages[GainView]:
    """List the derived gains, one for each part of a lot that was closed."""
    make = partial(gain_view, today=today)
    return ListedPages(reader, booked.gains_of(view), make, scope, order)


# --- sums by year ----------------------------------------------------------------------------


async def gain_years(
    reader: Reader, scope: Scope = Scope(), *, view: View = View.TAXPAYER
) -> list[GainYear]:
    """Sum the gains in USD by year and tax treatment, the newest year and taxable first."""
    groups: dict[tuple[int, str], list[Any]] = defaultdict(list)
    for row in await reader.read(booked.gain_amounts, scope, view):
        groups[row.disposition_date.year, row.treatment].append(row)
    permanent: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for row in await reader.read(booked.adjustments, scope, view):
        if row.kind == AdjustmentKind.PERMANENT_WASH_SALE:
            permanent[row.sold_on.year, row.treatment] += row.amount_usd
    with localcontext(CONTEXT):
        return [
            _year(year, treatment, rows, permanent[year, treatment])
            for (year, treatment), rows in sorted(groups.items(), key=_newest_taxable)
        ]


def _newest_taxable(group: tuple[tuple[int, str], list[Any]]) -> tuple[int, bool, str]:
    year, treatment = group[0]
    return (-year, treatment != "taxable", treatment)


def _year(year: int, treatment: str, rows: Iterable[Any], permanent: Decimal) -> GainYear:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    disallowed, count, unknown = _ZERO, 0, 0
    for row in rows:
        count += 1
        amount = net(row.tax_gain, row.tax_wash_disallowed)
        if amount is None or row.term is None:
            unknown += 1
            continue
        sums[row.term] += amount
        disallowed += row.tax_wash_disallowed
    marked = sums[Term.SECTION_1256]
    marked_short, marked_long = split_60_40(marked)
    return GainYear(
        year=year,
        tax_treatment=treatment,
        short=sums[Term.SHORT],
        long=sums[Term.LONG],
        section_1256=marked,
        section_1256_short=marked_short,
        section_1256_long=marked_long,
        disallowed=disallowed,
        permanent=permanent,
        count=count,
        unknown=unknown,
        total=sum(sums.values(), _ZERO),
    )


# --- what was adjusted, and what could not be settled ----------------------------------------


async def adjustments(
    reader: Reader, scope: Scope = Scope(), *, view: View = View.TAXPAYER
) -> list[AdjustmentView]:
    """Return the losses that were disallowed, by the day on which that took effect."""
    found = []
    for row in await reader.read(booked.adjustments, scope, view):
        values = dict(row._mapping)
        values.pop("treatment")
        words = ADJUSTMENT_WORDS[AdjustmentKind(row.kind)]
        found.append(AdjustmentView(**values, words=words))
    return found


async def findings(
    reader: Reader, scope: Scope = Scope(), *, view: View = View.TAXPAYER
) -> list[FindingView]:
    """Return what booking could not settle, the newest first."""
    rows = await reader.read(booked.findings, scope, view)
    places = await reader.read(booked.fact_places, {(row.table, row.source_id) for row in rows})
    found = []
    for row in rows:
        place = places.get((row.table, row.source_id))
        found.append(
            FindingView(
                **row._mapping,
                words=FINDING_WORDS[FindingKind(row.kind)],
                document_id=None if place is None else place.document_id,
                document_row=None if place is None else place.document_row,
            )
        )
    return found


# --- as the brokers reported them ------------------------------------------------------------


async def broker_lots(reader: Reader, scope: Scope = Scope()) -> list[LotView]:
    """Return the open lots of the newest answer that names them, oldest acquisition first."""
    return await reader.read(holdings.current_broker_lots, _lot, scope)


def _lot(**row: object) -> LotView:
    as_of, quantity = row["as_of"], row["quantity"]
    assert isinstance(as_of, dt.datetime)
    assert isinstance(quantity, Decimal)
    start = row["holding_start"] or row["acquisition_date"]
    assert start is None or isinstance(start, dt.date)
    long = start is not None and is_long_term(start, as_of.date())
    return LotView(
        **row,  # type: ignore[arg-type]  # labels of the selection; a test holds them together
        basis_status="unknown" if row["cost_basis"] is None else "known",
        wash_adjustment=None,
        # What a short sale will be depends on the shares that are delivered one day.
        term=None if start is None or quantity < 0 else "long" if long else "short",
        source="broker",
        view="broker",
    )


def broker_gains(
    reader: Reader, scope: Scope = Scope(), order: Order = _NEWEST
) -> ListedPages[GainView]:
    """List the lots the brokers say were closed, with their gains."""
    return ListedPages(reader, activity.GAINS, _gain, scope, order)


def _gain(**row: object) -> GainView:
    cost, gain = row["cost_basis"], row["gain"]
    known = cost is not None and gain is not None
    return GainView(
        **row,  # type: ignore[arg-type]
        proceeds=cost + gain if known else None,  # type: ignore[operator]
    )
