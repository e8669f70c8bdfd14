"""Records to the values a driver binds: plain tuples, made without a database.

Binding is the larger half of the work of storing a record. It needs neither SQLAlchemy nor a
connection, so that a process that reads a large document can do it too, and hand the result over.
"""

import datetime as dt
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from qm_tui.domain.instruments import Instrument
from qm_tui.domain.records import (
    Batch,
    BrokerLot,
    Fact,
    NavSummary,
    Observation,
    Record,
    RefusedRow,
    Trade,
)
from qm_tui.domain.soundness import RULES, Flaw
from qm_tui.store.texts import canonical, json_text, utc_text

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


_remembered = lru_cache(maxsize=16_384)(canonical)
"""Most numbers of a statement come again and again: nought, one, round lots, the same prices."""


def _as_text(hint: Any) -> Callable[[Any], Any] | None:
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    for kind in kinds:
        if kind is Decimal:
            return _remembered
        if kind is dt.datetime:
            return utc_text
        if kind is dt.date:
            return dt.date.isoformat
        if isinstance(kind, type) and issubclass(kind, StrEnum):
            return attrgetter("value")
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
    """Binds the values of one kind of record."""

    def __init__(self, kind: type[Record]) -> None:
        own = [name for name in columns(kind) if name != "ordered_at"]
        hints = typing.get_type_hints(kind)
        self._values = attrgetter(*own)
        self._texts = [
            (place, to_text)
            for place, name in enumerate(own)
            if (to_text := _as_text(hints[name])) is not None
        ]

    def values(self, record: Record) -> tuple[Any, ...]:
        values = list(self._values(record))
        for place, to_text in self._texts:
            value = values[place]
            if value is not None:
                values[place] = to_text(value)
        if type(record) is Trade:
            values.append(utc_text(_ordered_at(record)))
        return tuple(values)


def _ordered_at(trade: Trade) -> dt.datetime:
    """Return the time to order a trade by: the beginning of its day where no time is known."""
    if trade.executed_at is not None:
        return trade.executed_at
    return dt.datetime.combine(trade.trade_date, dt.time(), tzinfo=_NEW_YORK)


def key_of(record: Record) -> str:
    """Return what tells a record apart from others of its kind in its account."""
    if isinstance(record, NavSummary):
        return f"{record.kind}:{record.from_date or ''}:{record.to_date}"
    if isinstance(record, Fact | BrokerLot):
        return record.key
    return ""


def day_of(record: Record) -> dt.date | None:
    """Return the day on which a record names its instrument."""
    if isinstance(record, Observation):
        return record.as_of.date()
    for name in _DAYS:
        value: dt.date | None = getattr(record, name, None)
        if value is not None:
            return value
    return None


class Binder:
    """Binds the batches of one document or pull, and numbers the instruments they name."""

    def __init__(self) -> None:
        self._codecs: dict[type[Record], _Codec] = {}
        # By object: readers share one among the rows of an instrument. It is kept beside its
        # place, so that its address cannot be given to another one meanwhile.
        self._places: dict[int, tuple[int, Instrument]] = {}

    def bind(self, batch: Batch) -> BoundBatch:
        """Bind a batch.

        Raises:
            ValueError: a value cannot be stored: a time without zone, a number that is none.
        """
        rows: dict[type[Record], list[Bound]] = {}
        others: list[Record] = []
        new: list[Instrument] = []
        days: dict[int, list[dt.date | None]] = {}
        refused = list(batch.refused)
        for record in batch.records:
            kind = type(record)
            rule = RULES.get(kind)
            flaw = rule(record) if rule is not None else None
            if flaw is not None:
                refused.append(_refused(batch, record, flaw))
                continue
            if not is_bound(kind):
                others.append(record)
                continue
            instrument: Instrument | None = getattr(record, "instrument", None)
            place = None
            if instrument is not None:
                place = self._place(instrument, new)
                _widen(days.setdefault(place, [None, None]), day_of(record))
            rows.setdefault(kind, []).append(self._bind(kind, record, place))
        return BoundBatch(
            rows=rows,
            new_instruments=tuple(new),
            seen=tuple(Seen(place, first, last) for place, (first, last) in days.items()),
            rest=replace(batch, records=tuple(others), refused=tuple(refused)),
        )

    def _bind(self, kind: type[Record], record: Record, place: int | None) -> Bound:
        codec = self._codecs.get(kind)
        if codec is None:
            codec = self._codecs[kind] = _Codec(kind)
        as_of = utc_text(record.as_of) if isinstance(record, Observation) else None
        return Bound(
            record.account,
            key_of(record),
            record.document_row,
            place,
            as_of,
            codec.values(record),
            json_text(record.broker_specific) if record.broker_specific else None,
        )

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


def _widen(days: list[dt.date | None], day: dt.date | None) -> None:
    if day is None:
        return
    if days[0] is None or day < days[0]:
        days[0] = day
    if days[1] is None or day > days[1]:
        days[1] = day


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
