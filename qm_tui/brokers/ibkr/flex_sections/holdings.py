"""Open positions: their summaries are positions, their lots are lots, and never both are added."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from qm_tui.brokers.ibkr.flex_rows import Row, Scope, called, identity, told_by
from qm_tui.brokers.ibkr.flex_sections.other import other_row
from qm_tui.brokers.ibkr.flex_values import canonical, quotient, total
from qm_tui.domain.instruments import Derivative, Instrument, OtherInstrument
from qm_tui.domain.records import Position, Record
from qm_tui.domain.reported import BrokerLot

_POSITION_TOLD = told_by(
    "currency fxRateToBase reportDate position side markPrice positionValue costBasisPrice "
    "costBasisMoney fifoPnlUnrealized"
)
_LOT_TOLD = told_by(
    "currency fxRateToBase reportDate position side markPrice positionValue openPrice "
    "costBasisMoney fifoPnlUnrealized openDateTime holdingPeriodDateTime code originatingOrderID "
    "originatingTransactionID"
)

_Place = tuple[str, dt.datetime]
"""An account at a moment."""
_Whose = tuple[type[Instrument], str, str | None, str]
"""What tells the holdings of a place apart: kind, currency and identity of the instrument."""


class OpenPositions:
    """The open positions of one statement, kept until all rows are read: one an instrument."""

    def __init__(self) -> None:
        self._stated: dict[tuple[str, dt.datetime, _Whose], dict[str, Position]] = {}
        """(account, as of, instrument) → model → position."""
        self._summed: dict[tuple[str, dt.datetime, _Whose], Position] = {}
        self._with_summaries: set[_Place] = set()
        self.with_lots: set[_Place] = set()
        self.seen: set[_Place] = set()
        self.strange = False
        """Whether there were rows of a level that is not known: then no row is not no position."""

    def row(self, row: Row, scope: Scope) -> Record | None:
        """Read a position or a lot of one; a position comes out at the end."""
        level = (row.text("levelOfDetail") or "").upper()
        if level == "LOT" or (not level and _is_lot(row)):
            return self._lot(row, scope)
        if level not in {"", "SUMMARY"}:
            scope.new_value(row, "levelOfDetail", level)
            self.strange = True
            return other_row(row, scope)
        self._summary(row, scope)
        return None

    def positions(self, scope: Scope) -> Iterable[Position]:
        """Return the positions: as stated, else the sums of their lots."""
        stated = [_one(models) for models in self._stated.values()]
        _warn_of_halves(stated, scope)
        yield from stated
        for (account, as_of, _), position in self._summed.items():
            if (account, as_of) not in self._with_summaries:
                scope.warn(
                    "The statement lists open positions only as lots; positions are their sums. "
                    "Tick Summary in the Open Positions section of the Flex query."
                )
                yield position
        self._stated.clear()
        self._summed.clear()

    def _summary(self, row: Row, scope: Scope) -> None:
        currency = scope.currency(row)
        instrument = scope.instrument(row, currency)
        quantity = _quantity(row)
        as_of = scope.as_of(row, scope.day(row, "reportDate"))
        mark = row.number("markPrice")
        position = Position(
            account=row.account,
            document_row=row.index,
            broker_specific=row.rest(_POSITION_TOLD),
            as_of=as_of,
            instrument=instrument,
            currency=currency,
            quantity=quantity,
            average_cost=row.number("costBasisPrice"),
            cost_basis=_like(quantity, row.number("costBasisMoney"), None),
            market_price=mark,
            market_value=_like(quantity, row.number("positionValue"), mark),
            unrealized_pnl=row.number("fifoPnlUnrealized"),
            fx_rate_to_base=row.number("fxRateToBase"),
        )
        self.seen.add((row.account, as_of))
        self._with_summaries.add((row.account, as_of))
        models = self._stated.setdefault((row.account, as_of, _whose(instrument, currency)), {})
        model = row.text("model") or ""
        before = models.get(model)
        if before is None or replace(before, document_row=row.index) == position:
            models[model] = position
        else:
            models[model] = _sum(before, position)

    def _lot(self, row: Row, scope: Scope) -> BrokerLot:
        currency = scope.currency(row)
        instrument = scope.instrument(row, currency)
        quantity = _quantity(row)
        as_of = scope.as_of(row, scope.day(row, "reportDate"))
        mark = row.number("markPrice")
        opened = scope.moment(row, "openDateTime")
        transaction_id = row.identifier("originatingTransactionID")
        order_id = row.identifier("originatingOrderID")
        # As queries name it that tick conid and those that do not.
        whose = called(row)
        lot = BrokerLot(
            account=row.account,
            document_row=row.index,
            broker_specific=row.rest(_LOT_TOLD),
            as_of=as_of,
            instrument=instrument,
            currency=currency,
            quantity=quantity,
            cost_basis=_like(quantity, row.number("costBasisMoney"), None),
            open_price=row.number("openPrice"),
            market_price=mark,
            market_value=_like(quantity, row.number("positionValue"), mark),
            unrealized_pnl=row.number("fifoPnlUnrealized"),
            opened_at=opened.at,
            acquisition_date=opened.day,
            holding_start=scope.moment(row, "holdingPeriodDateTime").day,
            fx_rate_to_base=row.number("fxRateToBase"),
            originating_transaction_id=transaction_id,
            originating_order_id=order_id,
            code=row.text("code"),
            key=(
                scope.numbered(
                    row, f"lot {as_of.isoformat()} {whose}", f"TX:{transaction_id}"
                )
                if transaction_id is not None
                # Not of cost or holding period: a wash sale rewrites both.
                else scope.content_key(
                    row, f"lot {as_of.isoformat()}", whose, opened.at or opened.day, order_id,
                    canonical(quantity),
                )
            ),
        )  # fmt: skip
        self.seen.add((row.account, as_of))
        self.with_lots.add((row.account, as_of))
        self._add(lot)
        return lot

    def _add(self, lot: BrokerLot) -> None:
        if (lot.account, lot.as_of) in self._with_summaries:
            return
        place = (lot.account, lot.as_of, _whose(lot.instrument, lot.currency))
        position = Position(
            account=lot.account,
            document_row=lot.document_row,
            as_of=lot.as_of,
            instrument=lot.instrument,
            currency=lot.currency,
            quantity=lot.quantity,
            cost_basis=lot.cost_basis,
            market_price=lot.market_price,
            market_value=lot.market_value,
            unrealized_pnl=lot.unrealized_pnl,
            fx_rate_to_base=lot.fx_rate_to_base,
        )
        before = self._summed.get(place)
        self._summed[place] = _averaged(position if before is None else _sum(before, position))


def _whose(instrument: Instrument, currency: str | None) -> _Whose:
    # Without conid an ISIN may be held in two currencies, and a ticker be a stock and a future.
    kind = instrument.kind if isinstance(instrument, OtherInstrument) else ""
    return (type(instrument), kind, currency, identity(instrument))


def _warn_of_halves(stated: Sequence[Position], scope: Scope) -> None:
    """Tell of an instrument that stands there with conid and without, and not alike."""
    known: dict[tuple[str, dt.datetime, type[Instrument], str | None, str], list[Position]] = {}
    for position in stated:
        instrument = position.instrument
        known.setdefault(
            (
                position.account, position.as_of, type(instrument), position.currency,
                instrument.symbol,
            ), [],
        ).append(position)  # fmt: skip
    for alike in known.values():
        if len({position.instrument.identifiers.conid is None for position in alike}) == 2 and (
            len({position.quantity for position in alike}) > 1
        ):
            sizes = " and ".join(canonical(position.quantity) for position in alike)
            scope.warn(
                f"{alike[0].instrument.symbol} is held once with a contract id and once without, "
                f"as {sizes}: only one of them can be kept. Add the field Conid to the Open "
                "Positions section of the Flex query."
            )


def _is_lot(row: Row) -> bool:
    """Tell a lot whose level is not said by what only lots have."""
    return bool(row.text("openDateTime") or row.identifier("originatingTransactionID"))


def _quantity(row: Row) -> Decimal:
    name = "quantity" if "quantity" in row.shape.places else "position"
    quantity = row.required(name)
    if quantity > 0 and (row.text("side") or "").lower() == "short":
        return quantity.copy_negate()
    return quantity


def _like(quantity: Decimal, value: Decimal | None, price: Decimal | None) -> Decimal | None:
    """Give money the sign of a short quantity; a negative price explains another sign."""
    if value is None or quantity >= 0 or value <= 0 or (price is not None and price < 0):
        return value
    return value.copy_negate()


def _one(models: dict[str, Position]) -> Position:
    """Join the rows of one instrument: the row of no model is the total, else models add up."""
    if "" in models:
        return models[""]
    rows = list(models.values())
    found = rows[0]
    for row in rows[1:]:
        found = _sum(found, row)
    return found


def _sum(first: Position, second: Position) -> Position:
    return _averaged(
        replace(
            first,
            quantity=total(first.quantity, second.quantity),
            cost_basis=_total(first.cost_basis, second.cost_basis),
            market_price=first.market_price if first.market_price == second.market_price else None,
            market_value=_total(first.market_value, second.market_value),
            unrealized_pnl=_total(first.unrealized_pnl, second.unrealized_pnl),
            broker_specific=None,
        )
    )


def _total(first: Decimal | None, second: Decimal | None) -> Decimal | None:
    """Add; what is unknown makes the sum unknown."""
    return None if first is None or second is None else total(first, second)


def _averaged(position: Position) -> Position:
    if isinstance(position.instrument, Derivative) and not position.instrument.multiplier_stated:
        return replace(position, average_cost=None)
    units = position.quantity * position.instrument.multiplier
    cost = position.cost_basis
    return replace(
        position, average_cost=quotient(cost, units) if cost is not None and units else None
    )
