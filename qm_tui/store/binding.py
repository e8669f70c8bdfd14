"""Records to the values a driver binds: plain tuples, made without a database.

Binding is the larger half of the work of storing a record. It needs neither SQLAlchemy nor a
connection, so that a process that reads a large document can do it too, and hand the result over.
"""

import datetime as dt
import types
import typing
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from typing_extensions import override

from qm_tui.domain.batches import Batch, RefusedRow
from qm_tui.domain.exact import canonical, utc_text
from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import Fact, Observation, Record, Trade
from qm_tui.domain.reported import BrokerLot, NavSummary
from qm_tui.domain.soundness import RULES, Flaw
from qm_tui.store.texts import json_text

_ELSEWHERE = frozenset({"account", "instrument", "key", "document_row", "broker_specific"})
"""Fields that are not written under their own name from the record alone."""
_NEW_YORK = ZoneInfo("America/New_York")
_DAYS = ("trade_date", "date", "disposition_date", "to_date")


class Bound(NamedTuple):
    """A record ready to be stored, but for the ids of its account and instrument."""

    account: str
    key: str
    document_row: int | None
    instrument: int | None
    """The place of the instrument among those its binder has met."""
    as_of: str | None
    """Of an observation, as it is stored."""
    values: tuple[Any, ...]
    """In the order of `columns(kind)`."""
    specifics: str | None


class Seen(NamedTuple):
    """An instrument that a batch names: the first and last day on which it does."""

    place: int
    first_day: dt.date | None
    last_day: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundBatch:
    """A batch whose facts and observations are bound; what else it has stays as it is."""

    rows: dict[type[Record], list[Bound]]
    new_instruments: tuple[Instrument, ...]
    """Those met for the first time, in the order of their places."""
    seen: tuple[Seen, ...]
    rest: Batch

    @override
    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle rows as plain tuples: as named ones they take twice the time."""
        rows = {kind: [tuple(row) for row in bound] for kind, bound in self.rows.items()}
        return _unpickled, (rows, self.new_instruments, self.seen, self.rest)


def _unpickled(
    rows: dict[type[Record], list[tuple[Any, ...]]],
    new_instruments: tuple[Instrument, ...],
    seen: tuple[Seen, ...],
    rest: Batch,
) -> BoundBatch:
    bound = {kind: list(map(Bound._make, plain)) for kind, plain in rows.items()}
    return BoundBatch(rows=bound, new_instruments=new_instruments, seen=seen, rest=rest)


_remembered = lru_cache(maxsize=16_384)(canonical)
"""Most numbers of a statement come again and again: nought, one, round lots, the same prices."""
_remembered_day = lru_cache(maxsize=4_096)(dt.date.isoformat)


def _as_text(hint: Any) -> Callable[[Any], Any] | None:
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for kind in kinds:
        if kind is Decimal:
            return _remembered
        if kind is dt.datetime:
            return utc_text
        if kind is dt.date:
            return _remembered_day
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return attrgetter("_value_")  # what `value` leads to, without the detour
    return None


def columns(kind: type[Record]) -> tuple[str, ...]:
    """Return the columns a record's own values go to: its fields, and what follows from them."""
    elsewhere = _ELSEWHERE | ({"as_of"} if _is_observed(kind) else set())
    own = tuple(field.name for field in fields(kind) if field.name not in elsewhere)
    return (*own, "ordered_at") if kind is Trade else own


def _is_observed(kind: type[Record]) -> bool:
    return issubclass(kind, Observation) and kind is not NavSummary


def is_bound(kind: type[Record]) -> bool:
    """Tell whether records of a kind are bound: facts and observations are."""
    return issubclass(kind, Fact | Observation)


class _Codec:
    """Binds records of one kind."""

    def __init__(self, kind: type[Record]) -> None:
        own = [name for name in columns(kind) if name != "ordered_at"]
        hints = typing.get_type_hints(kind)
        self._values = attrgetter(*own)
        self._texts = [
            (place, to_text)
            for place, name in enumerate(own)
            if (to_text := _as_text(hints[name])) is not None
        ]
        self._executed_at = own.index("executed_at") if kind is Trade else 0
        self._key = _key_of(kind)
        self._observed = issubclass(kind, Observation)
        self.day = _day_of(kind)

    def bind(self, record: Any, instrument: int | None) -> Bound:
        """Bind a record that names the instrument at a place."""
        as_of = utc_text(record.as_of) if self._observed else None
        said = record.broker_specific
        return Bound(
            record.account,
            self._key(record),
            record.document_row,
            instrument,
            as_of,
            self.values(record),
            json_text(said) if said else None,
        )

    def values(self, record: Record) -> tuple[Any, ...]:
        """Return what goes to `columns`."""
        values = list(self._values(record))
        for place, to_text in self._texts:
            value = values[place]
            if value is not None:
                values[place] = to_text(value)
        if isinstance(record, Trade):
            executed_at = values[self._executed_at]
            values.append(executed_at or utc_text(_beginning(record.trade_date)))
        return tuple(values)


def _beginning(day: dt.date) -> dt.datetime:
    """Return the time to order a trade by where no time is known."""
    return dt.datetime.combine(day, dt.time(), tzinfo=_NEW_YORK)


def _key_of(kind: type[Record]) -> Callable[[Any], str]:
    """Return what tells records of a kind apart in their account."""
    if issubclass(kind, NavSummary):
        return lambda nav: f"{nav.kind}:{nav.from_date or ''}:{nav.to_date}"
    if issubclass(kind, Fact | BrokerLot):
        return attrgetter("key")
    return lambda _: ""


def _day_of(kind: type[Record]) -> Callable[[Any], dt.date | None]:
    """Return what tells the day on which a record of a kind names its instrument."""
    if issubclass(kind, Observation):
        return lambda seen: seen.as_of.date()
    own = {field.name for field in fields(kind)}
    names = [name for name in _DAYS if name in own]
    return lambda fact: next((day for name in names if (day := getattr(fact, name))), None)


class Binder:
    """Binds the batches of one document or pull, and numbers the instruments they name."""

    def __init__(self) -> None:
        self._codecs: dict[type[Record], _Codec | None] = {}
        # By object: readers share one among the rows of an instrument. It is kept beside its
        # place, so that its address cannot be given to another one meanwhile.
        self._places: dict[int, tuple[int, Instrument]] = {}

    def bind(self, batch: Batch) -> BoundBatch:
        """Bind a batch.

        Raises:
            ValueError: a value cannot be stored: a time without zone, a number that is none.
        """
        rows: dict[type[Record], list[Bound]] = defaultdict(list)
        others: list[Record] = []
        new: list[Instrument] = []
        days: dict[int, set[dt.date | None]] = defaultdict(set)
        refused = list(batch.refused)
        for record in batch.records:
            kind = type(record)
            rule = RULES.get(kind)
            flaw = rule(record) if rule is not None else None
            if flaw is not None:
                refused.append(_refused(batch, record, flaw))
                continue
            codec = self._codec(kind)
            if codec is None:
                others.append(record)
                continue
            instrument: Instrument | None = getattr(record, "instrument", None)
            place = None
            if instrument is not None:
                place = self._place(instrument, new)
                days[place].add(codec.day(record))
            rows[kind].append(codec.bind(record, place))
        return BoundBatch(
            rows=dict(rows),
            new_instruments=tuple(new),
            seen=tuple(_seen(place, found) for place, found in days.items()),
            rest=replace(batch, records=tuple(others), refused=tuple(refused)),
        )

    def _codec(self, kind: type[Record]) -> _Codec | None:
        """Return what binds a kind of record; None where it is not bound."""
        try:
            return self._codecs[kind]
        except KeyError:
            codec = self._codecs[kind] = _Codec(kind) if is_bound(kind) else None
            return codec

    def _place(self, instrument: Instrument, new: list[Instrument]) -> int:
        known = self._places.get(id(instrument))
        if known is None:
            known = self._places[id(instrument)] = (len(self._places), instrument)
            new.append(instrument)
        return known[0]


def _refused(batch: Batch, record: Record, flaw: Flaw) -> RefusedRow:
    return RefusedRow(
        section=batch.section.value,
        document_row=-1 if record.document_row is None else record.document_row,
        field=flaw.field,
        text=flaw.text,
        reason=flaw.reason,
    )


def _seen(place: int, days: set[dt.date | None]) -> Seen:
    known = [day for day in days if day is not None]
    return Seen(place, min(known, default=None), max(known, default=None))


def merged(batches: Sequence[BoundBatch]) -> BoundBatch:
    """Join batches of one section that follow each other, to store more rows at once."""
    first = batches[0]
    rows: dict[type[Record], list[Bound]] = {}
    for batch in batches:
        for kind, bound in batch.rows.items():
            rows.setdefault(kind, []).extend(bound)
    rest = replace(
        batches[-1].rest,
        records=tuple(record for batch in batches for record in batch.rest.records),
        holds=tuple(holds for batch in batches for holds in batch.rest.holds),
        coverage=tuple(part for batch in batches for part in batch.rest.coverage),
        blocks=tuple(block for batch in batches for block in batch.rest.blocks),
        refused=tuple(row for batch in batches for row in batch.rest.refused),
        novelties=tuple(news for batch in batches for news in batch.rest.novelties),
        warnings=tuple(text for batch in batches for text in batch.rest.warnings),
    )
    return BoundBatch(
        rows=rows,
        new_instruments=tuple(one for batch in batches for one in batch.new_instruments),
        seen=tuple(seen for batch in batches for seen in batch.seen),
        rest=replace(rest, section=first.rest.section),
    )
