"""Why a lot or a gain is what it is, down to the rows of the broker: the group is booked again."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from qm_tui.book.replay import Replay
from qm_tui.domain.booking.explanation import Explained, Explainer, Explanation
from qm_tui.domain.booking.words import LotMethod, View
from qm_tui.domain.selection import Scope
from qm_tui.queries.hypothetical import fact_of, replays
from qm_tui.queries.lot_making import exact, minus
from qm_tui.queries.lot_views import GainView, LotView, WhyStep, WhyView
from qm_tui.store.reader import Reader
from qm_tui.store.reading import booked

Key = tuple[str, int, int]
"""(account, instrument id, number) of a lot or of a gain."""


async def why_lot(
    reader: Reader, lot: LotView, *, method: LotMethod | None = None, scope: Scope = Scope()
) -> WhyView | None:
    """Explain a derived lot; None when the facts have changed since it was read.

    Args:
        reader: The store.
        lot: The lot as it was shown.
        method: The one under which it was supposed, if it was.
        scope: Its day is the one up to which was booked, if there is one.
    """
    if lot.number is None or lot.view is None:
        return None
    one = Scope(account=lot.account, instrument_id=lot.instrument_id, as_of=scope.as_of)
    found = await replays(reader, one, view=View(lot.view), method=method, explain=True)
    (why,) = await Reasons(found).of_lots(reader, [lot])
    return why


async def why_gain(
    reader: Reader, gain: GainView, *, method: LotMethod | None = None, scope: Scope = Scope()
) -> WhyView | None:
    """Explain a derived gain; None when the facts have changed since it was read."""
    if gain.number is None or gain.view is None:
        return None
    one = Scope(account=gain.account, instrument_id=gain.instrument_id, as_of=scope.as_of)
    found = await replays(reader, one, view=View(gain.view), method=method, explain=True)
    (why,) = await Reasons(found).of_gains(reader, [gain])
    return why


class _Known(NamedTuple):
    """Where something is explained, and what it must still be."""

    place: int
    amount: Decimal | None


_Told = tuple[int, Explanation] | None
"""Which replay, and what it says."""


class Reasons:
    """Explains the lots and gains of some replays that kept their journals."""

    def __init__(self, found: Sequence[Replay]) -> None:
        self._replays = found
        self._explainers = [
            Explainer(replay.booked, replay.facts.securities, replay.facts.accounts)
            for replay in found
        ]
        self._lots: dict[Key, _Known] = {}
        self._gains: dict[Key, _Known] = {}
        for place, replay in enumerate(found):
            numbers = {rules.id: rules.number for rules in replay.facts.accounts.values()}
            for lot in (*replay.booked.lots, *replay.booked.in_transit):
                basis = -lot.basis if lot.short and lot.basis is not None else lot.basis
                self._lots[numbers[lot.account], lot.security, lot.number] = _Known(place, basis)
            for closed in replay.booked.slices:
                key = (numbers[closed.account], closed.security, closed.number)
                self._gains[key] = _Known(place, closed.gain)

    async def of_lots(self, reader: Reader, lots: Sequence[LotView]) -> list[WhyView | None]:
        """Explain lots; None where a lot is not what it was any more."""
        told: list[_Told] = []
        for lot in lots:
            number = lot.number or 0
            known = self._lots.get((lot.account, lot.instrument_id, number))
            if known is None or known.amount != lot.cost_basis:
                told.append(None)
                continue
            why = self._explainers[known.place].why_lot(number)
            told.append(None if why is None else (known.place, why))
        titles = [f"{lot.symbol} in {lot.account}: lot {lot.number}" for lot in lots]
        return await self._views(reader, titles, told)

    async def of_gains(self, reader: Reader, gains: Sequence[GainView]) -> list[WhyView | None]:
        """Explain gains; None where a gain is not what it was any more."""
        told: list[_Told] = []
        for gain in gains:
            number = gain.number or 0
            known = self._gains.get((gain.account, gain.instrument_id or 0, number))
            if known is None or known.amount != gain.gain:
                told.append(None)
                continue
            why = self._explainers[known.place].why_gain(number)
            told.append(None if why is None else (known.place, why))
        titles = [
            f"{gain.symbol} in {gain.account}: gain {gain.number} of {gain.disposition_date}"
            for gain in gains
        ]
        return await self._views(reader, titles, told)

    async def _views(
        self, reader: Reader, titles: Sequence[str], told: Sequence[_Told]
    ) -> list[WhyView | None]:
        facts = {
            fact_of(each.step.source) for one in told if one is not None for each in one[1].steps
        }
        places = await reader.read(booked.fact_places, facts)
        return [
            None if one is None else self._view(title, self._replays[one[0]], one[1], places)
            for title, one in zip(titles, told, strict=True)
        ]

    @staticmethod
    def _view(
        title: str,
        replay: Replay,
        why: Explanation,
        places: Mapping[booked.Fact, booked.FactPlace],
    ) -> WhyView:
        steps = tuple(_step(each, replay, places) for each in why.steps)
        return WhyView(title=title, steps=steps, summary=why.summary)


def _step(
    explained: Explained,
    replay: Replay,
    places: Mapping[booked.Fact, booked.FactPlace],
) -> WhyStep:
    step = explained.step
    security = replay.facts.securities[step.security]
    table, row_id = fact_of(step.source)
    place = places.get((table, row_id))
    signed = minus if step.short else exact
    return WhyStep(
        day=step.day,
        what=step.what,
        text=explained.text,
        lot=step.lot,
        account=replay.facts.accounts[step.account].number,
        symbol=security.symbol,
        currency=security.currency,
        table=table,
        id=row_id,
        quantity_before=signed(step.quantity_before),
        quantity_after=signed(step.quantity_after),
        basis_before=signed(step.basis_before),
        basis_after=signed(step.basis_after),
        aside=explained.aside,
        document=None if place is None else place.document,
        document_id=None if place is None else place.document_id,
        document_row=None if place is None else place.document_row,
    )
