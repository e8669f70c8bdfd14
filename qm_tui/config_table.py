"""A table of a TOML file, asked key by key; errors name file, key and what was expected."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from qm_tui.domain.instruments import canonical_ticker

NEW_YORK = ZoneInfo("America/New_York")

T = TypeVar("T")

_DIGITS = 6
"""Of a time, for more days are none of the calendar; of a fraction, zeros before it."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class ConfigError(Exception):
    """The configuration cannot be used; says where and what was expected."""


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Table:
    """A table of the file; asks for keys one by one and complains about those nobody asked for."""

    def __init__(self, path: Path, where: str, values: Mapping[str, Any]) -> None:
        self._path = path
        self._where = where
        self._values = values
        self._asked: set[str] = set()

    def fail(self, key: str, expected: str) -> ConfigError:
        """Return the complaint about a key."""
        written = self._values.get(key)
        value = (str(written) if isinstance(written, Decimal) else repr(written))[:60]
        return ConfigError(f"{self._path}: {self._where}{key} is {value}; expected {expected}.")

    def get(self, key: str, kind: type[T], expected: str) -> T | None:
        """Return the value of a key that is of a kind; None when it is not there."""
        self._asked.add(key)
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(key, expected)
        return value

    def text(self, key: str) -> str | None:
        """Return a text that is not empty."""
        value = self.get(key, str, "a text in quotes")
        if value == "":
            raise self.fail(key, "a text that is not empty")
        return value

    def needed(self, key: str) -> str:
        """Return a text that must be there."""
        value = self.text(key)
        if value is None:
            raise ConfigError(
                f"{self._path}: {self._where}{key} is missing; expected a text in quotes."
            )
        return value

    def choice(self, key: str, values: tuple[str, ...]) -> str | None:
        """Return one of a few words."""
        value = self.text(key)
        if value is not None and value not in values:
            raise self.fail(key, "one of " + ", ".join(values))
        return value

    def whole(self, key: str, least: int, most: int, expected: str) -> int | None:
        """Return a whole number within limits."""
        value = self.get(key, int, expected)
        if value is not None and not least <= value <= most:
            raise self.fail(key, expected)
        return value

    def address(self, key: str, secure: str, plain: str) -> str | None:
        """Return the address of a service: secure, or plain where nobody can listen.

        Args:
            key: where it stands.
            secure: the scheme that is taken everywhere, `https`.
            plain: the scheme that is taken on this machine alone, `http`.
        """
        value = self.text(key)
        if value is None:
            return None
        expected = f'an address like "{secure}://host/path"'
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port  # a port that is none raises
        except ValueError:
            raise self.fail(key, expected) from None
        strange = any(sign.isspace() or not sign.isprintable() for sign in value)
        if strange or not host or parts.username is not None or parts.scheme not in (secure, plain):
            raise self.fail(key, expected)
        if parts.scheme == plain and not _is_this_machine(host):
            raise self.fail(
                key, f"{secure}, for {plain} sends secrets in the clear (and is taken on localhost)"
            )
        return value

    def duration(self, key: str, default: timedelta) -> timedelta:
        """Return a time like `15m`."""
        value = self.text(key)
        if value is None:
            return default
        number, unit = value[:-1], value[-1:]
        is_number = number.isdecimal() and len(number) <= _DIGITS
        if not is_number or unit not in _UNITS or int(number) == 0:
            raise self.fail(key, 'a time like "30s", "15m" or "2h"')
        return timedelta(seconds=int(number) * _UNITS[unit])

    def place(self, key: str) -> Path | None:
        """Return where a file lies; `~` is somebody's home."""
        value = self.text(key)
        if value is None:
            return None
        if "\0" in value:
            raise self.fail(key, "the name of a file")
        try:
            return Path(value).expanduser()
        except RuntimeError:
            raise self.fail(key, "the home of somebody who has one, after ~") from None

    def zone(self, key: str) -> ZoneInfo:
        """Return a time zone; New York when it is not there."""
        value = self.text(key)
        if value is None:
            return NEW_YORK
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.fail(key, 'a time zone like "America/New_York"') from None

    def table(self, key: str) -> "Table":
        """Return a table within this one; an empty one when it is not there."""
        values = self.get(key, dict, f"a table [{key}]")
        where = f"[{self._where[1:-2]}.{key}] " if self._where else f"[{key}] "
        return Table(self._path, where, values or {})

    def each(self, key: str, read: Callable[["Table"], T]) -> tuple[T, ...]:
        """Read every table of a list of tables."""
        values = self.get(key, list, f"tables [[{key}]]")
        rows = values or []
        if not all(isinstance(row, dict) for row in rows):
            raise self.fail(key, f"tables [[{key}]]")
        return tuple(
            read(Table(self._path, f"[[{key}]] {number}: ", row))
            for number, row in enumerate(rows, 1)
        )

    def groups(self, key: str) -> tuple[tuple[str, ...], ...]:
        """Read groups of symbols; in whatever order they are written, they come out the same."""
        expected = 'groups of symbols, like [["GOOG", "GOOGL"], ["SPY", "VOO"]]'
        group_of: dict[str, int] = {}
        found: list[tuple[str, ...]] = []
        for number, written in enumerate(self.get(key, list, expected) or [], 1):
            if not isinstance(written, list):
                raise self.fail(key, expected)
            symbols = {canonical_ticker(one) for one in written if isinstance(one, str)}
            where = f"{self._path}: {self._where}{key}: group {number}"
            if not all(isinstance(one, str) and one.strip() for one in written):
                raise ConfigError(f"{where} is {repr(written)[:60]}; expected symbols in quotes.")
            if len(symbols) < 2:
                raise ConfigError(f"{where} is {repr(written)[:60]}; expected two symbols or more.")
            for symbol in sorted(symbols):
                if group_of.setdefault(symbol, number) != number:
                    raise ConfigError(
                        f"{where} has {symbol!r}; expected each symbol in one group, and it is in "
                        f"group {group_of[symbol]}."
                    )
            found.append(tuple(sorted(symbols)))
        return tuple(sorted(found))

    def fractions(self, key: str) -> dict[str, Decimal]:
        """Read a table of symbols and fractions, each exactly as it is written."""
        self.get(key, dict, f"a table [tax.{key}]")
        table = self.table(key)
        found: dict[str, Decimal] = {}
        for written in self._values.get(key) or {}:
            symbol = canonical_ticker(written)
            if not symbol:
                raise table.fail(written, "a symbol before it")
            if symbol in found:
                raise table.fail(written, f"each symbol once, and {symbol!r} is there already")
            found[symbol] = table.fraction(written)
        return found

    def fraction(self, key: str) -> Decimal:
        """Return a number from 0 to 1, exactly as it is written."""
        expected = 'a number between 0 and 1, like "0.2519"'
        value = self._values[key]
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise self.fail(key, expected)
        try:
            fraction = Decimal(value)
        except InvalidOperation:
            raise self.fail(key, expected) from None
        if not fraction.is_finite() or not 0 <= fraction <= 1 or fraction.adjusted() < -_DIGITS:
            raise self.fail(key, expected)
        return fraction

    def error(self, says: str) -> ConfigError:
        """Return a complaint about the table as a whole."""
        return ConfigError(f"{self._path}: {self._where}{says}")

    def rest(self) -> Mapping[str, Any]:
        """Return what nobody asked for."""
        return {key: value for key, value in self._values.items() if key not in self._asked}

    def done(self, known: tuple[str, ...] | None = None) -> None:
        """Complain about keys that mean nothing here: a misspelled one would be ignored."""
        for key in self.rest():
            names = ", ".join(known or tuple(sorted(self._asked)))
            raise ConfigError(
                f"{self._path}: {self._where}{key} is not known here; known are {names}."
            )
