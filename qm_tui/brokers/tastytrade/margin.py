"""What has to be kept: for the account, and for the holdings in each underlying."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from qm_tui.brokers.tastytrade.answers import BadRow, Row
from qm_tui.brokers.tastytrade.instruments import Instruments
from qm_tui.brokers.tastytrade.rows import refusal, row_of
from qm_tui.brokers.tastytrade.symbols import future_of
from qm_tui.brokers.tastytrade.values import leftovers, negative, signed, text
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.instruments import Instrument, canonical_ticker
from qm_tui.domain.records import MarginRequirement
from qm_tui.domain.words import Section

TOTAL = "Total"
"""Under which the requirement of the whole account stands."""

_USED = frozenset(
    {
        "account-number", "underlying-symbol", "underlying-type", "groups", "last-state-timestamp",
        *(
            f"{name}{effect}"
            for name in ("margin-requirement", "initial-requirement", "maintenance-requirement")
            for effect in ("", "-effect")
        ),
    }
)  # fmt: skip
"""The groups in groups (the strategies that the broker sees) are not kept."""


def requirements_of(
    data: Row, account: str, as_of: dt.datetime, instruments: Instruments
) -> tuple[tuple[MarginRequirement, ...], tuple[RefusedRow, ...]]:
    """Return what is required for an account and for each underlying, and what cannot be read.

    Raises:
        BadRow: the answer is of another account, or its own values cannot be read.
    """
    row_of(data, account)
    found = {TOTAL: _requirement(data, account, as_of, TOTAL, None)}
    refused: list[RefusedRow] = []
    for place, group in _groups(data.get("groups")):
        try:
            one = _of_group(row_of(group), account, as_of, instruments)
            found.setdefault(one.underlying_symbol, one)
        except BadRow as error:
            refused.append(refusal(Section.MARGIN, place, group, error))
    return tuple(found.values()), tuple(refused)


def _groups(listed: Any) -> Iterator[tuple[int, Any]]:
    if listed is None:
        return
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        raise BadRow("groups", "", "there should be a list")
    for place, group in enumerate(listed):
        if group != {}:  # the broker's way to say nothing
            yield place, group


def _of_group(
    group: Row, account: str, as_of: dt.datetime, instruments: Instruments
) -> MarginRequirement:
    symbol = text(group, "underlying-symbol") or text(group, "code") or text(group, "description")
    if symbol is None:
        raise BadRow("underlying-symbol", "", "it is missing")
    kind = text(group, "underlying-type")
    if symbol.startswith("/") and future_of(symbol) is None:
        # All months of a future together: `/ES` is no instrument.
        return _requirement(group, account, as_of, symbol.removeprefix("/"), None)
    instrument = instruments.of(symbol, kind) if kind is not None else None
    name = canonical_ticker(symbol) if instrument is None else instrument.symbol
    return _requirement(group, account, as_of, name, instrument)


def _requirement(
    row: Row, account: str, as_of: dt.datetime, name: str, instrument: Instrument | None
) -> MarginRequirement:
    initial, plain = _required(row, "initial-requirement"), _required(row, "margin-requirement")
    return MarginRequirement(
        account=account,
        as_of=as_of,
        broker_specific=leftovers(row, _USED),
        underlying_symbol=name,
        instrument=instrument,
        initial=plain if initial is None else initial,
        maintenance=_required(row, "maintenance-requirement"),
    )


def _required(row: Row, name: str) -> Decimal | None:
    """Read a requirement: what is required is a debit, and positive here."""
    value = signed(row, name)
    if value is None or text(row, f"{name}-effect") in {None, "None"}:
        return value
    return negative(value)
