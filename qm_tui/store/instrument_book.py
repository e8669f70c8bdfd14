"""Which instrument a row means: one for each strongest identifier, described by all who name it."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Dialect, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.instruments import Instrument
from qm_tui.store.descriptions import Description
from qm_tui.store.dirty import DERIVATIVES
from qm_tui.store.identities import SCHEMES, STRONG, Identities, Verdict
from qm_tui.store.incoming import driver_insert
from qm_tui.store.instrument_rows import ADDED, LEARNED, WHEN, bound, describe
from qm_tui.store.reading.parts import parts
from qm_tui.store.schema.instruments import instrument_aliases, instruments
from qm_tui.store.schema.people import decisions
from qm_tui.store.upsert import driver_upsert

_BOOKED = frozenset(
    {
        "symbol", "currency", "multiplier", "underlying_symbol", "underlying_conid", "expiry",
        "right", "strike", "kind",
    }
)  # fmt: skip
"""What lots and gains depend on."""
_ALIAS = ("instrument_id", "scheme", "value", "currency")
_BORNE = ("first_day", "last_day")
_JOINED = "What was known by a weaker name can only be this one."
_PARTED = "What was known by a weaker name could be several by now."
Days = tuple[dt.date | None, dt.date | None]
"""The first and the last day on which a name was seen borne."""
_NEVER: Days = (None, None)


class InstrumentBook:
    """The instruments of a store, a transaction at a time."""

    _connection: AsyncConnection
    _seen_at: dt.datetime

    def __init__(self, source: str) -> None:
        self._source = source
        self._rows: dict[int, dict[str, Any]] = {}
        self._identities = Identities(self._rows)
        self._aliases: dict[tuple[int, str, str, str], Days] = {}
        self._changed_aliases: set[tuple[int, str, str, str]] = set()
        self._descriptions: dict[int, Description] = {}
        """Of the instruments that were described anew."""
        self._renewed: set[int] = set()
        """Instruments of which all was said again, and nothing else."""
        self._new: list[int] = []
        """Instruments that are not written yet."""
        self._last_id = 0
        self.warnings: list[str] = []
        self.changes = 0
        """How many instruments were added or described anew."""
        self.judged_anew: set[int] = set()
        """Instruments that turned out to be another one, or no longer certainly are."""
        self.described_anew: set[int] = set()
        """Instruments of which something else is known now that lots and gains depend on."""

    @property
    def size(self) -> int:
        """How many instruments there are."""
        return len(self._rows)

    def begin(self, connection: AsyncConnection, seen_at: dt.datetime) -> None:
        """Begin a transaction of a source made at a time."""
        self._connection = connection
        self._seen_at = seen_at
        self.warnings = []
        self.changes = 0
        self.judged_anew = set()
        self.described_anew = set()

    async def load(self) -> None:
        """Read every instrument's identity: a few thousand small rows."""
        names = (*ADDED, "same_as_id", "unresolved")
        known = await self._connection.execute(select(*(instruments.c[name] for name in names)))
        for row in known.all():
            self._rows[row[0]] = dict(zip(names, row, strict=True))
        self._last_id = max(self._rows, default=0)
        c = instrument_aliases.c
        borne = await self._connection.execute(
            select(*(c[name] for name in (*_ALIAS, "source", *_BORNE)))
        )
        for one, scheme, value, currency, source, first, last in borne.all():
            self._identities.note(one, (scheme, value), first, last)
            if source == self._source:
                self._aliases[one, scheme, value, currency] = (first, last)

    def place(self, instrument: Instrument) -> int:
        """Return the id of an instrument, new or known, and take note of its names.

        New ones are there for others to refer to after `add_new`.
        """
        row = describe(instrument)
        instrument_id = self._identities.kept_under(row)
        if instrument_id is None:
            instrument_id = self._add(row, instrument)
        elif not self._repeats(instrument_id, row):
            self._learn(instrument_id, row)
        self._note_aliases(row, instrument_id)
        return instrument_id

    async def add_new(self) -> None:
        """Write the instruments that are new, many at once."""
        if self._new:
            rows = [bound(self._rows[one]) for one in self._new]
            statement = driver_insert(instruments, ADDED, self._connection.dialect)
            await self._connection.exec_driver_sql(statement, rows)
            self._new.clear()

    def alike(self, instrument_id: int) -> set[int]:
        """Return the instruments that this one is or could be, itself among them."""
        return self._identities.alike(instrument_id)

    def is_derivative(self, instrument_id: int) -> bool:
        """Tell whether an instrument may be one that is marked to market at the year's end."""
        return self._rows[instrument_id]["instrument_type"] in DERIVATIVES

    def borne(
        self, instrument: Instrument, instrument_id: int, first: dt.date, last: dt.date
    ) -> None:
        """Note that an instrument bore its ticker on two days and, it seems, between them."""
        key = (instrument_id, "ticker", instrument.symbol, instrument.currency or "")
        known_first, known_last = self._alias(key)
        days = (
            first if known_first is None else min(first, known_first),
            last if known_last is None else max(last, known_last),
        )
        if days != (known_first, known_last):
            self._aliases[key] = days
            self._changed_aliases.add(key)
            self._identities.note(instrument_id, key[1:3], *days)

    def _add(self, said: dict[str, Any], instrument: Instrument) -> int:
        self.changes += 1
        # Nobody else writes meanwhile, so that the numbers are ours to give.
        self._last_id += 1
        self._rows[self._last_id] = {
            **said,
            "multiplier": instrument.multiplier,
            "id": self._last_id,
            "described_at": self._seen_at,
            # One that was only assumed counts as never said: whoever states one is right.
            "described": None if instrument.multiplier_stated else {"multiplier": ""},
            "same_as_id": None,
            "unresolved": 0,
        }
        self._new.append(self._last_id)
        return self._last_id

    def _repeats(self, instrument_id: int, row: dict[str, Any]) -> bool:
        """Note that all that is said is known already: only the time at which it was said is new.

        Whoever is asked again and again mostly says nothing new, of thousands of instruments.
        """
        known = self._rows[instrument_id]
        if instrument_id in self._descriptions or known["described_at"] is None:
            return False
        if not known["described_at"] <= self._seen_at:
            return False
        times = known["described"] or {}
        for name in LEARNED:
            said = row[name]
            if (said is None) != (known[name] is None or name in times) or (
                said is not None and said != known[name]
            ):
                return False
        self._renewed.add(instrument_id)
        return True

    def _learn(self, instrument_id: int, row: dict[str, Any]) -> None:
        """Take over what a description says, where nobody said something newer."""
        changed = self._description(instrument_id).say(
            {name: row[name] for name in LEARNED}, self._seen_at
        )
        self._take_over(instrument_id, changed)
        self.changes += bool(changed)

    def _take_over(self, instrument_id: int, changed: dict[str, Any]) -> None:
        self._rows[instrument_id] |= changed
        if _BOOKED & changed.keys():
            self.described_anew.add(instrument_id)

    def _description(self, instrument_id: int) -> Description:
        if instrument_id not in self._descriptions:
            row = self._rows[instrument_id]
            self._descriptions[instrument_id] = Description(
                values={name: row[name] for name in LEARNED},
                described_at=(
                    self._seen_at if instrument_id in self._renewed else row["described_at"]
                ),
                times=dict(row["described"] or {}),
            )
        return self._descriptions[instrument_id]

    def _note_aliases(self, row: Mapping[str, Any], instrument_id: int) -> None:
        for name in STRONG:
            value = row[name]
            if value is not None:
                self._alias((instrument_id, SCHEMES.get(name, name), value, ""))
        self._alias((instrument_id, "ticker", row["symbol"], row["currency"] or ""))

    def _alias(self, key: tuple[int, str, str, str]) -> Days:
        days = self._aliases.get(key)
        if days is None:
            days = self._aliases[key] = _NEVER
            self._changed_aliases.add(key)
            self._identities.note(key[0], key[1:3])
        return days

    async def flush(self, dialect: Dialect) -> None:
        """Write what was learned, and the names that are new or were borne on new days.

        Then nothing depends any more on what came first: not which instruments are one either.
        """
        if self._changed_aliases or self._descriptions:
            await self._judge()
        await self._write_descriptions()
        await self._write_times()
        touched = {key[0] for key in self._changed_aliases if key[1] == "ticker"}
        if self._changed_aliases:
            await self._write_aliases(dialect)
        if touched or self.judged_anew:
            await self._rename(touched | self.judged_anew)

    async def _judge(self) -> None:
        """Say of each instrument known without a contract id which one it is."""
        parted: set[int] = set()
        for instrument_id, verdict in self._identities.verdicts().items():
            row = self._rows[instrument_id]
            before = row["same_as_id"]
            unresolved = int(verdict.among > 0)
            if (before, row["unresolved"]) == (verdict.same_as, unresolved):
                continue
            if unresolved and not row["unresolved"]:
                self.warnings.append(
                    f"{row['symbol']} could be any of {verdict.among} instruments; its rows are "
                    "kept under a name of their own until you say which."
                )
            row["same_as_id"], row["unresolved"] = verdict.same_as, unresolved
            await self._connection.execute(
                update(instruments)
                .where(instruments.c.id == instrument_id)
                .values(same_as_id=verdict.same_as, unresolved=unresolved)
            )
            if before != verdict.same_as:
                self.judged_anew.add(instrument_id)
                parted |= {before} - {None}
                await self._record(instrument_id, verdict)
        self._complete(parted)

    async def _record(self, instrument_id: int, verdict: Verdict) -> None:
        conid = self._rows[verdict.same_as]["conid"] if verdict.same_as is not None else None
        await self._connection.execute(
            insert(decisions).values(
                kind="same_instrument",
                subject={
                    "instrument": instrument_id,
                    "symbol": self._rows[instrument_id]["symbol"],
                },
                value={"same_as": verdict.same_as, "conid": conid},
                reason=_PARTED if verdict.same_as is None else _JOINED,
                decided_at=self._seen_at,
            )
        )

    def _complete(self, parted: set[int]) -> None:
        """Fill the gaps of descriptions with what is known under weaker identifiers."""
        touched = parted | set(self._descriptions) | self.judged_anew
        shown = {self._rows[one]["same_as_id"] or one for one in touched}
        others = self._others()
        for one in shown:
            if one in parted or others[one]:
                filled = self._description(one).fill(
                    [self._description(other) for other in others[one]]
                )
                self._take_over(one, filled)

    def _others(self) -> dict[int, list[int]]:
        """Return what shares more than a ticker with an instrument: certainly the same."""
        others: dict[int, list[int]] = defaultdict(list)
        for other_id, row in self._rows.items():
            if row["same_as_id"] is not None and any(row[name] for name in STRONG):
                others[row["same_as_id"]].append(other_id)
        return others

    async def _write_aliases(self, dialect: Dialect) -> None:
        statement = driver_upsert(
            instrument_aliases,
            (*_ALIAS, "source", *_BORNE),
            dialect,
            key=(*_ALIAS, "source"),
            replace=_BORNE,
        )
        rows = [
            (*key, self._source, *(day and day.isoformat() for day in self._aliases[key]))
            for key in sorted(self._changed_aliases)
        ]
        await self._connection.exec_driver_sql(statement, rows)
        self._changed_aliases.clear()

    async def _write_descriptions(self) -> None:
        rows = []
        for instrument_id, description in self._descriptions.items():
            known = self._rows[instrument_id]
            before = (known["described_at"], known["described"] or {})
            known["described_at"], known["described"] = description.settle()
            if (known["described_at"], known["described"]) != before or description.changed:
                rows.append(
                    {f"b_{name}": known[name] for name in ("id", *LEARNED, *WHEN)}
                )  # fmt: skip
        self._descriptions.clear()
        if rows:
            await self._connection.execute(
                update(instruments)
                .where(instruments.c.id == bindparam("b_id"))
                .values({name: bindparam(f"b_{name}") for name in (*LEARNED, *WHEN)}),
                rows,
            )

    async def _write_times(self) -> None:
        """Write when the instruments were described of which nothing else is new."""
        renewed = [one for one in self._renewed if self._rows[one]["described_at"] < self._seen_at]
        self._renewed.clear()
        for one in renewed:
            self._rows[one]["described_at"] = self._seen_at
        for part in parts(renewed):
            await self._connection.execute(
                update(instruments)
                .where(instruments.c.id.in_(part))
                .values(described_at=self._seen_at)
            )

    async def _rename(self, touched: set[int]) -> None:
        """Show an instrument under the ticker that it, or what turned out to be it, bore last."""
        others = self._others()
        shown = {self._rows[one]["same_as_id"] or one for one in touched}
        for instrument_id in touched | shown:
            if not others[instrument_id] and self._identities.bears_only(
                instrument_id, self._rows[instrument_id]["symbol"]
            ):
                continue
            borne = [
                (days.last, ticker)
                for one in (instrument_id, *others[instrument_id])
                for ticker, days in self._identities.tickers(one).items()
            ]
            latest = max(borne)[1] if borne else self._rows[instrument_id]["symbol"]
            if latest != self._rows[instrument_id]["symbol"]:
                self._take_over(instrument_id, {"symbol": latest})
                await self._connection.execute(
                    update(instruments)
                    .where(instruments.c.id == instrument_id)
                    .values(symbol=latest)
                )
