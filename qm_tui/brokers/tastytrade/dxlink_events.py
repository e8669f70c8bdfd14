"""DXLink's market events, decoded to the latest row of each symbol; thousands come a second."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any

FIELDS: Mapping[str, tuple[str, ...]] = {
    "Quote": ("eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize"),
    "Trade": ("eventSymbol", "price"),
    "Summary": ("eventSymbol", "prevDayClosePrice"),
    "Greeks": (
        "eventSymbol", "time", "price", "volatility", "delta", "gamma", "theta", "rho", "vega",
    ),
}  # fmt: skip
"""What is asked of each kind of event, the symbol first; rows are handed on in this order."""
_STRAY = 1000
"""Rows of symbols that nobody asked for, before they are dropped."""

EventRow = tuple[Any, ...]
"""The values of one event in the order of `FIELDS`, as JSON has them; None where left out."""


class BadEvents(Exception):  # noqa: N818
    """A message with events cannot be read; nothing of it is used. Says why."""


class Feed:
    """What came of each symbol since it was taken: of many events the last one."""

    def __init__(self, known: Collection[str]) -> None:
        """Begin with nothing.

        Args:
            known: the symbols that are asked for, at any time.
        """
        self._known = known
        self._orders = dict(FIELDS)
        """In which order the server sends the fields."""
        self._columns = {kind: tuple(range(len(names))) for kind, names in FIELDS.items()}
        """Where in a row of the server our fields stand; -1 is nowhere."""
        self._fresh: dict[str, dict[str, EventRow]] = {kind: {} for kind in FIELDS}

    def configure(self, fields: object) -> None:
        """Take over in which order the server sends the fields of some kinds of event.

        Args:
            fields: `eventFields` of FEED_CONFIG; where it says nothing, nothing changes.

        Raises:
            BadEvents: it is not that, or it leaves out the symbol.
        """
        if fields is None:
            return
        if not isinstance(fields, dict):
            raise BadEvents("eventFields is not an object")
        for kind in FIELDS.keys() & fields.keys():
            names = fields[kind]
            if not isinstance(names, list) or "eventSymbol" not in names:
                raise BadEvents(f"the fields of {kind} name no eventSymbol")
            order = tuple(map(str, names))
            self._orders[kind] = order
            self._columns[kind] = tuple(
                order.index(name) if name in order else -1 for name in FIELDS[kind]
            )

    def add(self, data: object, usual: str) -> None:
        """Take over the events of one message.

        Args:
            data: of FEED_DATA, compact (`["Quote", [value, …], "Trade", …]`) or full (objects).
            usual: the kind of event of the channel, where an object does not say.

        Raises:
            BadEvents: it is neither, or values are missing.
        """
        if not isinstance(data, list):
            raise BadEvents("data is not a list")
        if data and isinstance(data[0], dict):
            self._add_objects(data, usual)
            return
        if len(data) % 2:
            raise BadEvents("kinds and values do not come in pairs")
        for kind, values in zip(data[::2], data[1::2], strict=True):
            if isinstance(kind, str) and kind in FIELDS:
                self._add_values(kind, values)

    def _add_values(self, kind: str, values: object) -> None:
        width = len(self._orders[kind])
        if not isinstance(values, list) or len(values) % width:
            raise BadEvents(f"the values of {kind} are not {width} each")
        nothing = repeat(None)
        columns: list[Iterable[Any]] = [
            nothing if place < 0 else values[place::width] for place in self._columns[kind]
        ]  # fmt: skip
        fresh = self._fresh[kind]
        try:
            # Not a line of Python is run for a single event.
            fresh.update(zip(columns[0], zip(*columns, strict=False), strict=False))
        except TypeError:
            raise BadEvents(f"a symbol among the values of {kind} is no text") from None
        if len(fresh) > len(self._known) + _STRAY:
            self._drop_strays(kind)

    def _add_objects(self, data: Sequence[object], usual: str) -> None:
        for event in data:
            if not isinstance(event, dict):
                raise BadEvents("an event among objects is none")
            kind, symbol = event.get("eventType", usual), event.get("eventSymbol")
            if not isinstance(symbol, str):
                raise BadEvents("an event has no symbol")
            if kind in FIELDS:
                self._fresh[kind][symbol] = tuple(map(event.get, FIELDS[kind]))

    def _drop_strays(self, kind: str) -> None:
        fresh = self._fresh[kind]
        self._fresh[kind] = {name: row for name, row in fresh.items() if name in self._known}

    @property
    def pending(self) -> bool:
        """Whether something came that was not taken."""
        return any(self._fresh.values())

    def taken(self, at_most: int) -> Iterator[tuple[str, str, EventRow]]:
        """Go through what came, (kind, symbol, row), what waits longest first; it is gone then.

        Args:
            at_most: rows of each kind; the rest is there the next time.
        """
        for kind, fresh in self._fresh.items():
            for symbol in list(islice(fresh, at_most)):
                yield kind, symbol, fresh.pop(symbol)
