"""What can go wrong with the answers to requests: missing, late, broken off, without an end."""

from tests.simulators.tws_fault import Fault, Outcome
from tests.simulators.tws_faults import Cut, Ending, Faults
from tests.simulators.tws_wire import Ask, Say

_CLOSED = "Take positions that did not arrive for closed, or call the book complete."
_MIXED = "Put numbers that did not arrive to zero, or call them current."
_LATE = 60.0
"""Seconds that are longer than a client may wait for one answer."""


def _incomplete(name: str, says: str, never: str, faults: Faults) -> Fault:
    return Fault(name=name, says=says, never=never, outcome=Outcome.INCOMPLETE, faults=faults)


def _broken(name: str, what: str, cut: Cut, outcome: Outcome, never: str = _CLOSED) -> Fault:
    how = {
        Ending.SILENCE: "and the gateway says nothing any more",
        Ending.FIN: "and the connection closes",
        Ending.RST: "and the connection is reset",
        Ending.TRUNCATED: "and the connection closes in the middle of a message",
    }[cut.how]
    says = f"{cut.after} of the {what} arrive, {how}; every time."
    return Fault(name=name, says=says, never=never, outcome=outcome, faults=Faults(cut=cut))


ANSWERS: tuple[Fault, ...] = (
    _incomplete(
        "no-position-end",
        "All positions arrive and their end is never said.",
        _CLOSED,
        Faults(no_position_end=True),
    ),
    _incomplete(
        "positions-never",
        "Positions are asked for and never answered.",
        _CLOSED,
        Faults(silent=frozenset({Ask.POSITIONS})),
    ),
    Fault(
        name="positions-late",
        says="Positions arrive a second after they were asked for.",
        never=_CLOSED,
        outcome=Outcome.WHOLE,
        faults=Faults(late={Ask.POSITIONS: 1.0}),
    ),
    _incomplete(
        "positions-too-late",
        "Positions arrive a minute after they were asked for.",
        _CLOSED,
        Faults(late={Ask.POSITIONS: _LATE}),
    ),
    _incomplete(
        "positions-refused",
        "The request for positions fails with an error (321).",
        _CLOSED,
        Faults(error_on={Ask.POSITIONS: 321}),
    ),
    _broken(
        "positions-stop",
        "positions",
        Cut(say=Say.POSITION, after=2, how=Ending.SILENCE),
        Outcome.INCOMPLETE,
    ),
    _broken(
        "positions-close", "positions", Cut(say=Say.POSITION, after=2, how=Ending.FIN), Outcome.LOST
    ),
    _broken(
        "positions-reset", "positions", Cut(say=Say.POSITION, after=2, how=Ending.RST), Outcome.LOST
    ),
    _broken(
        "positions-truncated",
        "positions",
        Cut(say=Say.POSITION, after=2, how=Ending.TRUNCATED),
        Outcome.LOST,
    ),
    _broken(
        "position-end-closes",
        "ends of the positions",
        Cut(say=Say.POSITION_END, after=0, how=Ending.FIN),
        Outcome.LOST,
    ),
    _incomplete(
        "no-account-download-end",
        "Account values and portfolio rows arrive and their end is never said.",
        _CLOSED,
        Faults(no_account_download_end=True),
    ),
    _incomplete(
        "account-updates-never",
        "Account updates are asked for and never answered.",
        _MIXED,
        Faults(silent=frozenset({Ask.ACCOUNT_UPDATES})),
    ),
    _incomplete(
        "account-updates-too-late",
        "Account updates arrive a minute after they were asked for.",
        _MIXED,
        Faults(late={Ask.ACCOUNT_UPDATES: _LATE}),
    ),
    _incomplete(
        "account-updates-refused",
        "The request for account updates fails with an error (321).",
        _MIXED,
        Faults(error_on={Ask.ACCOUNT_UPDATES: 321}),
    ),
    _incomplete(
        "no-portfolio-rows",
        "Account updates end as they should and hold no portfolio row, though positions are held.",
        _CLOSED,
        Faults(no_portfolio=True),
    ),
    _broken(
        "portfolio-stops",
        "portfolio rows",
        Cut(say=Say.PORTFOLIO, after=3, how=Ending.SILENCE),
        Outcome.INCOMPLETE,
    ),
    _broken(
        "portfolio-closes",
        "portfolio rows",
        Cut(say=Say.PORTFOLIO, after=3, how=Ending.FIN),
        Outcome.LOST,
    ),
    _broken(
        "portfolio-resets",
        "portfolio rows",
        Cut(say=Say.PORTFOLIO, after=3, how=Ending.RST),
        Outcome.LOST,
    ),
    _broken(
        "values-stop",
        "account values",
        Cut(say=Say.ACCOUNT_VALUE, after=10, how=Ending.SILENCE),
        Outcome.INCOMPLETE,
        _MIXED,
    ),
    _broken(
        "values-close",
        "account values",
        Cut(say=Say.ACCOUNT_VALUE_MULTI, after=10, how=Ending.FIN),
        Outcome.LOST,
        _MIXED,
    ),
    _incomplete(
        "no-account-multi-end",
        "The values of each account arrive and their end is never said.",
        _MIXED,
        Faults(no_multi_end=True),
    ),
    _incomplete(
        "account-multi-never",
        "The values of each account are asked for and never answered.",
        _MIXED,
        Faults(silent=frozenset({Ask.ACCOUNT_UPDATES_MULTI})),
    ),
    _incomplete(
        "no-values-at-all",
        "Neither account updates nor summaries are ever answered; positions are.",
        _MIXED,
        Faults(
            silent=frozenset({Ask.ACCOUNT_UPDATES, Ask.ACCOUNT_UPDATES_MULTI, Ask.ACCOUNT_SUMMARY})
        ),
    ),
    _incomplete(
        "no-execution-end",
        "Today's fills arrive and their end is never said.",
        "Lose the positions and balances that did arrive.",
        Faults(no_execution_end=True),
    ),
    _incomplete(
        "executions-never",
        "Today's fills are asked for and never answered.",
        "Lose the positions and balances that did arrive.",
        Faults(silent=frozenset({Ask.EXECUTIONS})),
    ),
    _incomplete(
        "executions-too-late",
        "Today's fills arrive a minute after they were asked for.",
        "Lose the positions and balances that did arrive.",
        Faults(late={Ask.EXECUTIONS: _LATE}),
    ),
    _incomplete(
        "executions-refused",
        "The request for today's fills fails with an error (321).",
        "Lose the positions and balances that did arrive.",
        Faults(error_on={Ask.EXECUTIONS: 321}),
    ),
    _broken(
        "executions-close",
        "fills",
        Cut(say=Say.EXECUTION, after=1, how=Ending.FIN),
        Outcome.LOST,
        "Take back the fill that arrived, or count it twice when it comes again.",
    ),
    Fault(
        name="no-summary-end",
        says="The account summary arrives and its end is never said.",
        never=_MIXED,
        outcome=Outcome.WHOLE,
        faults=Faults(no_summary_end=True),
    ),
    Fault(
        name="summary-never",
        says="The account summary is asked for and never answered.",
        never=_MIXED,
        outcome=Outcome.WHOLE,
        faults=Faults(silent=frozenset({Ask.ACCOUNT_SUMMARY})),
    ),
    _incomplete(
        "no-details-end",
        "Contract details arrive and their end is never said.",
        "Wait for ever, or hold back positions whose details are missing.",
        Faults(no_contract_details_end=True),
    ),
    _incomplete(
        "details-never",
        "Contract details are asked for and never answered.",
        "Wait for ever, or hold back positions whose details are missing.",
        Faults(silent=frozenset({Ask.CONTRACT_DETAILS})),
    ),
    _incomplete(
        "details-unknown",
        "No contract is known to the gateway (200), though positions are held in them.",
        "Drop the positions.",
        Faults(error_on={Ask.CONTRACT_DETAILS: 200}),
    ),
    _incomplete(
        "pnl-never",
        "P&L is asked for and never answered.",
        "Show a P&L of zero.",
        Faults(no_pnl=True),
    ),
    _incomplete(
        "pnl-refused",
        "The request for P&L fails with an error (321).",
        "Show a P&L of zero.",
        Faults(error_on={Ask.PNL: 321}),
    ),
    Fault(
        name="time-never",
        says="The gateway's clock is asked for and never answered; all else is.",
        never="Show data that arrives as stale without saying why, or lose it.",
        outcome=Outcome.LOST,
        faults=Faults(silent=frozenset({Ask.CURRENT_TIME})),
    ),
)
