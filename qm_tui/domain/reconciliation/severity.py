"""How much a discrepancy matters: by money, in one place.

* *dust*: worth less than one unit of the account's base currency, and less than a whole unit of the
  instrument; a whole share or contract is never dust, whatever its price.
* *minor*: worth less than 100 units, and less than a thousandth of the account.
* *major*: everything else, and what nobody can put a value on, unless it is a tiny fraction.

Amounts are compared in the account's base currency where the rate is known, else as they are.
"""

from decimal import Decimal

from qm_tui.domain.reconciliation.sides import Holding
from qm_tui.domain.reconciliation.tolerance import CENT
from qm_tui.domain.reconciliation.words import Severity

DUST_VALUE = Decimal(1)
DUST_QUANTITY = Decimal("0.001")
MINOR_VALUE = Decimal(100)
MINOR_SHARE = Decimal("0.001")
_WHOLE = Decimal(1)


def severity_of(
    value: Decimal | None,
    *,
    quantity: Decimal | None = None,
    rate: Decimal | None = None,
    account_value: Decimal | None = None,
) -> Severity:
    """Say how much a difference matters.

    Args:
        value: What it is worth in its currency; None: unknown.
        quantity: The difference, where it is one of shares or contracts.
        rate: Multiplies the currency into the account's base currency.
        account_value: What the account is worth in its base currency.
    """
    if value is None:
        tiny = quantity is not None and abs(quantity) < DUST_QUANTITY
        return Severity.DUST if tiny else Severity.MAJOR
    in_base = abs(value) if rate is None else abs(value * rate)
    whole = quantity is not None and abs(quantity) >= _WHOLE
    if in_base < DUST_VALUE and not whole:
        return Severity.DUST
    share = None if not account_value else abs(account_value) * MINOR_SHARE
    if in_base < MINOR_VALUE and (share is None or in_base < share):
        return Severity.MINOR
    return Severity.MAJOR


def worth(holding: Holding, quantity: Decimal) -> Decimal | None:
    """Return what so many units of the instrument are worth, in its currency; None: unknown."""
    price = _unit_value(holding)
    return None if price is None else abs(quantity * price).quantize(CENT)


def _unit_value(holding: Holding) -> Decimal | None:
    """Return what one unit is worth: at the market, else as it was last traded, else its cost.

    A price of 0 says little: what expired worthless did cost something.
    """
    multiplier = holding.instrument.multiplier
    told = holding.position
    if told is not None and told.quantity and told.market_value:
        return abs(told.market_value / told.quantity)
    if told is not None and told.market_price:
        return abs(told.market_price) * multiplier
    for earlier in reversed(holding.earlier):
        if earlier.market_price:
            return abs(earlier.market_price) * multiplier
    for movement in sorted(holding.movements, key=lambda each: each.day, reverse=True):
        if movement.price:
            return abs(movement.price) * multiplier
    for lot in holding.lots or ():
        if lot.cost_basis and lot.quantity:
            return abs(lot.cost_basis / lot.quantity)
    return None
