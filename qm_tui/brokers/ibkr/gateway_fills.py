"""Watches for new fills and late commissions, which the client library does not announce.

It raises its event only for orders that it knows; the fills of orders placed by hand, in TWS or on
a telephone, just appear in its list, and their commissions are filled in later.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from qm_tui.brokers.ibkr.gateway_executions import Lineage, corrected, has_commission, trades_of
from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_numbers import BadRow
from qm_tui.domain.records import Trade

Fill = Any
"""The client library's."""


class FillWatch:
    """Which fills of a connection were handed on, and which wait for their commission."""

    def __init__(self, ib: Any, instruments: GatewayInstruments) -> None:
        self._ib = ib
        self._instruments = instruments
        self._looked_at = 0
        """So many of the library's fills, which it keeps in the order in which they came."""
        self._told: dict[str, bool] = {}
        """Execution id → whether its commission was known when it was handed on."""
        self._waiting: dict[str, Fill] = {}
        self._newest: dict[Lineage, int] = {}
        """The number of the last correction of each fill."""

    @property
    def has_news(self) -> bool:
        """Whether there are fills that were not looked at."""
        return len(self._fills()) != self._looked_at

    @property
    def waits(self) -> bool:
        """Whether a commission is still to come."""
        return bool(self._waiting)

    def told(self, fills: Iterable[Fill]) -> None:
        """Take over what was handed on otherwise, with the commissions they have now."""
        for fill in fills:
            self._note(fill)

    def fills(self, at_most: int) -> list[Trade | BadRow]:
        """Return what is new since the last time: fills, and fills whose commission came."""
        news = [*self._late(), *self._new(at_most)]
        for fill in news:
            self._note(fill)
        # The commission of what was corrected meanwhile would take the correction back.
        return list(trades_of(filter(self._stands, news), self._instruments.of))

    def _stands(self, fill: Fill) -> bool:
        shared, number = corrected(fill)
        return number == self._newest[shared]

    def _note(self, fill: Fill) -> None:
        shared, number = corrected(fill)
        self._newest[shared] = max(self._newest.get(shared, number), number)
        execution_id = fill.execution.execId
        self._told[execution_id] = has_commission(fill)
        if self._told[execution_id]:
            self._waiting.pop(execution_id, None)
        else:
            self._waiting[execution_id] = fill

    def _late(self) -> list[Fill]:
        return [fill for fill in self._waiting.values() if has_commission(fill)]

    def _new(self, at_most: int) -> Iterator[Fill]:
        fills = self._fills()
        if len(fills) < self._looked_at:
            self._looked_at = 0  # the library forgets everything when it loses the connection
        new = list(islice(fills.values(), self._looked_at, self._looked_at + at_most))
        self._looked_at += len(new)
        for fill in new:
            known = self._told.get(fill.execution.execId)
            if known is None or (not known and has_commission(fill)):
                yield fill

    def _fills(self) -> Mapping[str, Fill]:
        fills: Mapping[str, Fill] = self._ib.wrapper.fills
        return fills
