"""Which instrument a row means: strong identifiers first, a ticker only where it is unambiguous."""

import datetime as dt
from collections import defaultdict
from typing import Any

from sqlalchemy import Dialect, bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from qm_tui.domain.instruments import (
    Bond,
    Derivative,
    Instrument,
    Option,
    OtherInstrument,
    instrument_type,
)
from qm_tui.store.descriptions import Description
from qm_tui.store.schema.instruments import instrument_aliases, instruments
from qm_tui.store.schema.people import decisions
from qm_tui.store.upsert import upsert

_STRONG = ("conid", "osi_symbol", "figi", "isin", "cusip", "sedol")
_SCHEMES = {"osi_symbol": "osi"}
_DESCRIBED = (
    "instrument_type", "symbol", "currency", "description", "conid", "osi_symbol", "cusip", "isin",
    "figi", "sedol", "listing_exchange", "multiplier", "issuer", "underlying_symbol",
    "underlying_conid", "expiry", "right", "strike", "maturity", "kind",
)  # fmt: skip
_LEARNED = tuple(name for name in _DESCRIBED if name not in {"instrument_type", "symbol", "conid"})
"""What newer descriptions may change; the symbol follows from the names it bore."""
_WHEN = ("described_at", "described")
_PER_CURRENCY = frozenset({"isin", "cusip", "sedol", "figi"})
"""One ISIN trades in several currencies, and each listing is an instrument of its own."""

Days = list[dt.date | None]


def describe(instrument: Instrument) -> dict[str, Any]:
    """Write an instrument as the columns of its row."""
    ids = instrument.identifiers
    row: dict[str, Any] = dict.fromkeys(_DESCRIBED)
    row |= {
        "instrument_type": instrument_type(instrument),
        "symbol": instrument.symbol,
        "currency": instrument.currency,
        "description": instrument.description,
        "listing_exchange": instrument.listing_exchange,
        "multiplier": instrument.multiplier,
        "issuer": instrument.issuer,
        **{name: getattr(ids, name) for name in _STRONG},
    }
    if isinstance(instrument, Derivative):
        row["underlying_symbol"] = instrument.underlying_symbol
        row["underlying_conid"] = instrument.underlying_conid
        row["expiry"] = instrument.expiry
    if isinstance(instrument, Option):
        row["right"] = instrument.right
        row["strike"] = instrument.strike
    if isinstance(instrument, OtherInstrument):
        row["kind"] = instrument.kind or None
    if isinstance(instrument, Bond):
        row["maturity"] = instrument.maturity
    return row


class InstrumentBook:
    """The instruments of a store during one transaction."""

    def __init__(self, connection: AsyncConnection, source: str, seen_at: dt.datetime) -> None:
        self._connection = connection
        self._source = source
        self._seen_at = seen_at
        self._rows: dict[int, dict[str, Any]] = {}
        self._by_alias: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._aliases: dict[tuple[int, str, str, str], Days] = {}
        self._changed_aliases: set[tuple[int, str, str, str]] = set()
        self._borne: dict[int, dict[str, str]] = defaultdict(dict)
        """Instrument → ticker → the last day on which any source saw it borne, as ISO text."""
        self._descriptions: dict[int, Description] = {}
        """Of the instruments that were described anew."""
        self.warnings: list[str] = []
        self.changes = 0
        """How many instruments were added or described anew."""

    async def load(self) -> None:
        """Read every instrument's identity: a few thousand small rows."""
        names = ("id", *_DESCRIBED, "described_at", "described", "same_as_id")
        for row in await self._connection.execute(select(*(instruments.c[name] for name in names))):
            self._rows[row.id] = dict(row._mapping)
        for row in await self._connection.execute(select(instrument_aliases)):
            self._by_alias[row.scheme, row.value].append(row.instrument_id)
            key = (row.instrument_id, row.scheme, row.value, row.currency)
            if row.source == self._source:
                self._aliases[key] = [row.first_day, row.last_day]
            if row.scheme == "ticker":
                self._note_borne(row.instrument_id, row.value, row.last_day)

    async def resolve(self, instrument: Instrument) -> int:
        """Return the id of an instrument, new or known, and take note of its names."""
        instrument_id = await self._identify(instrument)
        self._note_aliases(instrument, instrument_id)
        return instrument_id

    def borne(
        self, instrument: Instrument, instrument_id: int, first: dt.date, last: dt.date
    ) -> None:
        """Note that an instrument bore its ticker on two days and, it seems, between them."""
        days = self._alias(instrument_id, "ticker", instrument.symbol, instrument.currency or "")
        known_first, known_last = days
        if known_first is None or first < known_first:
            days[0] = first
        if known_last is None or last > known_last:
            days[1] = last
        if [known_first, known_last] != days:
            self._changed_aliases.add(
                (instrument_id, "ticker", instrument.symbol, instrument.currency or "")
            )
            self._note_borne(instrument_id, instrument.symbol, days[1])

    def _note_borne(self, instrument_id: int, ticker: str, last: dt.date | None) -> None:
        day = last.isoformat() if last else ""
        borne = self._borne[instrument_id]
        borne[ticker] = max(day, borne.get(ticker, ""))

    async def _identify(self, instrument: Instrument) -> int:
        row = describe(instrument)
        found = self._by_strong(row)
        if found is None and row["conid"] is None:
            candidates = self._by_ticker(row)
            if len(candidates) == 1:
                found = candidates[0]
            elif candidates:
                return await self._unresolved(row, candidates)
        if found is None:
            weak = self._weak_twin(row) if row["conid"] is not None else None
            found = await self._add(row)
            if weak is not None:
                await self._join(weak, found, row)
            return found
        self._learn(found, row)
        return found

    def _by_strong(self, row: dict[str, Any]) -> int | None:
        for name in _STRONG:
            if row[name] is None:
                continue
            candidates = [
                other
                for other in self._by_alias.get((_SCHEMES.get(name, name), row[name]), ())
                if self._may_be(name, self._rows[other], row)
            ]
            if candidates:
                return min(candidates)
            if name == "conid":
                return None
        return None

    @staticmethod
    def _may_be(name: str, other: dict[str, Any], row: dict[str, Any]) -> bool:
        if name == "conid":
            return True
        return bool(
            other["instrument_type"] == row["instrument_type"]
            and other["same_as_id"] is None
            and (name not in _PER_CURRENCY or other["currency"] == row["currency"])
        )

    def _by_ticker(self, row: dict[str, Any]) -> list[int]:
        found = []
        for other_id in dict.fromkeys(self._by_alias.get(("ticker", row["symbol"]), ())):
            other = self._rows[other_id]
            same_kind = other["instrument_type"] == row["instrument_type"]
            same_currency = row["currency"] is None or other["currency"] in (None, row["currency"])
            if same_kind and same_currency and other["same_as_id"] is None:
                found.append(other_id)
        return found

    def _weak_twin(self, row: dict[str, Any]) -> int | None:
        """Return the one instrument known without conid that this one must be, if there is one."""
        names = [(_SCHEMES.get(name, name), row[name]) for name in _STRONG[1:] if row[name]]
        for scheme, value in [*names, ("ticker", row["symbol"])]:
            twins = [
                other
                for other in dict.fromkeys(self._by_alias.get((scheme, value), ()))
                if self._rows[other]["conid"] is None
                and self._rows[other]["same_as_id"] is None
                and self._rows[other]["instrument_type"] == row["instrument_type"]
                and self._rows[other]["currency"] in (None, row["currency"])
            ]
            if len(twins) == 1:
                return twins[0]
        return None

    async def _add(self, row: dict[str, Any], *, unresolved: int = 0) -> int:
        self.changes += 1
        result = await self._connection.execute(
            insert(instruments).values(**row, described_at=self._seen_at, unresolved=unresolved)
        )
        primary_key = result.inserted_primary_key
        assert primary_key is not None
        instrument_id = int(primary_key[0])
        self._rows[instrument_id] = {
            **row, "id": instrument_id, "described_at": self._seen_at, "described": None,
            "same_as_id": None,
        }  # fmt: skip
        return instrument_id

    async def _unresolved(self, row: dict[str, Any], candidates: list[int]) -> int:
        self.warnings.append(
            f"{row['symbol']} could be any of {len(candidates)} instruments; its rows are kept "
            "under a name of their own until you say which."
        )
        return await self._add(row, unresolved=1)

    async def _join(self, weak: int, strong: int, row: dict[str, Any]) -> None:
        self._rows[weak]["same_as_id"] = strong
        # What shares more than a ticker is certainly the same, and what is known of it counts.
        if any(self._rows[weak][name] is not None for name in _STRONG):
            self._description(strong).join(self._description(weak))
            self._rows[strong] |= self._description(strong).values
        await self._connection.execute(
            update(instruments).where(instruments.c.id == weak).values(same_as_id=strong)
        )
        await self._connection.execute(
            insert(decisions).values(
                kind="same_instrument",
                subject={"instrument": weak, "symbol": row["symbol"]},
                value={"same_as": strong, "conid": row["conid"]},
                reason="The broker's contract id turned up for what was known by its symbol.",
                decided_at=self._seen_at,
            )
        )

    def _learn(self, instrument_id: int, row: dict[str, Any]) -> None:
        """Take over what a description says, where nobody said something newer."""
        changed = self._description(instrument_id).say(
            {name: row[name] for name in _LEARNED}, self._seen_at
        )
        self._rows[instrument_id] |= changed
        self.changes += bool(changed)

    def _description(self, instrument_id: int) -> Description:
        if instrument_id not in self._descriptions:
            row = self._rows[instrument_id]
            self._descriptions[instrument_id] = Description(
                values={name: row[name] for name in _LEARNED},
                described_at=row["described_at"],
                times=dict(row["described"] or {}),
            )
        return self._descriptions[instrument_id]

    def _note_aliases(self, instrument: Instrument, instrument_id: int) -> None:
        for name in _STRONG:
            value = getattr(instrument.identifiers, name)
            if value is not None:
                self._alias(instrument_id, _SCHEMES.get(name, name), value, "")
        self._alias(instrument_id, "ticker", instrument.symbol, instrument.currency or "")

    def _alias(self, instrument_id: int, scheme: str, value: str, currency: str) -> Days:
        key = (instrument_id, scheme, value, currency)
        days = self._aliases.get(key)
        if days is None:
            days = self._aliases[key] = [None, None]
            self._changed_aliases.add(key)
            self._by_alias[scheme, value].append(instrument_id)
            if scheme == "ticker":
                self._note_borne(instrument_id, value, None)
        return days

    async def flush(self, dialect: Dialect) -> None:
        """Write what was learned, and the names that are new or were borne on new days."""
        await self._write_descriptions()
        if not self._changed_aliases:
            return
        rows = [
            {
                "instrument_id": instrument_id, "scheme": scheme, "value": value,
                "currency": currency, "source": self._source,
                "first_day": self._aliases[instrument_id, scheme, value, currency][0],
                "last_day": self._aliases[instrument_id, scheme, value, currency][1],
            }
            for instrument_id, scheme, value, currency in sorted(self._changed_aliases)
        ]  # fmt: skip
        statement = upsert(
            instrument_aliases,
            dialect,
            key=("instrument_id", "scheme", "value", "currency", "source"),
            replace=("first_day", "last_day"),
        )
        await self._connection.execute(statement, rows)
        await self._rename({key[0] for key in self._changed_aliases if key[1] == "ticker"})
        self._changed_aliases.clear()

    async def _write_descriptions(self) -> None:
        rows = []
        for instrument_id, description in self._descriptions.items():
            known = self._rows[instrument_id]
            before = (known["described_at"], known["described"] or {})
            known["described_at"], known["described"] = description.settle()
            if (known["described_at"], known["described"]) != before or description.changed:
                rows.append(
                    {f"b_{name}": known[name] for name in ("id", *_LEARNED, *_WHEN)}
                )  # fmt: skip
        self._descriptions.clear()
        if rows:
            await self._connection.execute(
                update(instruments)
                .where(instruments.c.id == bindparam("b_id"))
                .values({name: bindparam(f"b_{name}") for name in (*_LEARNED, *_WHEN)}),
                rows,
            )

    async def _rename(self, touched: set[int]) -> None:
        """Show an instrument under the ticker that it, or what turned out to be it, bore last."""
        others: dict[int, list[int]] = defaultdict(list)
        for other_id, row in self._rows.items():
            if row["same_as_id"] is not None and any(row[name] for name in _STRONG):
                others[row["same_as_id"]].append(other_id)
        shown = {self._rows[one]["same_as_id"] or one for one in touched}
        for instrument_id in touched | shown:
            borne = [
                (day, ticker)
                for one in (instrument_id, *others[instrument_id])
                for ticker, day in self._borne[one].items()
            ]
            latest = max(borne)[1] if borne else self._rows[instrument_id]["symbol"]
            if latest != self._rows[instrument_id]["symbol"]:
                self._rows[instrument_id]["symbol"] = latest
                await self._connection.execute(
                    update(instruments)
                    .where(instruments.c.id == instrument_id)
                    .values(symbol=latest)
                )
