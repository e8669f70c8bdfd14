"""What an action happens to, where only its text says so: by an identifier, else by a ticker.

Whoever ties instruments into groups and whoever translates the actions of a group look here, so
that both find the same.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from qm_tui.domain.booking.securities import Alias
from qm_tui.domain.booking.translate.descriptions import Said

TICKER = "ticker"
_CUSIP_IN_ISIN = slice(2, 11)
_ISIN_LENGTH = 12
_NORTH_AMERICAN = ("US", "CA")


def identifiers(said: Said) -> frozenset[str]:
    """Return the identifiers of what an action happens to: an ISIN has a CUSIP in it."""
    name = said.of_id
    if name is None:
        return frozenset()
    if len(name) == _ISIN_LENGTH and name.startswith(_NORTH_AMERICAN):
        return frozenset((name, name[_CUSIP_IN_ISIN]))
    return frozenset((name,))


def tickers(said: Said) -> frozenset[str]:
    """Return the ways to write the ticker of what an action happens to."""
    name = said.of_symbol
    if not name:
        return frozenset()
    plain = plain_ticker(name)
    return frozenset((name, plain, plain.replace(" ", "."), plain.replace(" ", "/")))


def plain_ticker(name: str) -> str:
    """Write a ticker as all brokers' spellings of it come out: `BRK B`."""
    return name.replace(".", " ").replace("/", " ").upper()


def bearers(
    said: Said, day: dt.date, aliases: Mapping[int, Iterable[Alias]], held: Collection[int]
) -> list[int]:
    """Return what an action may happen to.

    Args:
        said: What its text says.
        day: Of the action: of several that bore the ticker, those that bore it next to it count.
        aliases: By instrument.
        held: The instruments that the account had anything to do with.

    Returns:
        Those of the identifier that are among `held`, else those of the ticker that are, else
        those of the identifier, else those of the ticker.
    """
    ids, names = identifiers(said), tickers(said)
    identified: list[int] = []
    named: dict[int, int] = {}
    for one, known in aliases.items():
        if any(alias.scheme != TICKER and alias.value in ids for alias in known):
            identified.append(one)
        apart = [
            _days_apart(alias, day)
            for alias in known
            if alias.scheme == TICKER and (alias.value in names)
        ]
        if apart:
            named[one] = min(apart)
    for candidates in ([one for one in identified if one in held], _nearest(named, held)):
        if candidates:
            return candidates
    return identified or _nearest(named, named)


def _nearest(named: Mapping[int, int], among: Collection[int]) -> list[int]:
    there = {one: apart for one, apart in named.items() if one in among}
    nearest = min(there.values(), default=0)
    return [one for one, apart in there.items() if apart == nearest]


def _days_apart(alias: Alias, day: dt.date) -> int:
    if alias.first_day is not None and day < alias.first_day:
        return (alias.first_day - day).days
    if alias.last_day is not None and day > alias.last_day:
        return (day - alias.last_day).days
    return 0
