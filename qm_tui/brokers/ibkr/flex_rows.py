"""A Flex row on its way to a record, and what its statement knows: account, days, keys, news."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from hashlib import blake2b
from types import MappingProxyType
from typing import TypeVar

from qm_tui.brokers.ibkr.flex_instruments import ATTRIBUTES, Instruments
from qm_tui.brokers.ibkr.flex_outline import StatementOutline
from qm_tui.brokers.ibkr.flex_tags import Plan, Shape, Values, said
from qm_tui.brokers.ibkr.flex_values import Clock, Moment, canonical, identifier, number, text
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.batches import Novelty, RefusedRow
from qm_tui.domain.instruments import Instrument, canonical_ticker

_NOVELTIES_AT_MOST = 500

_Value = TypeVar("_Value")

INSTRUMENT = Plan(ATTRIBUTES)
"""What of a row `Instruments` wants to know."""


class BadValueError(Exception):
    """A required value of a row is missing or cannot be read: the row is refused."""

    def __init__(self, field: str, found: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        self.found = found
        self.reason = reason


class Row:
    """One element of a statement."""

    account = ""
    unreadable: Mapping[str, str] = MappingProxyType({})
    """What an optional (or required) field said that could not be read."""

    def __init__(self, index: int, section: str, shape: Shape, values: Values) -> None:
        self.index = index
        """Counted from 0 over the document."""
        self.section = section
        self.shape = shape
        self._values = values

    @property
    def place(self) -> str:
        """Where the row stands, e.g. `Trades/Trade`."""
        return f"{self.section}/{self.shape.tag}"

    @property
    def attributes(self) -> dict[str, str]:
        """What the row says, as a new mapping."""
        return dict(zip(self.shape.names, self._values, strict=False))

    def restate(self, attributes: Mapping[str, str]) -> None:
        """Let the row say something else."""
        self.shape, self._values = said(self.shape.tag, attributes)

    def pick(self, plan: Plan) -> tuple[str, ...]:
        """Return what fields say, as written; "" for those that are not there."""
        return self.shape.picks[plan](self._values)

    def written(self, name: str) -> str:
        """Return what a field says, as written; "" when it is not there."""
        return self._values[self.shape.places.get(name, -1)]

    def text(self, name: str) -> str | None:
        """Return what a field says."""
        return text(self.written(name))

    def identifier(self, name: str) -> str | None:
        """Return an id, where there is one."""
        return identifier(self.written(name))

    def number(self, name: str) -> Decimal | None:
        """Return a number, where there is one; raises ValueError when it is none."""
        return number(self.written(name))

    def required(self, name: str) -> Decimal:
        """Return a number that has to be there; raises BadValueError when it is not."""
        found = self.number(name)
        if found is None:
            raise self.missing(name)
        return found

    def missing(self, name: str) -> BadValueError:
        """Say that a required field says nothing, or nothing that can be read."""
        unread = self.unreadable.get(name)
        if unread is not None:
            return BadValueError(name, quoted(unread), "cannot be read")
        return BadValueError(name, quoted(self.written(name)), "is missing")

    def rest(self, told: frozenset[str]) -> dict[str, str] | None:
        """Return what the row says beyond the fields that are told."""
        rest = self.shape.rest(self._values, told)
        if self.unreadable:
            rest.update(self.unreadable)
        return rest or None


class Scope:
    """What one FlexStatement knows; the rows of a statement are read in it, in their order."""

    def __init__(
        self,
        attributes: Mapping[str, str],
        *,
        account: str | None,
        clock: Clock,
        made: StatementOutline,
        novelties: "Novelties",
    ) -> None:
        self.account = identifier(attributes.get("accountId")) or account
        self.clock = clock
        self.made = made
        self.novelties = novelties
        self.warnings: dict[str, None] = {}
        self.from_date = _try(clock.day, attributes.get("fromDate", ""))
        self.to_date = _try(clock.day, attributes.get("toDate", ""))
        generated = _try(clock.moment, attributes.get("whenGenerated", ""))
        self.generated_at = generated.at if generated else None
        self.instruments = Instruments(clock, self._new_value, self.warn)
        self.accounts: dict[str, None] = {}
        """Accounts that rows named, in order."""
        self.last_trades: dict[tuple[str, str], tuple[str, Decimal, dt.datetime | None]] = {}
        """(account, instrument) → key, quantity and time of its latest execution."""
        self.last_transfers: dict[tuple[str, str], str] = {}
        self.told_executions: dict[tuple[str, str], list[tuple[object, bool]]] = {}
        """(account, execution id) → content of its rows, and whether they cancel it."""
        self._fallback_account = account
        self._seen: dict[bytes, int] = {}
        self._row: Row | None = None
        """The one that is being read."""

    # --- whose, what, when -------------------------------------------------------------------

    def begin(self, row: Row) -> None:
        """Find whose a row is; to be called before anything else is asked of it.

        Raises:
            BadValueError: nobody says it.
        """
        self._row = row
        account = row.identifier("accountId") or self.account
        if account is None:
            raise BadValueError(
                "accountId",
                quoted(row.written("accountId")),
                "names no account, nor does the statement; name it with --account",
            )
        row.account = account
        self.accounts[account] = None

    def instrument(self, row: Row, currency: str | None, *, described: bool = True) -> Instrument:
        """Return the instrument a row names; raises BadValueError when it names none."""
        found = self.instruments.of(row.pick(INSTRUMENT), currency, described=described)
        if found is None:
            raise BadValueError("symbol", quoted(row.written("symbol")), "names no instrument")
        return found

    def day(self, row: Row, *names: str) -> dt.date | None:
        """Return the first day that one of the fields tells."""
        for name in names:
            found = self.clock.day(row.written(name))
            if found is not None:
                return found
        return None

    def required_day(self, row: Row, *names: str) -> dt.date:
        """Return the first day that a field tells; raises BadValueError when none does."""
        found = self.day(row, *names)
        if found is None:
            raise row.missing(next((n for n in names if n in row.unreadable), names[0]))
        return found

    def moment(self, row: Row, name: str) -> Moment:
        """Return day and time of a field."""
        return self.clock.moment(row.written(name))

    def as_of(self, row: Row, day: dt.date | None) -> dt.datetime:
        """Return when something was seen: the end of a day, but not after the statement was made.

        Raises:
            BadValueError: neither the row nor the statement says which day.
        """
        found = day or self.to_date
        if found is None:
            raise row.missing("reportDate")
        return self.end_of(found)

    def end_of(self, day: dt.date) -> dt.datetime:
        """Return the end of a day, but not after the statement was made."""
        end = self.clock.end_of(day)
        return min(end, self.generated_at) if self.generated_at else end

    def currency(self, row: Row, name: str = "currency") -> str | None:
        """Return a currency as written; one that is not three capital letters is noted."""
        written = row.written(name)
        if written in self.novelties.currencies:
            return written
        found = text(written)
        if found is not None and found not in self.novelties.currencies:
            self.novelties.currency(found, f"{row.place}@{name}")
        return found

    # --- keys ----------------------------------------------------------------------------------

    def content_key(self, row: Row, kind: str, *parts: object, prefix: str = "H") -> str:
        """Make a key of what identifies a row that has no id; equal rows are counted apart.

        Args:
            row: Whose key it is.
            kind: Of record; keys of different kinds are counted apart.
            parts: The business fields that the broker does not restate.
            prefix: What the key begins with.
        """
        digest = _digest(kind, row.account, *(_canonical(part) for part in parts))
        return f"{prefix}:{digest.hex()}:{self._ordinal(digest)}"

    def numbered(self, row: Row, kind: str, key: str) -> str:
        """Return a readable key; the second row that has it in a statement gets `:1`, and so on."""
        digest = _digest(kind, row.account, key)
        ordinal = self._ordinal(digest)
        return f"{key}:{ordinal}" if ordinal else key

    def presuppose(self, row: Row, kind: str, key: str) -> None:
        """Count a row with this key, if none was there: another statement has it."""
        self._seen.setdefault(_digest(kind, row.account, key), 1)

    def _ordinal(self, digest: bytes) -> int:
        ordinal = self._seen.get(digest, 0)
        self._seen[digest] = ordinal + 1
        return ordinal

    # --- what is worth telling -------------------------------------------------------------------

    def warn(self, sentence: str) -> None:
        """Tell the user once."""
        if len(self.warnings) < _NOVELTIES_AT_MOST:
            self.warnings[sentence] = None

    def new_value(self, row: Row, name: str, value: str) -> None:
        """Note a word of an enumeration that is not known."""
        self.novelties.note("value", f"{row.place}@{name}", value)

    def _new_value(self, what: str, name: str, example: str) -> None:
        place = self._row.place if self._row else ""
        self.novelties.note(what, f"{place}@{name}", example)


class Novelties:
    """What a document says that this program did not know, each place once, with how often."""

    def __init__(self) -> None:
        self.currencies = {"USD", "BASE_SUMMARY"}
        """Seen and found to be in order, or noted."""
        self._found: dict[tuple[str, str, str], Novelty] = {}

    def note(self, what: str, where: str, example: str) -> None:
        """Count a novelty; values are told apart, other things only by their place."""
        shown = quoted(example)
        place = (what, quoted(where), shown if what == "value" else "")
        known = self._found.get(place)
        if known is not None:
            self._found[place] = replace(known, count=known.count + 1)
        elif len(self._found) < _NOVELTIES_AT_MOST:
            self._found[place] = Novelty(what=what, where=place[1], example=shown)

    def currency(self, code: str, where: str) -> None:
        """Look at a currency that is seen for the first time."""
        if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            self.note("currency", where, code)
        elif len(self.currencies) < _NOVELTIES_AT_MOST:
            self.currencies.add(code)

    def take(self) -> tuple[Novelty, ...]:
        """Return what was found and forget it."""
        found = tuple(self._found.values())
        self._found.clear()
        return found


def told_by(names: str, *, instrument: bool = True) -> frozenset[str]:
    """List the attributes that a record's own fields tell, and its instrument's with them."""
    words = frozenset(names.split()) | {"accountId", "levelOfDetail"}
    return words | frozenset(ATTRIBUTES) if instrument else words


def refused(row: Row, bad: BadValueError) -> RefusedRow:
    """Name a row that cannot be kept."""
    return RefusedRow(
        section=quoted(row.section),
        document_row=row.index,
        field=bad.field,
        text=bad.found,
        reason=bad.reason,
    )


def identity(instrument: Instrument | None) -> str:
    """Return by what rows of one statement are told to speak of the same instrument."""
    if instrument is None:
        return ""
    ids = instrument.identifiers
    return ids.conid or ids.isin or ids.osi_symbol or instrument.symbol


def called(row: Row) -> str:
    """Return what a row calls its instrument, for keys that two queries must find equal.

    Every query has the symbol, not every one has conid or ISIN: who ticks them later finds the
    same rows. (A ticker that the broker rewrites in old rows is the price.)
    """
    symbol = row.text("symbol")
    if symbol is not None:
        return canonical_ticker(symbol)
    own = row.identifier("securityID") if row.written("securityIDType") == "ISIN" else None
    return row.identifier("isin") or own or row.identifier("cusip") or row.identifier("conid") or ""


def _digest(*told: str) -> bytes:
    return blake2b("\x1f".join(told).encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _canonical(part: object) -> str:
    match part:
        case None:
            return ""
        case Decimal():
            return canonical(part)
        case dt.date():
            return part.isoformat()
        case _:
            return str(part).strip()


def _try(read: Callable[[str], _Value | None], written: str) -> _Value | None:
    try:
        return read(written)
    except ValueError:
        return None
