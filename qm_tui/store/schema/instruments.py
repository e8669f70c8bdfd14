"""What is held, and every name it goes by."""

from sqlalchemy import CheckConstraint, Index, Table, UniqueConstraint

from qm_tui.domain.instruments import InstrumentType, Right
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

instruments = Table(
    "instruments",
    metadata,
    identity(),
    text("instrument_type", nullable=False),
    text("symbol", nullable=False),
    text("currency"),
    text("description"),
    text("conid"),
    text("osi_symbol"),
    text("cusip"),
    text("isin"),
    text("figi"),
    text("sedol"),
    text("listing_exchange"),
    number("multiplier", nullable=False),
    text("issuer"),
    text("underlying_symbol"),
    text("underlying_conid"),
    day("expiry"),
    text("right"),
    number("strike"),
    day("maturity"),
    text("kind"),
    mapping("broker_specific"),
    moment("described_at"),
    # Field → when it was last said, where that is not described_at.
    mapping("described"),
    # When a live source was last asked for everything it knows of the instrument.
    moment("details_at"),
    # 1 when a bare ticker could mean several instruments: the user has to say which.
    whole("unresolved"),
    # Two instruments that turned out to be one stay two rows, so that the joining can be undone:
    # readers follow this to the one that stands for both.
    refers("same_as_id", "instruments", nullable=True),
    one_of("instrument_type", InstrumentType, "instrument_type"),
    one_of('"right"', Right, "right"),
    CheckConstraint("same_as_id IS NULL OR same_as_id <> id", name="same_as"),
    Index(None, "conid", unique=True),
    Index(None, "symbol"),
    Index(None, "underlying_symbol"),
    Index(None, "same_as_id"),
)

instrument_aliases = Table(
    "instrument_aliases",
    metadata,
    identity(),
    refers("instrument_id", "instruments"),
    text("scheme", nullable=False),
    text("value", nullable=False),
    text("currency", nullable=False, default=""),
    text("source", nullable=False),
    day("first_day"),
    day("last_day"),
    one_of("scheme", ("conid", "osi", "cusip", "isin", "figi", "sedol", "ticker"), "scheme"),
    UniqueConstraint("instrument_id", "scheme", "value", "currency", "source"),
    Index(None, "scheme", "value"),
)

# Not in use: what is identical is configured by symbols, which may be there before any instrument
# bears them, and so is kept with the other settings of taxes.
identity_groups = Table(
    "identity_groups",
    metadata,
    identity(),
    text("name", nullable=False),
    refers("instrument_id", "instruments"),
    UniqueConstraint("name", "instrument_id"),
)
