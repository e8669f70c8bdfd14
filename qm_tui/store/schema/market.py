"""What things cost: end-of-day exchange rates, and the latest of what is quoted."""

from typing import Any

from sqlalchemy import CheckConstraint, Column, Table, UniqueConstraint

from qm_tui.store.columns import one_of
from qm_tui.store.schema.base import (
    day,
    identity,
    mapping,
    metadata,
    moment,
    number,
    refers,
    text,
    whole,
)

fx_rates = Table(
    "fx_rates",
    metadata,
    identity(),
    day("date", nullable=False),
    text("from_currency", nullable=False),
    text("to_currency", nullable=False),
    number("rate", nullable=False),
    moment("source_at"),
    refers("document_id", "raw_documents", nullable=True),
    UniqueConstraint("from_currency", "to_currency", "date"),
    CheckConstraint("rate NOT LIKE '-%' AND rate <> '0'", name="rate"),
)


def _latest() -> list[Any]:
    columns: list[Column[Any]] = [
        identity(),
        refers("instrument_id", "instruments"),
        text("source", nullable=False),
        moment("as_of", nullable=False),
        whole("delayed"),
        mapping("broker_specific"),
    ]
    return [
        *columns,
        one_of("delayed", ("0", "1"), "delayed"),
        UniqueConstraint("instrument_id", "source"),
    ]


quotes = Table(
    "quotes",
    metadata,
    *_latest(),
    number("bid"),
    number("ask"),
    number("last"),
    number("close"),
)

greeks = Table(
    "greeks",
    metadata,
    *_latest(),
    number("delta"),
    number("gamma"),
    number("theta"),
    number("vega"),
    number("rho"),
    number("implied_volatility"),
    number("underlying_price"),
    number("option_price"),
)
