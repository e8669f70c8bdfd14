"""Why a lot or a gain is what it is: its chain of steps, oldest first, back to the facts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import localcontext

from qm_tui.domain.booking.lots import Slice
from qm_tui.domain.booking.money import CONTEXT, ZERO
from qm_tui.domain.booking.results import Adjustment, Booked, Step
from qm_tui.domain.booking.securities import AccountRules, Security
from qm_tui.domain.booking.sentences import Names, gain_sentences, step_sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One step of a chain.

    The steps of one lot follow each other: what one leaves, the next one finds. Only those that
    are told aside, of lots that the chain merely touches, stand alone.
    """

    step: Step
    text: str
    """In words for the user, with the day."""
    aside: bool = False
    """A step of another lot: the sale whose loss was added, or where a loss went."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A chain of steps, and what comes of it in words."""

    steps: tuple[Explained, ...]
    summary: tuple[str, ...] = ()


_Chain = dict[int, bool]
"""Places in the journal → whether the step is told aside."""


class Explainer:
    """Answers for the lots and slices of one booking run that kept its journal."""

    def __init__(
        self,
        booked: Booked,
        securities: Mapping[int, Security],
        accounts: Mapping[int, AccountRules],
    ) -> None:
        self._names = Names(securities, accounts)
        self._open = {lot.number for lot in (*booked.lots, *booked.in_transit)}
        self._slices = {closed.number: closed for closed in booked.slices}
        self._adjustments: dict[int, list[Adjustment]] = defaultdict(list)
        for row in booked.adjustments:
            self._adjustments[row.slice].append(row)
        self._journal = _Journal(booked)

    def why_lot(self, number: int) -> Explanation | None:
        """Explain an open lot; None when there is none of this number."""
        if number not in self._open:
            return None
        chain = self._chain(number, len(self._journal.steps))
        with localcontext(CONTEXT):
            return Explanation(steps=self._in_words(chain))

    def why_gain(self, number: int) -> Explanation | None:
        """Explain what a slice brought; None when there is none of this number."""
        closed = self._slices.get(number)
        if closed is None:
            return None
        with localcontext(CONTEXT):
            summary = gain_sentences(
                closed, self._adjustments[number], self._journal.first, self._names
            )
            if closed.lot is None:
                step = _unopened(closed)
                told = Explained(step=step, text=step_sentence(step, self._names, closed))
                before: tuple[Explained, ...] = ()
                if closed.option is not None:
                    before = self._in_words(self._chain(closed.option, len(self._journal.steps)))
                return Explanation(steps=(*before, told), summary=summary)
            end = self._journal.closing(closed)
            chain = self._chain(closed.lot, end)
            if closed.option is not None:
                chain |= self._chain(closed.option, end)
            for place in self._journal.additions[number]:
                chain.setdefault(place, True)
            return Explanation(steps=self._in_words(chain, {end: closed}), summary=summary)

    def _chain(self, lot: int, until: int) -> _Chain:
        """Return the steps of a lot up to a place, with those of the lots that it came from."""
        journal = self._journal
        chain: _Chain = {}
        reached: dict[int, int] = {}
        waiting = [(lot, until)]
        while waiting:
            number, end = waiting.pop()
            start = reached.get(number, -1)
            if start >= end:
                continue
            reached[number] = end
            for place in journal.of_lot[number]:
                if place <= start:
                    continue
                if place > end:
                    break
                chain[place] = False
                waiting += ((source, place) for source in journal.sources(place))
                sale = self._sale_of_loss(place)
                if sale is not None:
                    chain.setdefault(sale, True)
        return chain

    def _sale_of_loss(self, place: int) -> int | None:
        """Return the sale that a loss comes from, where a step added one."""
        step = self._journal.steps[place]
        closed = None if step.slice is None else self._slices.get(step.slice)
        if closed is None or closed.lot is None or not _is_addition(step):
            return None
        return self._journal.closing(closed)

    def _in_words(
        self, chain: _Chain, closing: Mapping[int, Slice] | None = None
    ) -> tuple[Explained, ...]:
        return tuple(self._explained(place, chain, closing or {}) for place in sorted(chain))

    def _explained(self, place: int, chain: _Chain, closing: Mapping[int, Slice]) -> Explained:
        step = self._journal.steps[place]
        closed = closing.get(place)
        if closed is None and step.slice is not None:
            closed = self._slices.get(step.slice)
        text = step_sentence(step, self._names, closed)
        return Explained(step=step, text=text, aside=chain[place])


class _Journal:
    """The steps of a run by lot, and those that belong to a slice."""

    def __init__(self, booked: Booked) -> None:
        self.steps: Sequence[Step] = booked.steps
        self.of_lot: dict[int, list[int]] = defaultdict(list)
        self.additions: dict[int, list[int]] = defaultdict(list)
        """By slice: where its loss was added."""
        self._takings: dict[tuple[object, ...], list[int]] = defaultdict(list)
        self._turns: dict[int, int] = {}
        for place, step in enumerate(self.steps):
            self.of_lot[step.lot].append(place)
            if step.quantity_after < step.quantity_before:
                taken = step.quantity_before - step.quantity_after
                self._takings[step.lot, step.source, step.day, taken].append(place)
            elif step.slice is not None:
                self.additions[step.slice].append(place)
        count: dict[tuple[object, ...], int] = defaultdict(int)
        for closed in booked.slices:
            key = _taking_of(closed)
            self._turns[closed.number] = count[key]
            count[key] += 1

    def first(self, lot: int) -> Step | None:
        """Return how a lot began."""
        places = self.of_lot.get(lot)
        return self.steps[places[0]] if places else None

    def sources(self, place: int) -> Iterator[int]:
        """Return the lots that a step brought something from: not those that it went to."""
        step = self.steps[place]
        if step.parent is not None and place == self.of_lot[step.lot][0]:
            yield step.parent
        if step.other is not None and step.other != step.parent:
            first = self.first(step.other)
            if (
                first is not None
                and self.of_lot[step.other][0] < place
                and first.parent != step.lot
            ):
                yield step.other

    def closing(self, closed: Slice) -> int:
        """Return the place of the step that took a slice out of its lot."""
        places = self._takings.get(_taking_of(closed))
        if places:
            return places[min(self._turns[closed.number], len(places) - 1)]
        assert closed.lot is not None
        # What was not taken by quantity: a distribution beyond the basis, for one.
        before = [
            place for place in self.of_lot[closed.lot] if self.steps[place].day <= closed.disposed
        ]
        by_its_fact = [place for place in before if self.steps[place].source == closed.closed_by]
        return (by_its_fact or before or self.of_lot[closed.lot])[-1]


def _is_addition(step: Step) -> bool:
    return step.quantity_after == step.quantity_before


def _taking_of(closed: Slice) -> tuple[object, ...]:
    return (closed.lot, closed.closed_by, closed.disposed, closed.quantity)


def _unopened(closed: Slice) -> Step:
    """The only step of what was closed without being known to have been opened."""
    return Step(
        lot=0,
        day=closed.disposed,
        what="closed without a known opening",
        source=closed.closed_by,
        quantity_before=closed.quantity,
        quantity_after=ZERO,
        basis_before=None,
        basis_after=None,
        account=closed.account,
        security=closed.security,
        short=closed.short,
    )
