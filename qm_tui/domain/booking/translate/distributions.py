"""What comes beside shares that stay: spin-offs, rights, dividends in other shares."""

from decimal import Decimal
from fractions import Fraction

from qm_tui.domain.booking.events import ZERO, Event, Rights, SpinOff
from qm_tui.domain.booking.securities import Alias, Security
from qm_tui.domain.booking.translate.descriptions import said
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.fractions_paid import Fractions, exactly
from qm_tui.domain.booking.translate.legs import Action
from qm_tui.domain.booking.translate.parents import TICKER, bearers, plain_ticker
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.instruments import canonical_ticker


def spin_off(
    desk: Desk, action: Action, child: int, shares: Decimal, held: Positions, fractions: Fractions
) -> list[Event] | None:
    """Return shares of another company for shares held; None: nobody knows for which ones.

    A negative number of them is owed by a short position.
    """
    parent = parent_of(desk, action, child, held)
    if parent is None:
        return None
    quantity = held.before(action.account, parent, action.eve)
    exact = exactly(quantity, action.said.ratio) if shares > 0 else None
    whole, paid = fractions.paid(action, child, shares, exact)
    return [
        SpinOff(
            day=action.day,
            account=action.account,
            security=parent,
            at=action.at,
            source=action.source,
            sequence=action.sequence,
            key=action.key,
            child=child,
            shares=whole,
            fraction=_fraction_told(desk, action, child),
            basis=_stated_basis(desk, action, child, parent),
        ),
        *paid,
    ]


def _fraction_told(desk: Desk, action: Action, child: int) -> Fraction | None:
    """Return the part of the basis that the user says, by a symbol that the child has or had."""
    told = desk.spin_off_fractions
    if not told:
        return None
    security = desk.facts.securities[child]
    names = [security.symbol, *(one.value for one in security.aliases if one.scheme == TICKER)]
    names += [
        said(leg.description).own_symbol or "" for leg in action.legs if leg.security == child
    ]
    return next((told[name] for name in map(canonical_ticker, names) if name in told), None)


def _stated_basis(desk: Desk, action: Action, child: int, parent: int) -> Decimal | None:
    """Return what of the basis the broker moved to the child, in the parent's currency."""
    stated = [leg for leg in action.legs if leg.security == child and leg.cost_basis]
    if not stated:
        return None
    basis = abs(sum((leg.cost_basis or ZERO for leg in stated), ZERO))
    amount, _ = desk.money(
        basis, stated[0].currency, parent, action.day, action.account, stated[0].fx_rate_to_base
    )
    return amount or None


def rights(
    desk: Desk, action: Action, right: int, quantity: Decimal, held: Positions
) -> list[Event] | None:
    """Return rights to buy for shares held; None: nobody knows for which ones."""
    parent = parent_of(desk, action, right, held)
    if parent is None:
        return None
    return [
        Rights(
            day=action.day,
            account=action.account,
            security=parent,
            at=action.at,
            source=action.source,
            sequence=action.sequence,
            key=action.key,
            right=right,
            fraction=_fraction_told(desk, action, right),
            quantity=quantity,
        )
    ]


def parent_of(desk: Desk, action: Action, child: int, held: Positions) -> int | None:
    """Find what the distribution is of: by a leg of it, by its name, by what was held."""
    named = [security for security in action.securities if security != child]
    if named:
        return named[0] if len(named) == 1 else None
    there = {
        security: held.before(action.account, security, action.eve)
        for account, security in held.places()
        if account == action.account and security != child
    }
    securities = desk.facts.securities
    aliases = {
        number: (*security.aliases, _symbol(security))
        for number, security in securities.items()
        if number != child and not security.is_option
    }
    namesakes = bearers(action.said, action.day, aliases, set(there))
    if len(namesakes) == 1:
        return namesakes[0]
    # Several of that name, or one that has another name today: what the ratio fits is it.
    fitting = [
        security
        for security in namesakes or there
        if _fits(there.get(security), action.said.ratio, action.moves[child])
        and not securities[security].is_option
    ]
    return fitting[0] if len(fitting) == 1 else None


def _symbol(security: Security) -> Alias:
    return Alias(TICKER, plain_ticker(security.symbol), None, None)


def _fits(held: Decimal | None, ratio: Fraction | None, shares: Decimal) -> bool:
    if not held or ratio is None:
        return False
    exact = exactly(held, ratio)
    return exact is not None and Decimal("-0.001") < abs(exact) - abs(shares) < 1
