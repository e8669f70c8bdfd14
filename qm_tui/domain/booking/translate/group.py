"""The facts of a booking group become events: pure, and the same in whatever order they come."""

from dataclasses import dataclass
from decimal import localcontext

from qm_tui.domain.booking.events import Event
from qm_tui.domain.booking.facts import GroupFacts, TradeFact
from qm_tui.domain.booking.money import CONTEXT
from qm_tui.domain.booking.policy import DEFAULT_POLICY, Policy
from qm_tui.domain.booking.results import Finding
from qm_tui.domain.booking.translate.actions import actions
from qm_tui.domain.booking.translate.cash import cash_events
from qm_tui.domain.booking.translate.desk import Desk
from qm_tui.domain.booking.translate.endings import endings, may_end, strikes_of
from qm_tui.domain.booking.translate.old_names import under_new_names
from qm_tui.domain.booking.translate.option_events import told
from qm_tui.domain.booking.translate.picks import picks_by_trade
from qm_tui.domain.booking.translate.positions import Positions
from qm_tui.domain.booking.translate.rates import Rates
from qm_tui.domain.booking.translate.trades import Fills
from qm_tui.domain.booking.translate.transfers import transfers
from qm_tui.domain.booking.translate.year_ends import year_ends
from qm_tui.domain.instruments import InstrumentType


@dataclass(frozen=True, slots=True, kw_only=True)
class Translated:
    """A group's history in the engine's terms, and what could not be put into them."""

    events: tuple[Event, ...]
    """In no order: the engine sorts them."""
    findings: tuple[Finding, ...]


def events_of(facts: GroupFacts, policy: Policy = DEFAULT_POLICY) -> Translated:
    """Translate what brokers told into what happened, each thing once."""
    desk = Desk(
        facts=facts,
        rates=Rates(tax=policy.tax_currency, daily=facts.rates, bases=facts.base_currencies),
        spin_off_fractions=policy.spin_off_fractions,
    )
    with localcontext(CONTEXT):
        under_new_names(desk)
        events = _trades(desk)
        held = Positions(desk.facts, tuple(events))
        events += transfers(desk)
        events += actions(desk, held)
        events += cash_events(desk, held)
        events += year_ends(desk, held)
    findings = sorted(desk.findings, key=lambda f: (f.day, f.account, f.security, f.kind, f.source))
    return Translated(events=tuple(events), findings=tuple(findings))


def _trades(desk: Desk) -> list[Event]:
    securities = desk.facts.securities
    fills = Fills(desk, picks_by_trade(desk))
    ends = told(desk)
    strikes = strikes_of(desk.facts)
    events: list[Event] = []
    special: list[TradeFact] = []
    for trade in desk.facts.trades:
        if securities[trade.security].kind is InstrumentType.FOREX:
            continue  # gains on currency are section 988's, and not of these lots
        if trade.id in ends.types or may_end(trade, securities[trade.security], strikes):
            special.append(trade)
        elif (event := fills.event(trade)) is not None:
            events.append(event)
    return events + endings(desk, fills, special, ends)
