"""How values lie in the database: exact decimals, aware UTC times, enumerations, JSON."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    Numeric,
    Text,
    TypeDecorator,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from qm_tui.domain.exact import canonical
from qm_tui.store.texts import json_text


class ExactDecimal(TypeDecorator[Decimal]):
    """A decimal, exactly: NUMERIC where the database has it, else canonical text.

    SQLAlchemy's own Numeric stores a float on SQLite and says nothing.
    """

    impl = Text
    cache_ok = True

    @override
    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(Text())
        return dialect.type_descriptor(Numeric(asdecimal=True))

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        return canonical(value) if dialect.name == "sqlite" else value

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class UtcTime(TypeDecorator[dt.datetime]):
    """An aware time, kept in UTC; on SQLite as `2024-03-15 20:00:00.000000`, which sorts."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without zone cannot be stored")
        return value.astimezone(dt.UTC).replace(tzinfo=None)

    @override
    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


class JsonText(TypeDecorator[Mapping[str, Any]]):
    """A mapping as compact JSON text with sorted names, so that equal mappings are equal text."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: Mapping[str, Any] | None, dialect: Dialect) -> str | None:
        return None if not value else json_text(value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def one_of(column: str, values: type[StrEnum] | Iterable[str], name: str) -> CheckConstraint:
    """Make the CHECK that a column holds one of a closed set of words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


class exact_order(FunctionElement[int]):  # noqa: N801 - it reads as a function in queries
    """Compare two exact decimals: negative, zero or positive; NULL if either is."""

    type = Integer()
    inherit_cache = True

    def __init__(self, one: ColumnElement[Any], other: ColumnElement[Any]) -> None:
        super().__init__(one, other)


class lowered(FunctionElement[str]):  # noqa: N801 - it reads as a function in queries
    """A text without capitals of any script; slow where the database knows only Latin ones."""

    type = Text()
    inherit_cache = True

    def __init__(self, text: ColumnElement[Any]) -> None:
        super().__init__(text)


class written(FunctionElement[str]):  # noqa: N801 - it reads as a function in queries
    """A day or a moment as text: in one order with each other, a day before its moments."""

    type = Text()
    inherit_cache = True

    def __init__(self, when: ColumnElement[Any]) -> None:
        super().__init__(when)


@compiles(exact_order)
def _order(element: exact_order, compiler: Any, **options: Any) -> str:
    one, other = (compiler.process(each, **options) for each in element.clauses)
    return f"sign({one} - {other})"


@compiles(exact_order, "sqlite")
def _order_of_texts(element: exact_order, compiler: Any, **options: Any) -> str:
    return f"exact_order({compiler.process(element.clauses, **options)})"


@compiles(written)
def _written(element: written, compiler: Any, **options: Any) -> str:
    return f"cast({compiler.process(element.clauses, **options)} AS TEXT)"


@compiles(written, "sqlite")
def _as_it_is(element: written, compiler: Any, **options: Any) -> str:
    # It is kept as text: an index of the column gives the order.
    return f"{compiler.process(element.clauses, **options)}"


@compiles(lowered)
def _lower(element: lowered, compiler: Any, **options: Any) -> str:
    return f"lower({compiler.process(element.clauses, **options)})"


@compiles(lowered, "sqlite")
def _lower_any(element: lowered, compiler: Any, **options: Any) -> str:
    return f"lower_any({compiler.process(element.clauses, **options)})"


def add_functions(connection: Any) -> None:
    """Teach a connection to SQLite what it lacks."""
    connection.create_function("exact_order", 2, _compared, deterministic=True)
    connection.create_function("lower_any", 1, _without_capitals, deterministic=True)


def _compared(one: str | None, other: str | None) -> int | None:
    if one is None or other is None:
        return None
    left, right = Decimal(one), Decimal(other)
    return (left > right) - (left < right)


def _without_capitals(text: str | None) -> str | None:
    return None if text is None else str(text).lower()
