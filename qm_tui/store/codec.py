"""Records to the tuples a driver binds: one codec for a kind of record and its table."""

import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import fields
from enum import StrEnum
from hashlib import blake2b
from operator import attrgetter
from typing import Any

from sqlalchemy import Column, Dialect, Insert, Table, Update

from qm_tui.domain.records import Record
from qm_tui.store.columns import json_text

_ELSEWHERE = frozenset({"account", "instrument", "key", "document_row", "broker_specific"})
"""Fields that are not written under their own name from the record alone."""


def binder_of(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    """Return what makes a value of a column ready for the driver; None when it is as it is."""
    return column.type.dialect_impl(dialect).bind_processor(dialect)


def _binder(column: Column[Any], hint: Any, dialect: Dialect) -> Callable[[Any], Any] | None:
    kinds = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    if any(isinstance(kind, type) and issubclass(kind, StrEnum) for kind in kinds):
        return lambda value: None if value is None else value.value
    return binder_of(column, dialect)


class Codec:
    """Turns records of one kind into tuples in the order of `columns`."""

    def __init__(
        self,
        table: Table,
        record_type: type[Record],
        dialect: Dialect,
        *,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.table = table
        hints = typing.get_type_hints(record_type)
        self.columns: list[str] = [
            field.name
            for field in fields(record_type)
            if field.name in table.c and field.name not in _ELSEWHERE | without
        ]
        self._values = attrgetter(*self.columns)
        self._binders = [
            (place, binder)
            for place, name in enumerate(self.columns)
            if (binder := _binder(table.c[name], hints[name], dialect)) is not None
        ]

    def bound(self, record: Record) -> list[Any]:
        """Return the record's own values, ready for the driver."""
        values = list(self._values(record))
        for place, binder in self._binders:
            value = values[place]
            if value is not None:
                values[place] = binder(value)
        return values


def content_hash(values: Sequence[Any]) -> bytes:
    """Digest bound values: equal content is equal bytes, in any process."""
    return blake2b(repr(values).encode(), digest_size=8).digest()


def specifics(record: Record) -> str | None:
    """Return what the row says beyond our columns, as it is stored."""
    return json_text(record.broker_specific) if record.broker_specific else None


def driver_sql(statement: Insert | Update, dialect: Dialect) -> tuple[str, list[str]]:
    """Compile a statement once: its text for the driver, and the names in the order it binds."""
    compiled = statement.compile(dialect=dialect)
    return str(compiled), list(getattr(compiled, "positiontup", None) or compiled.params)
