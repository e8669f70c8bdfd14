"""Asks what accounts are worth and what they hold, and what that is."""

import datetime as dt
from collections.abc import Collection, Sequence
from decimal import Decimal

from qm_tui.brokers.tastytrade.access import Params
from qm_tui.brokers.tastytrade.answers import Answer, AskFailed, BadRow, Item, Row
from qm_tui.brokers.tastytrade.balances import balances_of
from qm_tui.brokers.tastytrade.failures import Failures
from qm_tui.brokers.tastytrade.paging import listed
from qm_tui.brokers.tastytrade.parts import Parts
from qm_tui.brokers.tastytrade.positions import position_of, together
from qm_tui.brokers.tastytrade.reading import read_in_turns
from qm_tui.brokers.tastytrade.rounds import Round, asked
from qm_tui.brokers.tastytrade.rows import Read, refusal, row_of
from qm_tui.domain.batches import Batch, Holds, RefusedRow
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Balance, Position
from qm_tui.domain.words import Section


class HoldingsPull:
    """One round of questions; what is lost with the connection, `failures` know.

    Args:
        parts: the connection.
        failures: are told what was not answered.
    """

    def __init__(self, parts: Parts, failures: Failures) -> None:
        self._parts = parts
        self._failures = failures
        self._rows: dict[str, Sequence[Item]] = {}
        """What was answered about each account."""
        self._whole: set[str] = set()
        """The accounts of which every row could be read."""
        self._held: Sequence[Position] = ()
        self._as_of = parts.now()
        self.held: Sequence[Instrument] = ()
        """What any account holds."""

    async def _ask(
        self, section: Section, path: str, what: str, params: Params | None = None
    ) -> Round:
        parts = self._parts
        return await asked(
            parts.access, parts.customer.open, section, path, what, self._failures, params
        )

    async def balances(self) -> Batch:
        """Ask what the accounts are worth."""
        parts, as_of = self._parts, self._parts.now()
        found = await self._ask(
            Section.BALANCES, "/accounts/{account}/balances/USD", "The balances of {account}"
        )
        records: list[Balance] = []
        refused: list[RefusedRow] = []
        whole: list[str] = []
        for account, answer in found.answers.items():
            try:
                balances = balances_of(row_of(answer.data, account), account, as_of)
            except BadRow as bad:
                refused.append(refusal(Section.BALANCES, 0, answer.data, bad))
                continue
            records += balances
            whole.append(account)
            parts.live.take_balances(account, balances, as_of)
        return Batch(
            section=Section.BALANCES,
            records=tuple(records),
            holds=holds_of(Section.BALANCES, whole, as_of),
            refused=tuple(refused),
            incomplete=sentence(found.reasons, refused),
        )

    async def positions(self) -> Batch:
        """Ask what the accounts hold."""
        parts, section = self._parts, Section.POSITIONS
        # What is pushed from then on holds against the answers.
        await parts.live.ready(parts.settings.streaming.settle)
        self._as_of = parts.now()
        found = await self._ask(
            section, "/accounts/{account}/positions", "The positions of {account}",
            {"include-marks": "true"},
        )  # fmt: skip
        records: list[Position] = []
        refused: list[RefusedRow] = []
        for account, answer in found.answers.items():
            try:
                rows = _rows(answer, account)
            except AskFailed as failure:
                found.reasons.append(str(failure))
                continue
            read = await self._read(account, rows)
            held = together(read.records)
            records += held
            refused += read.refused
            self._rows[account] = rows
            if not read.refused:
                self._whole.add(account)
            parts.live.take(account, held, self._as_of, is_whole=not read.refused)
        self._held = records
        self.held = tuple({id(one.instrument): one.instrument for one in records}.values())
        # The broker says of those that they are closed: whatever they held is gone.
        closed = [account.number for account in parts.customer.accounts if account.is_closed]
        return Batch(
            section=section,
            records=tuple(records),
            holds=holds_of(section, [*sorted(self._whole), *closed], self._as_of),
            refused=tuple(refused),
            incomplete=sentence(found.reasons, refused),
        )

    async def renew(self) -> Batch | None:
        """Read the answers again, now that more is known of the instruments.

        Returns:
            What is worth something else by that: a future's multiplier is told with its details.
        """
        before = {(one.account, one.instrument.symbol): _worth(one) for one in self._held}
        other: list[Position] = []
        for account, rows in self._rows.items():
            read = await self._read(account, rows)
            held = together(read.records)
            self._parts.live.take(account, held, self._as_of, is_whole=not read.refused)
            other += [
                one
                for one in held
                if before.get((one.account, one.instrument.symbol)) != _worth(one)
            ]
        if not other:
            return None
        return Batch(section=Section.POSITIONS, records=tuple(other), amends=True)

    async def _read(self, account: str, rows: Sequence[Item]) -> Read[Position]:
        def position(row: Row, _place: int) -> Position:
            return position_of(row, account, self._as_of, self._parts.instruments)

        return await read_in_turns(Section.POSITIONS, enumerate(rows), position, account=account)


def _worth(position: Position) -> tuple[Decimal | None, Decimal | None]:
    return position.cost_basis, position.market_value


def holds_of(section: Section, accounts: Collection[str], as_of: dt.datetime) -> tuple[Holds, ...]:
    """Say that a batch holds all of a section of these accounts."""
    return tuple(
        Holds(account=account, section=section, as_of=as_of) for account in sorted(accounts)
    )


def sentence(reasons: Sequence[str], refused: Sequence[RefusedRow]) -> str | None:
    """Say why a section is not whole; None when it is."""
    said = list(dict.fromkeys(reasons))
    if refused:
        rows = "One row" if len(refused) == 1 else f"{len(refused):,} rows"
        said.append(f"{rows} could not be read; nothing is taken for closed because of that.")
    return " ".join(said) or None


def _rows(answer: Answer, account: str) -> Sequence[Item]:
    """Return the positions of an account, all of them.

    Raises:
        AskFailed: these are not all, or no list.
    """
    what = f"The positions of {account}"
    rows = listed(answer, what)
    told = answer.pagination
    if told is not None and told.items is not None and told.items > len(rows):
        raise AskFailed(f"{what}: only {len(rows):,} of {told.items:,} came.", passing=True)
    return rows
