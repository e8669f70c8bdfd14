"""Books a group from its facts: translated into events, booked in each of the views."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from qm_tui.domain.booking.engine import book_history, book_views
from qm_tui.domain.booking.facts import GroupFacts
from qm_tui.domain.booking.plain import PlainGroup, facts_of
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.results import Booked
from qm_tui.domain.booking.rows import GroupRows, group_rows
from qm_tui.domain.booking.translate.group import events_of
from qm_tui.domain.booking.words import View


def book_group(
    facts: GroupFacts,
    *,
    policy: Policy = DEFAULT_POLICY,
    views: Sequence[View] | None = None,
    until: dt.date | None = None,
    explain: bool = False,
) -> tuple[Booked, ...]:
    """Book all of a group; what the facts themselves leave open is among each view's findings.

    Args:
        facts: All that is known of it.
        policy: The switches.
        views: Which ones; None: the taxpayer's, and the others only where it made an adjustment.
            One result alone then stands for all three.
        until: The last day that is booked.
        explain: Whether to keep a journal of every step.
    """
    translated = events_of(facts, policy)
    if views is None:
        booked = book_views(
            translated.events, securities=facts.securities, accounts=facts.accounts,
            policy=policy, until=until, explain=explain,
        )  # fmt: skip
    else:
        booked = tuple(
            book_history(
                translated.events, securities=facts.securities, accounts=facts.accounts,
                policy=policy, view=view, until=until, explain=explain,
            )
            for view in views
        )  # fmt: skip
    found = [one for one in translated.findings if until is None or one.day <= until]
    return tuple(replace(one, findings=[*found, *one.findings]) for one in booked)


def derived(group: PlainGroup) -> GroupRows:
    """Book a group as it is stored: by the user's policy, up to now, in all views."""
    facts = facts_of(group)
    booked = book_group(facts, policy=group.policy)
    return group_rows(group.place, group.members, group.size, booked, facts.securities)
