"""What only a whole export tells: how it signs fees, and which options it calls by wrong names."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from qm_tui.brokers.tastytrade.answers import BadRow
from qm_tui.brokers.tastytrade.csv_cells import moment_in, number_in, option_symbol
from qm_tui.brokers.tastytrade.csv_header import Column, Header
from qm_tui.domain.instruments import osi_symbol, parse_osi

_LEG = re.compile(r"\b(?:Open|Close)\s+[\d.,]+\s+(\S+)\s+(\d{6}[CP]\d{8})\b", re.IGNORECASE)
_OF = re.compile(
    r"\b(?:Bought|Sold|Removal of)\s+[\d.,]+\s+(\S+)\s+\d\d/\d\d/\d\d\b", re.IGNORECASE
)
_WITHOUT_ZONE = re.compile(r"\d.*[ T]\d{1,2}:\d\d(:\d\d(\.\d+)?)?(\s*[AaPp]\.?[Mm]\.?)?")
_OPENS = re.compile(r"\bOpen\s", re.IGNORECASE)


def described_option(symbol: str, description: str) -> str | None:
    """Return the option that a description names, where the symbol beside it is but its root's.

    Some exports write `USO   200717P00003500` where `USO1  200717P00003500` is described.
    """
    parts = parse_osi(symbol)
    if parts is None:
        return None
    if match := _LEG.search(description):
        said = parse_osi(match[1] + match[2])
        if said is None or said.right is not parts.right:
            return None
        return osi_symbol(said.root, said.expiry, said.right, said.strike)
    if (match := _OF.search(description)) and _is_adjusted(match[1].upper(), parts.root):
        return osi_symbol(match[1].upper(), parts.expiry, parts.right, parts.strike)
    return None


def _is_adjusted(root: str, of: str) -> bool:
    return root != of and root.rstrip("0123456789") == of


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """What was seen in a whole file."""

    signs_fees: bool = False
    """Whether a cost is negative; else it is positive, and a rebate negative."""
    signs_commissions: bool = False
    signs_values: bool = False
    """Whether what was paid is negative."""
    lacks_zones: bool = False
    """Whether there are times that do not say in which zone they are meant."""
    adjusted: Mapping[str, tuple[dt.datetime, str]] = field(default_factory=dict)
    """Symbol of an option → from when on it stands for an adjusted one, and for which."""
    accounts: frozenset[str] = frozenset()

    def meant(self, symbol: str, description: str, when: dt.datetime) -> str:
        """Return the symbol that a row means."""
        described = described_option(symbol, description)
        if described is not None:
            return described
        since = self.adjusted.get(symbol)
        return symbol if since is None or when <= since[0] else since[1]


def outline_of(rows: Iterable[Sequence[str]], header: Header, timezone: ZoneInfo) -> Outline:
    """Look over the rows of an export."""
    negative = dict.fromkeys((Column.FEES, Column.COMMISSIONS, Column.VALUE), False)
    lacks_zones = False
    adjusted: dict[str, tuple[dt.datetime, str]] = {}
    accounts: set[str] = set()
    places = header.positions
    for fields in rows:
        when = _cell(fields, places.get(Column.DATE))
        lacks_zones |= _WITHOUT_ZONE.fullmatch(when) is not None
        for column in negative:
            if _is_negative(_cell(fields, places.get(column)), column):
                negative[column] = True
        account = _cell(fields, places.get(Column.ACCOUNT))
        if account and not header.repeats(fields):
            accounts.add(account)
        description = _cell(fields, places.get(Column.DESCRIPTION))
        if _LEG.search(description):
            _note(adjusted, fields, header, timezone)
    # The first generation writes what was paid as a positive number.
    return Outline(
        signs_fees=negative[Column.FEES] and not header.is_old,
        signs_commissions=negative[Column.COMMISSIONS] and not header.is_old,
        signs_values=negative[Column.VALUE],
        lacks_zones=lacks_zones,
        adjusted=adjusted,
        accounts=frozenset(accounts),
    )


def _note(
    adjusted: dict[str, tuple[dt.datetime, str]],
    fields: Sequence[str],
    header: Header,
    timezone: ZoneInfo,
) -> None:
    """Remember an option that was opened under a name that its symbol does not say."""
    places = header.positions
    description = _cell(fields, places.get(Column.DESCRIPTION))
    if not _OPENS.search(description):
        return
    try:
        when = moment_in(_cell(fields, places.get(Column.DATE)), timezone)
        symbol = written_symbol(fields, header)
    except BadRow:
        return  # whoever reads the row says so
    described = described_option(symbol, description)
    if described is None or described == symbol:
        return
    known = adjusted.get(symbol)
    if known is None or when < known[0]:
        adjusted[symbol] = (when, described)


def written_symbol(fields: Sequence[str], header: Header) -> str:
    """Return the symbol of a row as it stands there; the first generation has it in four columns.

    Raises:
        BadRow: its parts make none.
    """
    places = header.positions
    symbol = _cell(fields, places.get(Column.SYMBOL))
    parts = parse_osi(symbol)
    if parts is not None:
        return osi_symbol(parts.root, parts.expiry, parts.right, parts.strike) or symbol
    if header.is_old and not symbol.startswith("./"):
        written = option_symbol(
            symbol,
            _cell(fields, places.get(Column.EXPIRATION)),
            _cell(fields, places.get(Column.STRIKE)),
            _cell(fields, places.get(Column.RIGHT)),
        )
        return written or symbol
    return symbol


def _cell(fields: Sequence[str], place: int | None) -> str:
    return fields[place].strip() if place is not None and place < len(fields) else ""


def _is_negative(text: str, column: Column) -> bool:
    if not text.startswith(("-", "\u2212", "(")):
        return False
    try:
        number = number_in(text, column)
    except BadRow:
        return False
    return number is not None and number < 0
