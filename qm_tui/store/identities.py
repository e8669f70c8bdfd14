"""Which instruments are one: a function of all names there are, never of the order they came in.

What is known by anything weaker than a contract id keeps an instrument of its own. Which other one
it is, if any, is reckoned again whenever something was learned.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

STRONG = ("conid", "osi_symbol", "figi", "isin", "cusip", "sedol")
"""Identifiers, the one that tells most first."""
SCHEMES = {"osi_symbol": "osi"}
_TICKER = "ticker"
_PER_CURRENCY = frozenset({"isin", "cusip", "sedol", "figi"})
"""One ISIN trades in several currencies, and each listing is an instrument of its own."""

Row = Mapping[str, Any]
Name = tuple[str, str]
"""Scheme and value."""


@dataclass(frozen=True, slots=True)
class Days:
    """The first and the last day on which a name was seen borne, as ISO text; empty: unknown."""

    first: str = ""
    last: str = ""

    def with_days(self, first: dt.date | None, last: dt.date | None) -> "Days":
        """Stretch to days on which the name was seen, too."""
        began, ended = first.isoformat() if first else "", last.isoformat() if last else ""
        return _days(
            min(self.first, began) if self.first and began else self.first or began,
            max(self.last, ended),
        )

    def joined(self, other: "Days") -> "Days":
        """Stretch to other days."""
        firsts = [day for day in (self.first, other.first) if day]
        return Days(min(firsts, default=""), max(self.last, other.last))

    def cover(self, other: "Days") -> bool:
        """Tell whether the name was borne on all days of another."""
        return bool(self.first and other.first) and (
            self.first <= other.first and other.last <= self.last
        )

    def meet(self, other: "Days") -> bool:
        """Tell whether the name was borne on a day of another."""
        return bool(self.first and other.first) and (
            self.first <= other.last and other.first <= self.last
        )


_NEVER = Days()


@lru_cache(maxsize=4_096)
def _days(first: str, last: str) -> Days:
    """Share what thousands of instruments have in common: most were seen on the same days."""
    return Days(first, last)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an instrument turned out to be: another one, itself, or nobody knows which of many."""

    same_as: int | None = None
    among: int = 0
    """How many it could be, where they cannot be told apart."""


def rank(row: Row) -> int:
    """Tell how weakly an instrument is known: 0 by its contract id, the highest by a ticker."""
    for place, name in enumerate(STRONG):
        if row[name] is not None:
            return place
    return len(STRONG) if row["currency"] is not None else len(STRONG) + 1


class Identities:
    """The names of all instruments of a store."""

    def __init__(self, rows: Mapping[int, Row]) -> None:
        self._rows = rows
        self._names: dict[int, dict[Name, Days]] = defaultdict(dict)
        self._bearers: dict[Name, list[int]] = defaultdict(list)

    def note(
        self, one: int, name: Name, first: dt.date | None = None, last: dt.date | None = None
    ) -> None:
        """Note a name of an instrument, and days on which it was seen borne."""
        names = self._names[one]
        if name not in names:
            self._bearers[name].append(one)
        known = names.get(name, _NEVER)
        names[name] = known if first is None and last is None else known.with_days(first, last)

    def tickers(self, one: int) -> dict[str, Days]:
        """Return the tickers of an instrument, and when it bore them."""
        return {
            value: days for (scheme, value), days in self._names[one].items() if scheme == _TICKER
        }

    def bears_only(self, one: int, symbol: str) -> bool:
        """Tell whether an instrument was never seen under another ticker."""
        return all(value == symbol for scheme, value in self._names[one] if scheme == _TICKER)

    def kept_under(self, row: Row) -> int | None:
        """Return the instrument under which such a row is kept, if there is one."""
        weakness = rank(row)
        if weakness < len(STRONG):
            scheme = STRONG[weakness]
            name = (SCHEMES.get(scheme, scheme), row[scheme])
            listed = scheme in _PER_CURRENCY
        else:
            name, listed = (_TICKER, row["symbol"]), True
        for one in sorted(self._bearers.get(name, ())):
            known = self._rows[one]
            if weakness == 0:
                if known["conid"] is not None:
                    return one
            elif (
                rank(known) == weakness
                and known["instrument_type"] == row["instrument_type"]
                and (not listed or known["currency"] == row["currency"])
            ):
                return one
        return None

    def alike(self, one: int) -> set[int]:
        """Return the instruments that this one is or could be, itself among them.

        Unlike the verdicts this does not shrink when one more candidate turns up.
        """
        found = {one}
        for name in self._names[one]:
            found |= self._bearing(one, name)
        return found | {
            same for other in found if (same := self._rows[other]["same_as_id"]) is not None
        }

    def _bearing(self, one: int, name: Name) -> set[int]:
        return {
            other
            for other in self._bearers[name]
            if other != one
            and self._may_be(one, other)
            and (name[0] != _TICKER or not self._contradict(one, other))
        }

    def _may_be(self, one: int, other: int) -> bool:
        ours, theirs = self._rows[one], self._rows[other]
        return bool(
            ours["instrument_type"] == theirs["instrument_type"]
            and (ours["conid"] is None or theirs["conid"] is None)
            and (
                ours["currency"] == theirs["currency"]
                or ours["currency"] is None
                or theirs["currency"] is None
            )
        )

    def _contradict(self, one: int, other: int) -> bool:
        """Tell whether both have identifiers of a scheme and none in common."""
        for name in STRONG:
            scheme = SCHEMES.get(name, name)
            ours, theirs = (
                {value for of, value in self._names[each] if of == scheme} for each in (one, other)
            )
            if ours and theirs and not ours & theirs:
                return True
        return False

    def verdicts(self) -> dict[int, Verdict]:
        """Return what each instrument known without a contract id is."""
        ranks = {one: rank(row) for one, row in self._rows.items()}
        found: dict[int, Verdict] = {}
        borne: dict[int, dict[str, Days]] = {}
        for one in sorted(ranks, key=lambda each: (ranks[each], each)):
            if ranks[one] == 0:
                continue
            shared = self._stronger(one, ranks, found)
            found[one] = self._verdict(one, shared, borne)
            same_as = found[one].same_as
            if same_as is not None and ranks[one] < len(STRONG):
                known = borne.setdefault(same_as, self.tickers(same_as))
                for ticker, days in self.tickers(one).items():
                    known[ticker] = days.joined(known.get(ticker, Days()))
        return found

    def _stronger(
        self, one: int, ranks: Mapping[int, int], found: Mapping[int, Verdict]
    ) -> tuple[set[int], set[int]]:
        """Return what shares an identifier with an instrument, and what shares its ticker."""
        by_id: set[int] = set()
        by_ticker: set[int] = set()
        for name in self._names[one]:
            bearers = {
                (found[other].same_as or other) if other in found else other
                for other in self._bearing(one, name)
                if ranks[other] < ranks[one]
            }
            if name[0] == _TICKER:
                by_ticker |= bearers
            else:
                by_id |= bearers
        return by_id, by_ticker

    def _verdict(
        self, one: int, shared: tuple[set[int], set[int]], borne: Mapping[int, dict[str, Days]]
    ) -> Verdict:
        by_id, by_ticker = shared
        if by_id:
            candidates = by_id if len(by_id) == 1 else (by_id & by_ticker or by_id)
            return _only(candidates)
        tickers = self.tickers(one)
        theirs = {other: borne.get(other) or self.tickers(other) for other in by_ticker}
        possible = {other for other in by_ticker if not _was_called(theirs[other], tickers)}
        if len(by_ticker) > 1 and len(possible) == 1:
            (only,) = possible
            if not _bore(theirs[only], tickers):
                return Verdict(among=len(by_ticker))
        return _only(possible)


def _only(candidates: set[int]) -> Verdict:
    if len(candidates) > 1:
        return Verdict(among=len(candidates))
    return Verdict(same_as=next(iter(candidates), None))


def _whole(tickers: Iterable[Days]) -> Days:
    whole = Days()
    for days in tickers:
        whole = whole.joined(days)
    return whole


def _bore(theirs: Mapping[str, Days], tickers: Mapping[str, Days]) -> bool:
    """Tell whether one of the tickers was demonstrably borne on all days concerned."""
    when = _whole(tickers.values())
    return any(theirs[ticker].cover(when) for ticker in tickers if ticker in theirs)


def _was_called(theirs: Mapping[str, Days], tickers: Mapping[str, Days]) -> bool:
    """Tell whether something demonstrably bore another ticker, and none of these, on all days."""
    when = _whole(tickers.values())
    return any(
        days.cover(when) for ticker, days in theirs.items() if ticker not in tickers
    ) and not any(theirs[ticker].meet(when) for ticker in tickers if ticker in theirs)
