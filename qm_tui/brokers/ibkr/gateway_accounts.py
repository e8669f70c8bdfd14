"""Asks the gateway what its accounts are, what they are worth, and what they hold."""

import asyncio
from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from qm_tui.brokers.client import BrokerUnavailable
from qm_tui.brokers.ibkr.gateway_holdings import holds_of
from qm_tui.brokers.ibkr.gateway_library import come_so_far, give_up
from qm_tui.brokers.ibkr.gateway_link import SectionFailed, drop
from qm_tui.brokers.ibkr.gateway_reasons import Reasons, some
from qm_tui.brokers.ibkr.gateway_records import account_info_of
from qm_tui.brokers.ibkr.gateway_session import Session
from qm_tui.domain.batches import Batch
from qm_tui.domain.words import Section

# The kinds of message that the rows of a section come in.
_VALUE_ROWS = (6, 73)
_POSITION_ROWS = (7, 61)

_FRUITLESS = 2
"""Accounts in a row without an answer, after which the others are not asked."""
_DAILY = "DailyPnL"
_NOT_ASKED = "The marks and profits of the other accounts were not asked for any more."
_INTERRUPTED = (
    "The gateway lost its connection to Interactive Brokers while it answered; nothing is taken "
    "for closed because of that."
)

Answer = asyncio.Future[Any]


class AccountsPull:
    """One round of questions about all accounts. They are put at once: `async with` does it.

    What is lost with the connection is told like any other failure of a section; `check` raises
    afterwards.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._link = session.link
        self._ib = session.ib
        self._values: dict[str, Answer] = {}
        self._positions: Answer | None = None
        self._marks: asyncio.Task[None] | None = None
        self._without_marks: dict[str, str] = {}
        """Accounts whose portfolio did not come, and why."""
        self._before = session.holdings.told()
        self._ended: set[str] = set()
        """Accounts whose portfolio, and with it their values, came to its end."""
        self._profits_told: set[str] = set()
        self._lost: BrokerUnavailable | None = None
        self._value_reasons = Reasons(session.link, Section.BALANCES, _VALUE_ROWS)
        self._position_reasons = Reasons(session.link, Section.POSITIONS, _POSITION_ROWS)

    async def __aenter__(self) -> Self:
        """Ask for everything: the gateway answers one question after the other.

        Raises:
            BrokerUnavailable: the connection is lost.
        """
        link = self._link
        link.condition.resync = False
        link.condition.interrupted = link.condition.away is not None
        try:
            for account in link.accounts:
                self._values[account] = self._ask_values(account)
            self._positions = link.ask(self._ib.reqPositionsAsync)
            link.tell(self._ask_profits)
        except BrokerUnavailable:
            self._drop()
            raise
        self._marks = asyncio.create_task(self._ask_portfolios())
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._drop()

    def _drop(self) -> None:
        asked = [*self._values.values(), self._positions, self._marks]
        drop(answer for answer in asked if answer is not None)

    def _ask_values(self, account: str) -> Answer:
        client, wrapper = self._ib.client, self._ib.wrapper
        requests = self._session.holdings.value_requests

        def question() -> Answer:
            former = requests.pop(account, None)
            if former is not None:
                client.cancelAccountUpdatesMulti(former)
            requests[account] = client.getReqId()
            answer: Answer = wrapper.startReq(requests[account])
            client.reqAccountUpdatesMulti(requests[account], account, "", False)  # noqa: FBT003
            return answer

        return self._link.ask(question)

    def _ask_profits(self) -> None:
        if self._link.condition.forgotten:
            self._link.condition.forgotten = False
            for account in self._link.accounts:
                self._ib.cancelPnL(account)
        self._session.pushed.subscribe_pnl(self._link.accounts)

    async def _ask_portfolios(self) -> None:
        """Ask for marks and profits of one account after the other, as the gateway wants it."""
        fruitless = 0
        for account in self._link.accounts:
            rows = self._ib.wrapper.portfolio[account]
            what = f"The marks and profits of {account}"
            if fruitless >= _FRUITLESS:
                self._without_marks[account] = _NOT_ASKED
                continue
            asked = asyncio.ensure_future(self._session.portfolios.ask(account))
            try:
                whole = await self._link.answer(what, asked, progress=rows.__len__)
                why = None if whole else f"{what} did not come completely."
            except SectionFailed as failure:
                why = str(failure)
            if why is not None:
                self._without_marks[account] = why
                fruitless += 1
                continue
            fruitless = 0
            # Its end is the end of the account's values as well.
            self._ended.add(account)
            self._values[account].cancel()

    def check(self) -> None:
        """Raise when the connection was lost, after what it brought was told.

        Raises:
            BrokerUnavailable: it was.
        """
        if self._lost is not None:
            raise self._lost

    # --- what the accounts are, and are worth ----------------------------------------------------

    async def values(self) -> None:
        """Wait for the values of all accounts."""
        self._session.holdings.whole_values.clear()
        come = self._ib.wrapper.accountValues
        try:
            await self._link.settle(self._values.values(), progress=come.__len__)
        except BrokerUnavailable as lost:
            self._lose(lost, self._value_reasons)

    def _look_whether_lost(self, reasons: Reasons) -> None:
        """Find out, after everything was answered, whether what was answered is still there.

        With the connection the library forgets everything at once: that is no empty account.
        """
        try:
            self._link.check()
        except BrokerUnavailable as lost:
            self._lose(lost, reasons)

    def _lose(self, lost: BrokerUnavailable, reasons: Reasons) -> None:
        self._lost = lost
        reasons.add(str(lost))

    def accounts(self) -> Batch:
        """Return the accounts of the login, with what their values say of them."""
        values: dict[str, list[Any]] = {account: [] for account in self._link.accounts}
        for value in self._ib.wrapper.accountValues.values():
            if value.account in values:
                values[value.account].append(value)
        return Batch(
            section=Section.ACCOUNTS,
            records=tuple(account_info_of(name, said) for name, said in values.items()),
            warnings=(self._link.other_id,) if self._link.other_id is not None else (),
        )

    def balances(self) -> Batch:
        """Return what the accounts are worth, as far as it came."""
        as_of = self._session.now()
        holdings, reasons = self._session.holdings, self._value_reasons
        whole = holdings.whole_values
        if self._lost is None:
            self._look_whether_lost(reasons)
        if self._lost is None:
            for account, answer in self._values.items():
                self._judge(account, answer, reasons)
        reasons.look()
        if reasons.refused or self._lost is not None or self._link.condition.away is not None:
            whole.clear()
        holdings.not_ready = holdings.unready()
        whole -= holdings.not_ready
        self._tell_unready(reasons)
        found = holdings.balances(as_of)
        self._profits_told = {one.account for one in found if one.tag == _DAILY}
        return Batch(
            section=Section.BALANCES,
            records=tuple(found),
            holds=holds_of(Section.BALANCES, whole, as_of),
            refused=tuple(reasons.refused),
            incomplete=reasons.sentence,
        )

    def _judge(self, account: str, answer: Answer, reasons: Reasons) -> None:
        whole = self._session.holdings.whole_values
        if account in self._ended:
            whole.add(account)
            return
        try:
            self._link.result(f"The account values of {account}", answer)
        except SectionFailed as failure:
            reasons.add(str(failure))
        except BrokerUnavailable as lost:
            self._lose(lost, reasons)
        else:
            whole.add(account)

    def _tell_unready(self, reasons: Reasons) -> None:
        for account in sorted(self._session.holdings.not_ready):
            reasons.add(
                f"The gateway is not ready to tell of {account} yet; nothing of it is taken for "
                "closed."
            )

    async def late_profits(self) -> Batch | None:
        """Wait a moment for the profit and loss of accounts where it has not come yet."""
        missing = set(self._link.accounts) - self._profits_told
        if not missing:
            return None
        holdings = self._session.holdings
        come = asyncio.get_running_loop().create_future()

        def look(_profit: object) -> None:
            if missing <= holdings.with_profits and not come.done():
                come.set_result(None)

        self._ib.pnlEvent.connect(look)
        look(None)
        try:
            await asyncio.wait({come}, timeout=self._session.settings.pnl_timeout)
        finally:
            self._ib.pnlEvent.disconnect(look)
            come.cancel()
        found = holdings.profits(self._session.now())
        late = tuple(one for one in found if one.account in missing)
        without = sorted(missing - holdings.with_profits)
        if not late and not without:
            return None
        return Batch(
            section=Section.BALANCES,
            records=late,
            amends=True,
            incomplete=(
                f"The profit and loss of the day of {', '.join(without)} did not come."
                if without
                else None
            ),
        )

    # --- what they hold --------------------------------------------------------------------------

    async def positions(self) -> Batch:
        """Return what is held, as far as it came; complete only when the gateway said so."""
        reasons, holdings = self._position_reasons, self._session.holdings
        holdings.whole_positions = False
        answer = await self._answered(reasons)
        await self._marked(reasons)
        reasons.look()
        if self._link.condition.interrupted and self._link.condition.away is None:
            reasons.add(_INTERRUPTED)
        holdings.whole_positions = (
            answer is not None
            and not reasons.refused
            and self._lost is None
            and not self._link.condition.interrupted
        )
        if answer is not None and holdings.whole_positions:
            holdings.forget_unnamed(answer, self._before)
        return await self._held(reasons)

    async def _answered(self, reasons: Reasons) -> list[Any] | None:
        assert self._positions is not None, "enter first"
        try:
            answer: list[Any] = await self._link.answer(
                "The positions",
                self._positions,
                progress=lambda: come_so_far(self._ib, "positions"),
            )
        except SectionFailed as failure:
            give_up(self._ib, "positions")
            reasons.add(str(failure))
        except BrokerUnavailable as lost:
            self._lose(lost, reasons)
        else:
            return answer
        return None

    async def _marked(self, reasons: Reasons) -> None:
        assert self._marks is not None, "enter first"
        await asyncio.wait({self._marks})
        try:
            self._marks.result()
        except BrokerUnavailable as lost:
            self._lose(lost, reasons)
        else:
            self._look_whether_lost(reasons)

    async def _held(self, reasons: Reasons) -> Batch:
        session, holdings = self._session, self._session.holdings
        as_of = session.now()
        answered = holdings.whole_positions
        contradicted = self._contradicted(reasons) if answered else set[str]()
        holdings.whole_positions = answered and not contradicted
        found, bad = await holdings.positions(as_of)
        reasons.unreadable(bad)
        self._tell_unready(reasons)
        accounts = {*self._link.accounts, *(one.account for one in found)}
        whole = accounts - holdings.not_ready - contradicted
        if bad or not answered:
            whole.clear()
        holdings.whole_positions = whole == accounts
        for account in accounts:
            if account in whole:
                session.pushed.holds(account, found, as_of)
            else:
                session.pushed.doubts(account)
        session.market.hold(holdings.contracts().values())
        for sentence in (*self._without_marks.values(), *self._some_without_marks()):
            reasons.add(sentence)
        return Batch(
            section=Section.POSITIONS,
            records=tuple(found),
            holds=holds_of(Section.POSITIONS, whole, as_of),
            refused=tuple(reasons.refused),
            incomplete=reasons.sentence,
        )

    def _contradicted(self, reasons: Reasons) -> set[str]:
        """Return the accounts whose portfolio holds what a whole answer does not name."""
        found: set[str] = set()
        for account in self._link.accounts:
            names = self._session.holdings.contradicted(account)
            if names:
                found.add(account)
                reasons.add(
                    f"The portfolio of {account} holds {some(names)}, but its positions do not; "
                    "nothing of it is taken for closed."
                )
        return found

    def _some_without_marks(self) -> Iterable[str]:
        for account in self._link.accounts:
            if account in self._without_marks:
                continue
            held = self._ib.wrapper.positions.get(account, {})
            marked = self._ib.wrapper.portfolio.get(account, {})
            count = sum(conid not in marked for conid in held)
            if count:
                yield f"{count} of the positions of {account} came without mark and profit."
