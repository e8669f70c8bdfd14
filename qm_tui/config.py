"""The user's configuration: config.toml to frozen values; errors name file, key and expectation."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from platformdirs import user_config_path, user_data_path, user_state_path

from qm_tui.config_table import NEW_YORK, ConfigError, Table
from qm_tui.domain.booking.policy import CallAsReplacement, PreSale
from qm_tui.domain.settings import AccountSettings, TaxSettings
from qm_tui.domain.words import TaxTreatment

APP = "qm-tui"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """One `[[connection]]`: a name of the user's, a broker, and what that broker needs."""

    name: str
    broker: str
    options: Mapping[str, Any] = field(default_factory=dict)
    timezone: ZoneInfo = NEW_YORK
    states_timezone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSettings:
    """`[user]`: who uses the program. Nothing depends on it while there is one user."""

    name: str | None = None
    role: str = "ADMIN"
    household: str | None = None
    """Who files taxes together goes by one name."""


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
    categories: Mapping[str, str] = field(default_factory=dict)
    """Account → what kind of account it is to the user; positions can be grouped by it."""
    tax: TaxSettings = field(default_factory=TaxSettings)
    user: UserSettings = field(default_factory=UserSettings)
    keys: Mapping[str, str] = field(default_factory=dict)
    ui: UiSettings = field(default_factory=UiSettings)

    @property
    def timezone(self) -> ZoneInfo:
        """In which a statement's times are meant: the first Flex connection's, else New York."""
        for connection in self.connections:
            if connection.broker == "ibkr-flex":
                return connection.timezone
        return NEW_YORK

    @property
    def timezones(self) -> Mapping[str, ZoneInfo]:
        """By broker, in which the times of its files are meant: where a connection says so."""
        return {
            connection.broker: connection.timezone
            for connection in reversed(self.connections)
            if connection.states_timezone
        }


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
    except (ValueError, InvalidOperation) as error:
        raise ConfigError(f"{path}: has a number or a day in it that nobody can mean.") from error
    except RecursionError as error:
        raise ConfigError(f"{path}: has lists within lists, more than anybody can mean.") from error
    return _config(path, Table(path, "", tree))


_SECRETS = ("token", "client_secret", "refresh_token", "password", "secret")
_SECTIONS = ("store", "sync", "connection", "account", "tax", "user", "keys", "ui")


def _config(path: Path, table: Table) -> Config:
    store = table.table("store")
    place = store.place("path")
    store.done()
    sync = table.table("sync")
    every = sync.duration("every", timedelta(minutes=15))
    snapshot_every = sync.duration("snapshot_every", timedelta(minutes=5))
    sync.done()
    connections = table.each("connection", _connection)
    _distinct(path, "connection", "name", [entry.name for entry in connections])
    said = table.each("account", _account)
    accounts = tuple(settings for settings, _ in said)
    _distinct(path, "account", "number", [entry.number for entry in accounts])
    keys = table.get("keys", dict, "a table [keys]") or {}
    if not all(isinstance(value, str) for value in keys.values()):
        raise table.fail("keys", 'lines like "table.up" = "k"')
    config = Config(
        path=path,
        exists=True,
        store=place or default_store_path(),
        sync_every=every,
        snapshot_every=snapshot_every,
        connections=connections,
        accounts=accounts,
        categories={settings.number: kind for settings, kind in said if kind is not None},
        tax=_tax(table.table("tax")),
        user=_user(table.table("user")),
        keys=keys,
        ui=_ui(table.table("ui")),
    )
    table.done(_SECTIONS)
    return config


def _distinct(path: Path, key: str, name: str, values: list[str]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise ConfigError(f"{path}: two [[{key}]] have the {name} {value!r}.")


def _variable(connection: str, field: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", f"QM_TUI_{connection}_{field}".upper())


def _connection(table: Table) -> ConnectionSettings:
    name = _name(table)
    broker = table.choice("broker", tuple(_OPTIONS))
    if broker is None:
        broker = table.needed("broker")
    zone, states_zone = table.zone("timezone"), table.text("timezone") is not None
    _keep_no_secrets(table, name)
    read = _OPTIONS[broker](table)
    table.done()
    options = {key: value for key, value in read.items() if value is not None}
    return ConnectionSettings(
        name=name, broker=broker, timezone=zone, states_timezone=states_zone, options=options
    )


def _name(table: Table) -> str:
    """Read a name that can be typed, and that is not what imported files go by."""
    name = table.needed("name")
    if not re.fullmatch(r"[^\W_][\w. -]{0,39}", name) or name != name.strip():
        raise table.fail("name", "a word of letters, digits and -, at most 40 long")
    if name == "import":
        raise table.fail("name", "another name, for imported files go by this one")
    return name


def _keep_no_secrets(table: Table, connection: str) -> None:
    """Refuse a secret: this file is plain text, and is copied and shown around."""
    for key in _SECRETS:
        if key in table.rest():
            raise table.error(
                f"{key} is a secret, which does not belong into a file; remove it here and run "
                f"`qm-tui login {connection}`, or put it into the environment as "
                f"{_variable(connection, key)}."
            )


_PORT = "a port, from 1 to 65535 (IB Gateway: 4001 live, 4002 paper; TWS: 7496 live, 7497 paper)"
_LARGEST_CLIENT = 2_147_483_000
"""The next ones are tried when it is in use."""
_CLIENT = (
    "a whole number from 1 on (client 0 would be given the orders of all other clients, and qm-tui "
    "wants none)"
)


def _ibkr(table: Table) -> dict[str, Any]:
    host = table.text("host")
    if host is not None and not re.fullmatch(r"[\w.%-]+|[0-9A-Fa-f:.]*::[0-9A-Fa-f:.%\w]*", host):
        raise table.fail("host", 'the name or address of a machine, like "127.0.0.1"')
    return {
        "host": host,
        "port": table.whole("port", 1, 65_535, _PORT),
        "client_id": table.whole("client_id", 1, _LARGEST_CLIENT, _CLIENT),
        "market_data": table.get("market_data", bool, "true or false"),
    }


def _ibkr_flex(table: Table) -> dict[str, Any]:
    expected = 'the number of a Flex query in quotes, like "123456"'
    query = table.get("query_id", str, expected)
    if query is not None and not re.fullmatch(r"[0-9]{1,20}", query):
        raise table.fail("query_id", expected)
    return {"query_id": query, "base_url": table.address("base_url", "https", "http")}


def _tastytrade(table: Table) -> dict[str, Any]:
    return {
        "base_url": table.address("base_url", "https", "http"),
        "account_streamer_url": table.address("account_streamer_url", "wss", "ws"),
    }


_OPTIONS: Mapping[str, Callable[[Table], dict[str, Any]]] = {
    "ibkr": _ibkr,
    "ibkr-flex": _ibkr_flex,
    "tastytrade": _tastytrade,
}
"""What each broker's connections need, beside a name and a time zone."""


def _account(table: Table) -> tuple[AccountSettings, str | None]:
    """Read an account's settings, and what kind of account it is to the user."""
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
    category = table.text("category")
    table.done()
    return settings, category


def _tax(table: Table) -> TaxSettings:
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


def _user(table: Table) -> UserSettings:
    settings = UserSettings(
        name=table.text("name"),
        role=table.choice("role", ("ADMIN", "USER", "READONLY")) or "ADMIN",
        household=table.text("household"),
    )
    table.done()
    return settings


def _ui(table: Table) -> UiSettings:
    settings = UiSettings(
        theme=table.text("theme"),
        hide_amounts=table.get("hide_amounts", bool, "true or false") or False,
        locale=table.text("locale"),
        columns=table.get("columns", dict, "a table [ui.columns]") or {},
    )
    table.done()
    return settings
