"""What can happen to a connection that was good, and to the accounts behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.simulators.tws import UNSET, Ending, Execution, Holding, Instrument, Pnl, TwsDouble
from tests.simulators.tws_fault import Fault, Outcome, once, passing
from tests.simulators.tws_flood import Flood

_EMPTY = "Show the book as empty, or as current."
_Away = Callable[[TwsDouble], None]


def _while_away(act: _Away) -> Callable[[TwsDouble, float], Awaitable[None]]:
    """The gateway ends, something changes, the gateway comes back."""

    async def happen(tws: TwsDouble, pause: float) -> None:
        tws.go_down()
        act(tws)
        await asyncio.sleep(pause)
        await tws.come_back()

    return happen


async def _restart_at_night(tws: TwsDouble, pause: float) -> None:
    """1100 first, then the end, then the port refuses, then all is as before."""
    tws.lose_ib()
    await asyncio.sleep(pause / 4)
    tws.go_down()
    await asyncio.sleep(pause)
    tws.regain_ib(data_lost=False)
    await tws.come_back()


async def _slow_restart(tws: TwsDouble, pause: float) -> None:
    """Back on its port but not yet at IB for a while."""
    tws.go_down()
    await asyncio.sleep(pause / 2)
    tws.set_faults(offline=True)
    await tws.come_back()
    await asyncio.sleep(pause)
    tws.set_faults(offline=False)
    tws.notify(1102)


async def _dies_again_and_again(tws: TwsDouble, pause: float) -> None:
    for _ in range(3):
        tws.reset()
        await asyncio.sleep(pause / 3)


async def _flood(tws: TwsDouble, pause: float) -> None:
    flood = Flood(tws)
    flood.start()
    await asyncio.sleep(pause)
    await flood.stop()


async def _late_commission(tws: TwsDouble, pause: float) -> None:
    done = _new_fill(tws, "0000e0d7.00000003.01.01")
    tws.fill(replace(done, commission_known=False))
    await asyncio.sleep(pause)
    tws.report_commission(done.exec_id)


def _new_fill(tws: TwsDouble, exec_id: str) -> Execution:
    held = tws.book.holding("AAPL")
    return Execution(
        exec_id=exec_id, account=held.account, instrument=held.instrument, shares="5", price="191.0"
    )


def _fill_by_hand(tws: TwsDouble) -> None:
    done = _new_fill(tws, "0000e0d7.00000004.01.01")
    tws.fill(done)
    held = tws.book.holding("AAPL")
    tws.hold(Holding.of(held.account, held.instrument, "155", "180.6", "190.5"))


def _correction(tws: TwsDouble) -> None:
    """The same fill with its last number one higher: IB's way to correct it."""
    done = tws.book.executions[0]
    tws.fill(replace(done, exec_id=done.exec_id[:-2] + "02", price="189.70"))


def _new_position(tws: TwsDouble) -> None:
    new = Instrument(con_id=4815747, symbol="NVDA", local_symbol="NVDA", trading_class="NMS")
    tws.hold(Holding.of(next(iter(tws.book.accounts)), new, "12", "800.0", "905.5"))


def _account_gone(tws: TwsDouble) -> None:
    """The last account of several is not in the login any more."""
    name = list(tws.book.accounts)[-1]
    del tws.book.accounts[name]
    tws.book.holdings = {k: h for k, h in tws.book.holdings.items() if h.account != name}


def _hang_and_close(tws: TwsDouble) -> None:
    tws.freeze()
    tws.close(tws.book.holding("TSLA"))


def _pnl_stops(tws: TwsDouble) -> None:
    for account in tws.book.accounts:
        tws.set_pnl(account, Pnl(daily=UNSET, unrealized=UNSET, realized=UNSET))


def _hostile_message(tws: TwsDouble) -> None:
    tws.notify(2150, "[bold red]\x1b[2J\x07" + "word " * 2_000)


def _unknown_codes(tws: TwsDouble) -> None:
    for code in range(30_000, 30_300):
        tws.notify(code)


def _strange_messages(tws: TwsDouble) -> None:
    """Answers to requests that were never made, and messages of every number there is not."""
    tws.say(94, 987_654, "1.0", "2.0", "3.0")
    tws.say(52, 1, 987_654)
    tws.say(1, 6, 987_654, 1, "10.0", 5, 0)
    for number in range(200, 260):
        tws.say(number, 1, "x")


EVENTS: tuple[Fault, ...] = (
    Fault(
        name="drops",
        says="The connection closes in the middle (FIN); the port still listens.",
        never=_EMPTY,
        outcome=Outcome.RECOVERS,
        happen=once(TwsDouble.drop),
    ),
    Fault(
        name="resets",
        says="The connection is reset in the middle (RST); the port still listens.",
        never=_EMPTY,
        outcome=Outcome.RECOVERS,
        happen=once(TwsDouble.reset),
    ),
    Fault(
        name="drops-within-a-frame",
        says="The connection closes in the middle of a message.",
        never=_EMPTY,
        outcome=Outcome.RECOVERS,
        happen=once(lambda tws: tws.end_all(Ending.TRUNCATED)),
    ),
    Fault(
        name="drops-three-times",
        says="The connection is reset three times, soon after each other.",
        never="Try again without a pause, or give up.",
        outcome=Outcome.RECOVERS,
        happen=_dies_again_and_again,
    ),
    Fault(
        name="half-open",
        says="The connection closes, and the gateway still thinks the client id is in use (326).",
        never="Wait for an id that never gets free.",
        outcome=Outcome.RECOVERS,
        happen=once(lambda tws: tws.drop(ids_stay_used=True)),
    ),
    Fault(
        name="hangs",
        says="The gateway keeps the connection and says nothing any more, to new ones neither.",
        never="Show the book as current: nothing has arrived for a while.",
        outcome=Outcome.LOST,
        happen=once(TwsDouble.freeze),
    ),
    Fault(
        name="hangs-and-goes-on",
        says="The gateway says nothing for a while and then all at once.",
        never="Lose a row, or stay away.",
        outcome=Outcome.RECOVERS,
        happen=passing(TwsDouble.freeze, TwsDouble.thaw),
    ),
    Fault(
        name="ends",
        says="The gateway ends, and its port refuses from then on.",
        never=_EMPTY,
        outcome=Outcome.LOST,
        happen=once(TwsDouble.go_down),
    ),
    Fault(
        name="restarts",
        says="The gateway ends and is back after a while.",
        never=_EMPTY,
        outcome=Outcome.RECOVERS,
        happen=_while_away(lambda _tws: None),
    ),
    Fault(
        name="restarts-at-night",
        says="1100, the connection closes, the port refuses; after a while all is back.",
        never=_EMPTY,
        outcome=Outcome.RECOVERS,
        happen=_restart_at_night,
    ),
    Fault(
        name="restarts-slowly",
        says="The gateway is back on its port long before it is back at IB.",
        never="Take the accounts for empty meanwhile.",
        outcome=Outcome.RECOVERS,
        happen=_slow_restart,
    ),
    Fault(
        name="1100",
        says="The gateway loses its connection to IB (1100) and has no data.",
        never="Show the book as current.",
        outcome=Outcome.LOST,
        happen=once(TwsDouble.lose_ib),
    ),
    Fault(
        name="1100-1101",
        says="The gateway is back at IB after a while, and market data is lost (1101).",
        never="Leave prices without asking for them again.",
        outcome=Outcome.RECOVERS,
        happen=passing(TwsDouble.lose_ib, lambda tws: tws.regain_ib(data_lost=True)),
    ),
    Fault(
        name="1100-1102",
        says="The gateway is back at IB after a while, and nothing is lost (1102).",
        never="Stay stale.",
        outcome=Outcome.RECOVERS,
        happen=passing(TwsDouble.lose_ib, lambda tws: tws.regain_ib(data_lost=False)),
    ),
    Fault(
        name="1102-five-times",
        says="1102 comes five times: the client library asks for a summary each time.",
        never="Run into the limit of two summaries (322), or lose values for it.",
        outcome=Outcome.WHOLE,
        happen=once(*[lambda tws: tws.notify(1102)] * 5),
    ),
    Fault(
        name="2103",
        says="The market data farm is lost (2103).",
        never="Show prices as current; or positions as stale.",
        outcome=Outcome.QUIET,
        happen=once(lambda tws: tws.notify(2103)),
    ),
    Fault(
        name="2103-2104",
        says="The market data farm is lost (2103) and back after a while (2104).",
        never="Stay without prices.",
        outcome=Outcome.RECOVERS,
        happen=passing(lambda tws: tws.notify(2103), lambda tws: tws.notify(2104)),
    ),
    Fault(
        name="2110",
        says="The connection between TWS and its server is broken (2110).",
        never="Show the book as current.",
        outcome=Outcome.LOST,
        happen=once(lambda tws: tws.notify(2110)),
    ),
    Fault(
        name="1300",
        says="The port is reset: 1300, and the connection closes.",
        never=_EMPTY,
        outcome=Outcome.RECOVERS,
        happen=once(lambda tws: tws.notify(1300), TwsDouble.drop),
    ),
    Fault(
        name="unknown-codes",
        says="Three hundred errors arrive with codes nobody knows.",
        never="Fill the screen or the store with them.",
        outcome=Outcome.WHOLE,
        happen=once(_unknown_codes),
    ),
    Fault(
        name="hostile-message",
        says="A warning of 10,000 characters holds markup and control characters.",
        never="Obey the markup, clear the screen, or grow the line.",
        outcome=Outcome.WHOLE,
        happen=once(_hostile_message),
    ),
    Fault(
        name="strange-messages",
        says="Answers to requests that nobody made arrive, and sixty messages of unknown numbers.",
        never="Lose anything for it.",
        outcome=Outcome.WHOLE,
        happen=once(_strange_messages),
    ),
    Fault(
        name="flood",
        says="Portfolio rows and account values change as fast as the socket takes them.",
        never="Block a key, grow in memory, or show another than the last value in the end.",
        outcome=Outcome.WHOLE,
        happen=_flood,
    ),
    Fault(
        name="closed-while-away",
        says="A position is closed while the gateway is away.",
        never="Keep showing it once the gateway has said its positions again.",
        outcome=Outcome.RECOVERS,
        happen=_while_away(lambda tws: tws.close(tws.book.holding("TSLA"))),
    ),
    Fault(
        name="opened-while-away",
        says="A position is opened while the gateway is away.",
        never="Miss it.",
        outcome=Outcome.RECOVERS,
        happen=_while_away(_new_position),
    ),
    Fault(
        name="closed-while-hanging",
        says="A position is closed while the gateway hangs.",
        never="Close it before the gateway said so, or keep it after.",
        outcome=Outcome.RECOVERS,
        happen=passing(
            _hang_and_close,
            TwsDouble.thaw,
        ),
    ),
    Fault(
        name="closed-while-connected",
        says="A position is closed: the gateway says zero once and nothing more.",
        never="Keep showing it.",
        outcome=Outcome.WHOLE,
        happen=once(lambda tws: tws.close(tws.book.holding("TSLA"))),
    ),
    Fault(
        name="opened-while-connected",
        says="A position is opened in an instrument that was never seen.",
        never="Miss it.",
        outcome=Outcome.WHOLE,
        happen=once(_new_position),
    ),
    Fault(
        name="traded-by-hand",
        says="A fill arrives of an order the client does not know, with its position.",
        never="Miss it, or count it twice when it comes again.",
        outcome=Outcome.WHOLE,
        happen=once(_fill_by_hand),
    ),
    Fault(
        name="fill-corrected",
        says="A fill is corrected: the same number but for its last part.",
        never="Count both.",
        outcome=Outcome.WHOLE,
        happen=once(_correction),
    ),
    Fault(
        name="commission-late",
        says="A fill arrives, and its commission a while later.",
        never="Call it free of charge for good.",
        outcome=Outcome.WHOLE,
        happen=_late_commission,
    ),
    Fault(
        name="account-gone",
        says="After a restart the login has one account less; with a single one, none.",
        never="Close the positions of the account that is gone.",
        outcome=Outcome.RECOVERS,
        happen=_while_away(_account_gone),
    ),
    Fault(
        name="pnl-stops",
        says="P&L turns into 1.8e308 in the middle, as it does at the day's end.",
        never="Show it as a number.",
        outcome=Outcome.WHOLE,
        happen=once(_pnl_stops),
    ),
    Fault(
        name="positions-stop-answering",
        says="All is well at first; from then on requests for positions are never answered.",
        never="Call the positions of the next full sync complete, or close any.",
        outcome=Outcome.INCOMPLETE,
        happen=once(lambda tws: tws.set_faults(no_position_end=True)),
    ),
    Fault(
        name="drops-and-comes-back-partial",
        says="The connection closes; afterwards no end of the positions is ever said.",
        never="Close what the second, partial answer does not hold.",
        outcome=Outcome.INCOMPLETE,
        happen=once(lambda tws: tws.set_faults(no_position_end=True), TwsDouble.drop),
    ),
)
