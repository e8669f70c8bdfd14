"""One question about every account, put at the same time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from qm_tui.brokers.client import BrokerRefused, BrokerUnavailable
from qm_tui.brokers.tastytrade.access import Access, Params
from qm_tui.brokers.tastytrade.accounts import Account
from qm_tui.brokers.tastytrade.answers import Answer, AskFailed
from qm_tui.brokers.tastytrade.failures import Failures
from qm_tui.domain.words import Section


@dataclass(slots=True)
class Round:
    """What came of it."""

    answers: dict[str, Answer] = field(default_factory=dict)
    """By the number of the account."""
    reasons: list[str] = field(default_factory=list)
    """Why others were not answered."""


async def asked(
    access: Access,
    accounts: Sequence[Account],
    section: Section,
    path: str,
    what: str,
    failures: Failures,
    params: Params | None = None,
) -> Round:
    """Ask for something of each account.

    Args:
        access: asks.
        accounts: which ones.
        section: that the answers belong to.
        path: with `{account}` in it.
        what: it is, with `{account}` in it, for sentences.
        failures: are told what came of it.
        params: of the question.
    """
    questions = {
        account.number: asyncio.create_task(
            access.ask(
                path.format(account=account.number), params,
                what=what.format(account=account.number),
            )
        )
        for account in accounts
    }  # fmt: skip
    try:
        if questions:
            await asyncio.wait(questions.values())
    finally:
        for question in questions.values():
            question.cancel()
    found = Round()
    for number, question in questions.items():
        try:
            found.answers[number] = question.result()
            failures.answered()
        except AskFailed as failure:
            found.reasons.append(str(failure))
            failures.add(section, failure)
        except (BrokerUnavailable, BrokerRefused) as lost:
            failures.lost = lost
    if failures.lost is not None:
        found.reasons.append(str(failures.lost))
    return found
