"""What share of an account, or of all accounts, a holding is: in the base currency where known."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

from qm_tui.domain.selection import Scope
from qm_tui.queries.account_views import AccountView
from qm_tui.queries.accounts import AccountBasis, account_values, account_view
from qm_tui.queries.conversion import common_base, rate
from qm_tui.queries.grouping import WeightOf
from qm_tui.queries.position_views import PositionView
from qm_tui.store.reader import Reader

if TYPE_CHECKING:
    from qm_tui.domain.live import LiveBook

_RATIO = Context(prec=28, rounding=ROUND_HALF_EVEN)
_TREATMENTS = {"taxable": "Taxable", "ira": "IRA", "roth": "Roth IRA"}

Place = tuple[str, str]
"""Broker and account."""


class Weighing:
    """Net liquidations and rates: read once, reckoned again as values are pushed.

    A position of no known account, value or rate has no weight; neither has one of an account
    whose net liquidation nobody knows, which is no part of 100 % either. Where more is owed than
    there is, nothing is a share of it.
    """

    def __init__(self, bases: Iterable[AccountBasis] = ()) -> None:
        self._bases = {(basis.row.broker, basis.row.account): basis for basis in bases}
        self._views: dict[Place, AccountView] = {}
        self._factors: dict[tuple[Place, str | None], Decimal | None] = {}
        self.look_again(None)

    def look_again(self, live: "LiveBook | None") -> None:
        """Reckon with what was pushed since."""
        self._views = {
            place: account_view(basis, live if live and live.balances(place[1]) else None)
            for place, basis in self._bases.items()
        }
        self.base = common_base(view.base_currency for view in self._views.values())
        """The currency in which everything is summed; None where no account has one."""
        self._factors.clear()
        self._nets = {place: self._in_base(place) for place in self._views}
        self.net = total(self._nets.values())
        """What all accounts of which it is known are worth, in the base currency."""
        self.without = [
            view.account
            for view, one in zip(self._views.values(), self._nets.values(), strict=True)
            if one is None and view.closed is None
        ]
        """Accounts that are not in it."""

    @property
    def names(self) -> Mapping[str, str]:
        """Account → what its owner calls it."""
        return {view.account: view.nickname for view in self._views.values() if view.nickname}

    def categories(self, told: Mapping[str, str]) -> Mapping[str, str]:
        """Account → what the user calls its kind; how it is taxed, where he said nothing."""
        taxed = {
            view.account: _TREATMENTS.get(view.tax_treatment, view.tax_treatment)
            for view in self._views.values()
            if view.tax_treatment is not None
        }
        return {**taxed, **told}

    def factor(self, position: PositionView) -> Decimal | None:
        """Return what turns a position's money into the base currency; None is not known."""
        place = (position.broker, position.account)
        own = position.fx_rate_to_base
        if own is not None and place in self._views and position.currency != self.base:
            both = self._rate(place, self._views[place].base_currency)
            if both is not None:
                return own * both
        return self._rate(place, position.currency)

    def in_base(self, position: PositionView, money: Decimal | None) -> Decimal | None:
        """Return a position's money in the base currency; None where a rate is not known."""
        if money is None or (factor := self.factor(position)) is None:
            return None
        return money * factor

    def weight(self, position: PositionView, of: WeightOf) -> Decimal | None:
        """Return the share that a position has: 0.125 is an eighth; what is owed is negative."""
        return self.weight_of(position, position.market_value, of)

    def weight_of(
        self, position: PositionView, market_value: Decimal | None, of: WeightOf
    ) -> Decimal | None:
        """Return the share of a position whose value is another than it was."""
        place = (position.broker, position.account)
        net = self._nets.get(place)
        whole = net if of is WeightOf.ACCOUNT else self.net
        value = self.in_base(position, market_value)
        if value is None or net is None or whole is None or whole <= 0:
            return None
        return _RATIO.divide(value, whole)

    def _in_base(self, place: Place) -> Decimal | None:
        view = self._views.get(place)
        if view is None or view.net_liquidation is None:
            return None
        factor = self._rate(place, view.base_currency)
        return None if factor is None else view.net_liquidation * factor

    def _rate(self, place: Place, currency: str | None) -> Decimal | None:
        known = (place, currency)
        if known not in self._factors:
            basis = self._bases.get(place) or next(iter(self._bases.values()), None)
            rates = {} if basis is None else basis.rates
            self._factors[known] = rate(rates, currency, self.base)
        return self._factors[known]


async def weighing(reader: Reader, scope: Scope = Scope()) -> Weighing:
    """Read what positions are weighed by: all accounts, whatever the scope, as of its day."""
    return Weighing(await account_values(reader, Scope(as_of=scope.as_of)))


def total(values: Iterable[Decimal | None]) -> Decimal | None:
    """Return the sum of what is known; None if nothing is."""
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None
