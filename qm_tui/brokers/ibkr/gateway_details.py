"""Asks what the contracts that are held are: each once, in pages, never too many at once."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from itertools import islice
from typing import Any

from qm_tui.brokers.ibkr.gateway_instruments import GatewayInstruments
from qm_tui.brokers.ibkr.gateway_library import library
from qm_tui.brokers.ibkr.gateway_link import Link, SectionFailed, drop
from qm_tui.brokers.ibkr.gateway_numbers import BadRow
from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings
from qm_tui.domain.batches import Batch, RefusedRow
from qm_tui.domain.records import InstrumentInfo
from qm_tui.domain.words import Section

Contract = Any
Answer = asyncio.Future[Any]


def _contracts(count: int) -> str:
    return "one contract" if count == 1 else f"{count} contracts"


async def described(
    *,
    link: Link,
    instruments: GatewayInstruments,
    contracts: Mapping[int, Contract],
    known: Collection[str],
    settings: GatewaySettings,
    now: Callable[[], dt.datetime],
) -> AsyncIterator[Batch]:
    """Yield the details of contracts that nobody asked for yet, in pages.

    Args:
        link: the connection.
        instruments: learn from the details.
        contracts: by their ids.
        known: ids of contracts whose details were fetched before.
        settings: how many, how fast, for how long.
        now: the time.

    Raises:
        BrokerUnavailable: the connection is lost.
    """
    asked_for = [
        conid
        for conid in contracts
        if str(conid) not in known and instruments.details(conid) is None
    ]
    loop = asyncio.get_running_loop()
    latest = loop.time() + settings.details_budget
    waiting = iter(asked_for)
    done = 0
    while page := list(islice(waiting, settings.details_page)):
        answers = await _asked(link, page, settings.details_rate)
        batch = await _page(link, instruments, answers, settings, now)
        done += len(page)
        if loop.time() >= latest and done < len(asked_for):
            yield _with_warning(
                batch,
                f"{done} of {len(asked_for)} new contracts were described; the others follow "
                "with the next syncs.",
            )
            return
        yield batch
        if not batch.records and batch.incomplete is not None:
            return  # nobody answers such questions now


def _with_warning(batch: Batch, warning: str) -> Batch:
    return Batch(
        section=batch.section,
        records=batch.records,
        refused=batch.refused,
        warnings=(*batch.warnings, warning),
        incomplete=batch.incomplete,
    )


async def _asked(link: Link, page: Sequence[int], rate: float) -> dict[int, Answer]:
    """Ask evenly: a burst would make the heartbeat and the market data wait behind it."""
    loop = asyncio.get_running_loop()
    contract = library().Contract
    begun = loop.time()
    answers: dict[int, Answer] = {}
    try:
        for number, conid in enumerate(page):
            early = begun + number / rate - loop.time()
            if early > 0:
                await asyncio.sleep(early)
            await link.free.wait()  # prices are asked for as well
            question = contract(conId=conid)
            answers[conid] = link.ask(
                lambda question=question: link.ib.reqContractDetailsAsync(question)  # type: ignore[misc] # bound at once
            )
        asked, answers = answers, {}
    finally:
        drop(answers.values())  # those of a page that was not asked for to its end
    return asked


async def _page(
    link: Link,
    instruments: GatewayInstruments,
    answers: Mapping[int, Answer],
    settings: GatewaySettings,
    now: Callable[[], dt.datetime],
) -> Batch:
    infos: list[InstrumentInfo] = []
    refused: list[RefusedRow] = []
    unanswered: list[str] = []
    unknown: list[str] = []
    at = now().isoformat()
    try:
        await link.settle(
            answers.values(),
            seconds=settings.details_timeout,
            progress=lambda: sum(answer.done() for answer in answers.values()),
        )
        for conid, answer in answers.items():
            try:
                rows = link.result("The details", answer, seconds=settings.details_timeout)
                if rows:
                    infos.append(instruments.learn(rows[0], at))
                else:
                    unanswered.append(str(conid))
            except SectionFailed:
                (unknown if answer.done() else unanswered).append(str(conid))
            except BadRow as bad:
                refused.append(bad.refused(len(refused)))
    finally:
        drop(answers.values())
    return Batch(
        section=Section.INSTRUMENTS,
        records=tuple(infos),
        refused=tuple(refused),
        warnings=(
            (f"The gateway has no details of {len(unknown)} of the contracts held.",)
            if unknown
            else ()
        ),
        incomplete=(
            f"The details of {_contracts(len(unanswered))} did not come, or could not be read; the "
            "next sync asks again."
            if unanswered
            else None
            if infos or not unknown
            else "The gateway has no details of the contracts held."
        ),
    )
