"""The metadata all tables share, and the columns every kind of row has."""

import datetime as dt
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, MetaData, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

from qm_tui.store.columns import ExactDecimal, JsonText, UtcTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


@compiles(CreateIndex, "postgresql")
def _create_index(create: CreateIndex, compiler: Any, **options: Any) -> str:
    """An index of some rows is one of the same rows here.

    Said only now: to say it with the table loads the other database's dialect at every start.
    """
    where = create.element.dialect_options["sqlite"]["where"]
    create.element.dialect_options["postgresql"]["where"] = where
    written: str = compiler.visit_create_index(create, **options)
    return written


def identity() -> Column[int]:
    """Make the surrogate key every table has."""
    return Column("id", Integer, primary_key=True)


def refers(
    name: str, target: str, *, nullable: bool = False, ondelete: str = "RESTRICT"
) -> Column[int]:
    """Make a foreign key; facts are never deleted from under what refers to them."""
    return Column(name, Integer, ForeignKey(f"{target}.id", ondelete=ondelete), nullable=nullable)


def text(name: str, *, nullable: bool = True, default: str | None = None) -> Column[str]:
    """Make a text column."""
    return Column(name, Text, nullable=nullable, server_default=default)


def number(name: str, *, nullable: bool = True) -> Column[Decimal]:
    """Make an exact decimal column."""
    return Column(name, ExactDecimal, nullable=nullable)


def day(name: str, *, nullable: bool = True) -> Column[dt.date]:
    """Make a calendar day column."""
    return Column(name, Date, nullable=nullable)


def moment(name: str, *, nullable: bool = True) -> Column[dt.datetime]:
    """Make an aware UTC time column."""
    return Column(name, UtcTime, nullable=nullable)


def whole(name: str, *, nullable: bool = False, default: int | None = 0) -> Column[int]:
    """Make an integer column."""
    standard = None if default is None else str(default)
    return Column(name, Integer, nullable=nullable, server_default=standard)


def mapping(name: str) -> Column[Any]:
    """Make a JSON column."""
    return Column(name, JsonText, nullable=True)


def digest(name: str) -> Column[bytes]:
    """Make a column for a hash."""
    return Column(name, LargeBinary, nullable=False)
