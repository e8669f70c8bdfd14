"""The user's configuration: config.toml to frozen values; errors name file, key and expectation."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_config_path, user_data_path, user_state_path

from qm_tui.domain.booking.policy import CallAsReplacement, PreSale
from qm_tui.domain.instruments import canonical_ticker
from qm_tui.domain.settings import AccountSettings, TaxSettings
from qm_tui.domain.words import TaxTreatment

APP = "qm-tui"
NEW_YORK = ZoneInfo("America/New_York")

T = TypeVar("T")


class ConfigError(Exception):
    """The configuration cannot be used; says where and what was expected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """One `[[connection]]`: a name of the user's, a broker, and what that broker needs."""

    name: str
    broker: str
    options: Mapping[str, Any] = field(default_factory=dict)
    timezone: ZoneInfo = NEW_YORK


@dataclass(frozen=True, slots=True, kw_only=True)
class UiSettings:
    """`[ui]`: how it looks."""

    theme: str | None = None
    hide_amounts: bool = False
    locale: str | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything the user configured, with the defaults filled in."""

    path: Path
    exists: bool
    store: Path
    sync_every: timedelta = timedelta(minutes=15)
    snapshot_every: timedelta = timedelta(minutes=5)
    connections: tuple[ConnectionSettings, ...] = ()
    accounts: tuple[AccountSettings, ...] = ()
    tax: TaxSettings = field(default_factory=TaxSettings)
    user: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict)
    ui: UiSettings = field(default_factory=UiSettings)

    @property
    def timezone(self) -> ZoneInfo:
        """In which a statement's times are meant: the first Flex connection's, else New York."""
        for connection in self.connections:
            if connection.broker == "ibkr-flex":
                return connection.timezone
        return NEW_YORK


def default_config_path() -> Path:
    """Return where the configuration lies when nobody says otherwise."""
    return user_config_path(APP) / "config.toml"


def default_store_path() -> Path:
    """Return where the store lies when nobody says otherwise."""
    return user_data_path(APP) / "portfolio.db"


def log_path() -> Path:
    """Return where the log is written."""
    return user_state_path(APP) / "qm-tui.log"


def load(path: Path, *, required: bool) -> Config:
    """Read the configuration; without a file everything has its default.

    Args:
        path: where to look.
        required: whether the user named this file, so that its absence is an error.

    Raises:
        ConfigError: the file is missing, is not TOML, or a key is not what was expected.
    """
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        if required:
            raise ConfigError(
                f"{path}: there is no such file; config.example.toml is a start."
            ) from None
        return Config(path=path, exists=False, store=default_store_path())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}.") from error
    try:
        tree = tomllib.loads(text.decode("utf-8-sig"), parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: it is not written in UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not TOML: {error}.") from error
    return _Table(path, "", tree).config()


_OPTIONS: Mapping[str, Mapping[str, type[str] | type[int]]] = {
    "ibkr": {"host": str, "port": int, "client_id": int},
    "ibkr-flex": {"query_id": str, "base_url": str},
    "tastytrade": {"base_url": str, "account_streamer_url": str},
}
"""What each broker's connections need, beside a name and a time zone."""
_BROKERS = tuple(_OPTIONS)
_SECRETS = ("token", "client_secret", "refresh_token", "password", "secret")
_SECTIONS = ("store", "sync", "connection", "account", "tax", "user", "keys", "ui")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class _Table:
    """A table of the file; asks for keys one by one and complains about those nobody asked for."""

    def __init__(self, path: Path, where: str, values: Mapping[str, Any]) -> None:
        self._path = path
        self._where = where
        self._values = values
        self._asked: set[str] = set()

    def fail(self, key: str, expected: str) -> ConfigError:
        written = self._values.get(key)
        value = (str(written) if isinstance(written, Decimal) else repr(written))[:60]
        return ConfigError(f"{self._path}: {self._where}{key} is {value}; expected {expected}.")

    def get(self, key: str, kind: type[T], expected: str) -> T | None:
        self._asked.add(key)
        value = self._values.get(key)
        if value is None:
            return None
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.fail(key, expected)
        return value

    def text(self, key: str) -> str | None:
        value = self.get(key, str, "a text in quotes")
        if value == "":
            raise self.fail(key, "a text that is not empty")
        return value

    def needed(self, key: str) -> str:
        value = self.text(key)
        if value is None:
            raise ConfigError(
                f"{self._path}: {self._where}{key} is missing; expected a text in quotes."
            )
        return value

    def choice(self, key: str, values: tuple[str, ...]) -> str | None:
        value = self.text(key)
        if value is not None and value not in values:
            raise self.fail(key, "one of " + ", ".join(values))
        return value

    def duration(self, key: str, default: timedelta) -> timedelta:
        value = self.text(key)
        if value is None:
            return default
        number, unit = value[:-1], value[-1:]
        if not number.isdecimal() or unit not in _UNITS or int(number) == 0:
            raise self.fail(key, 'a time like "30s", "15m" or "2h"')
        return timedelta(seconds=int(number) * _UNITS[unit])

    def zone(self, key: str) -> ZoneInfo:
        value = self.text(key)
        if value is None:
            return NEW_YORK
        try:
            return ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise self.fail(key, 'a time zone like "America/New_York"') from None

    def table(self, key: str) -> "_Table":
        values = self.get(key, dict, f"a table [{key}]")
        where = f"[{self._where[1:-2]}.{key}] " if self._where else f"[{key}] "
        return _Table(self._path, where, values or {})

    def each(self, key: str, read: Callable[["_Table"], T]) -> tuple[T, ...]:
        values = self.get(key, list, f"tables [[{key}]]")
        rows = values or []
        if not all(isinstance(row, dict) for row in rows):
            raise self.fail(key, f"tables [[{key}]]")
        return tuple(
            read(_Table(self._path, f"[[{key}]] {number}: ", row))
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
        expected = 'a number between 0 and 1, like "0.2519"'
        value = self._values[key]
        if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
            raise self.fail(key, expected)
        try:
            fraction = Decimal(value)
        except InvalidOperation:
            raise self.fail(key, expected) from None
        if not fraction.is_finite() or not 0 <= fraction <= 1:
            raise self.fail(key, expected)
        return fraction

    def keep_no_secrets(self, connection: str) -> None:
        """Refuse a secret: this file is plain text, and is copied and shown around."""
        for key in _SECRETS:
            if key in self._values:
                raise ConfigError(
                    f"{self._path}: {self._where}{key} is a secret, which does not belong into a "
                    f"file; put it into the environment as {_variable(connection, key)}."
                )

    def rest(self) -> Mapping[str, Any]:
        return {key: value for key, value in self._values.items() if key not in self._asked}

    def done(self, known: tuple[str, ...] | None = None) -> None:
        """Complain about keys that mean nothing here: a misspelled one would be ignored."""
        for key in self.rest():
            names = ", ".join(known or tuple(sorted(self._asked)))
            raise ConfigError(
                f"{self._path}: {self._where}{key} is not known here; known are {names}."
            )

    def config(self) -> Config:
        store = self.table("store")
        path = store.text("path")
        store.done()
        sync = self.table("sync")
        every = sync.duration("every", timedelta(minutes=15))
        snapshot_every = sync.duration("snapshot_every", timedelta(minutes=5))
        sync.done()
        connections = self.each("connection", _connection)
        self._distinct("connection", "name", [entry.name for entry in connections])
        accounts = self.each("account", _account)
        self._distinct("account", "number", [entry.number for entry in accounts])
        keys = self.get("keys", dict, "a table [keys]") or {}
        if not all(isinstance(value, str) for value in keys.values()):
            raise self.fail("keys", 'lines like "table.up" = "k"')
        config = Config(
            path=self._path,
            exists=True,
            store=Path(path).expanduser() if path else default_store_path(),
            sync_every=every,
            snapshot_every=snapshot_every,
            connections=connections,
            accounts=accounts,
            tax=_tax(self.table("tax")),
            user=self.get("user", dict, "a table [user]") or {},
            keys=keys,
            ui=_ui(self.table("ui")),
        )
        self.done(_SECTIONS)
        return config

    def _distinct(self, key: str, name: str, values: list[str]) -> None:
        for value in values:
            if values.count(value) > 1:
                raise ConfigError(f"{self._path}: two [[{key}]] have the {name} {value!r}.")


def _variable(connection: str, field: str) -> str:
    return f"QM_TUI_{connection}_{field}".upper().replace("-", "_")


def _connection(table: _Table) -> ConnectionSettings:
    name = table.needed("name")
    broker = table.choice("broker", _BROKERS)
    if broker is None:
        broker = table.needed("broker")
    zone = table.zone("timezone")
    table.keep_no_secrets(name)
    options: dict[str, str | int] = {}
    for key, kind in _OPTIONS[broker].items():
        expected = "a text in quotes" if kind is str else "a whole number"
        value: str | int | None = table.get(key, kind, expected)
        if value is not None:
            options[key] = value
    table.done()
    return ConnectionSettings(name=name, broker=broker, timezone=zone, options=options)


def _account(table: _Table) -> AccountSettings:
    treatment = table.choice("tax_treatment", tuple(TaxTreatment))
    settings = AccountSettings(
        number=table.needed("number"),
        nickname=table.text("nickname"),
        tax_treatment=None if treatment is None else TaxTreatment(treatment),
        taxpayer=table.text("taxpayer"),
        lot_method=table.choice(
            "lot_method", ("fifo", "lifo", "hifo", "lofo", "specific", "average")
        ),
    )
    table.done()
    return settings


def _tax(table: _Table) -> TaxSettings:
    roots = table.get("section_1256", dict, "a table of roots, like { SPX = true }") or {}
    said = table.table("section_1256")
    settings = TaxSettings(
        section_1256={
            root.strip().upper(): said.get(root, bool, "true or false") or False for root in roots
        },
        call_as_replacement=CallAsReplacement(
            table.choice("call_as_replacement", tuple(CallAsReplacement)) or CallAsReplacement.FLAG
        ),
        pre_sale=PreSale(table.choice("pre_sale", tuple(PreSale)) or PreSale.STILL_HELD),
        identical=table.groups("identical"),
        spin_offs=table.fractions("spin_offs"),
    )
    table.done()
    return settings


def _ui(table: _Table) -> UiSettings:
    settings = UiSettings(
        theme=table.text("theme"),
        hide_amounts=table.get("hide_amounts", bool, "true or false") or False,
        locale=table.text("locale"),
        columns=table.get("columns", dict, "a table [ui.columns]") or {},
    )
    table.done()
    return settings
