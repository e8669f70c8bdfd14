"""Asks what the instruments are that are held, and what the contracts are multiples of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from qm_tui.brokers.tastytrade.answers import Answer, AskFailed, Item
from qm_tui.brokers.tastytrade.described import (
    Described,
    Question,
    adjusted,
    answered,
    products,
    questions,
)
from qm_tui.brokers.tastytrade.failures import Failures
from qm_tui.brokers.tastytrade.paging import listed
from qm_tui.brokers.tastytrade.parts import Parts
from qm_tui.brokers.tastytrade.pull_holdings import sentence
from qm_tui.domain.batches import Batch, RefusedRow
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import InstrumentInfo
from qm_tui.domain.words import Section

_FORBIDDEN = 403


class InstrumentsPull:
    """Puts the questions, one after the other.

    Args:
        parts: the connection.
        failures: are told what was not answered.
    """

    def __init__(self, parts: Parts, failures: Failures) -> None:
        self._parts = parts
        self._failures = failures
        self._infos: dict[str, InstrumentInfo] = {}
        self._refused: list[RefusedRow] = []
        self._reasons: list[str] = []

    async def held(self, held: Sequence[Instrument]) -> Batch:
        """Ask about what is held, as far as that is not known."""
        instruments = self._parts.instruments
        await self._ask_all(questions(held, instruments))
        reasons, self._reasons = self._reasons, []
        # What they deliver is good to know, and no more: their rows say what they did.
        await self._ask_all(adjusted(held, instruments))
        warnings, self._reasons = self._reasons, reasons
        return replace(self._batch(), warnings=tuple(warnings))

    async def products(self) -> Batch | None:
        """Ask what futures are multiples of that are long gone; None when all of that is known."""
        if not self._parts.instruments.lacks_products:
            return None
        await self._ask_all([products()])
        return self._batch()

    def _batch(self) -> Batch:
        batch = Batch(
            section=Section.INSTRUMENTS,
            records=tuple(self._infos.values()),
            refused=tuple(self._refused),
            incomplete=sentence(self._reasons, ()),
        )
        self._infos, self._refused, self._reasons = {}, [], []
        return batch

    async def _ask_all(self, asked: Iterable[Question]) -> None:
        for question in asked:
            try:
                await self._ask(question)
            except AskFailed as failure:
                self._failures.add(Section.INSTRUMENTS, failure)
                self._reasons.append(str(failure))
            else:
                self._failures.answered()

    async def _ask(self, question: Question) -> None:
        try:
            await self._answered(question, lambda answer: listed(answer, question.what))
        except AskFailed as failure:
            single = question.one_by_one() if failure.status == _FORBIDDEN else ()
            if not single:
                raise
            # Some applications are refused lists and allowed single instruments.
            for one in single:
                await self._answered(one, lambda answer: [Item(answer.data, 0, len(answer.body))])

    async def _answered(self, question: Question, rows: Callable[[Answer], Sequence[Item]]) -> None:
        asked_at = self._parts.now().isoformat()
        answer = await self._parts.access.ask(question.path, question.params, what=question.what)
        told: Described = answered(question, rows(answer), self._parts.instruments, asked_at)
        self._infos |= {info.instrument.symbol: info for info in told.infos}
        self._refused += told.refused
