"""Which reader knows a file, and which client speaks to a broker."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import (
    BrokerClient,
    BrokerRefused,
    Secrets,
    StatementReader,
    StatementService,
)
from qm_tui.brokers.ibkr.flex_refusals import looks_like, refusal
from qm_tui.brokers.quoting import quoted, quoted_path

_HEAD = 64 * 1024


def _flex() -> StatementReader:
    from qm_tui.brokers.ibkr.flex_statement import FlexReader  # noqa: PLC0415 - only when asked

    return FlexReader()


def _ledger() -> StatementReader:
    from qm_tui.brokers.files.ledger import LedgerReader  # noqa: PLC0415 - only when asked

    return LedgerReader()


def _tastytrade_csv() -> StatementReader:
    from qm_tui.brokers.tastytrade.csv_file import TastytradeCsvReader  # noqa: PLC0415 - when asked

    return TastytradeCsvReader()


READERS: tuple[Callable[[], StatementReader], ...] = (_flex, _tastytrade_csv, _ledger)
"""What makes the readers, in the order in which they are asked."""

CAN_BE_READ = (
    "Flex statements of Interactive Brokers (XML), transaction histories of Tastytrade (CSV) and "
    "ledgers (CSV) can be read."
)


def recognize(path: Path) -> StatementReader:
    """Return the reader that knows a file, by its first 64 KiB.

    Raises:
        BrokerRefused: nobody knows it, or it cannot be read; says what it looks like.
    """
    head = _head(path)
    for make in READERS:
        reader = make()
        if reader.recognizes(head, path.name):
            return reader
    if not head.strip() or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        refused = refusal(head, path.name)
        assert refused is not None, "the Flex reader was asked"
        raise refused
    raise BrokerRefused(f"{quoted(path.name)} is {looks_like(head)} of no kind. {CAN_BE_READ}")


def _head(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no regular file"
        raise BrokerRefused(f"{quoted(path.name)} is {what}. {CAN_BE_READ}")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise BrokerRefused(
            f"{quoted_path(path)} cannot be read: {(error.strerror or 'unknown reason').lower()}."
        ) from None


# --- connections -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkSettings:
    """What is configured of one connection, as plain values."""

    name: str
    broker: str
    options: Mapping[str, Any]
    timezone: ZoneInfo


SECRETS: Mapping[str, tuple[str, ...]] = {
    "ibkr": (),
    "ibkr-flex": ("token",),
    "tastytrade": ("client_secret", "refresh_token"),
}
"""Broker → the names of its secrets."""

Make = Callable[[LinkSettings, Secrets, Callable[[], dt.datetime]], BrokerClient | StatementService]


def connect_to(
    settings: LinkSettings, secrets: Secrets, now: Callable[[], dt.datetime]
) -> BrokerClient | StatementService:
    """Make the client of a connection; nothing is asked of the broker yet.

    Raises:
        BrokerRefused: something is missing in the configuration, or there is no such client.
    """
    return _CLIENTS[settings.broker](settings, secrets, now)


def _gateway(
    settings: LinkSettings, _secrets: Secrets, now: Callable[[], dt.datetime]
) -> BrokerClient:
    from qm_tui.brokers.ibkr.gateway import GatewayClient  # noqa: PLC0415 - only when asked
    from qm_tui.brokers.ibkr.gateway_settings import GatewaySettings  # noqa: PLC0415

    options = dict(settings.options)
    how = GatewaySettings(market_data=options.pop("market_data", True))
    return GatewayClient(
        name=settings.name, now=now, timezone=settings.timezone, settings=how, **options
    )


def _flex_service(
    settings: LinkSettings, secrets: Secrets, now: Callable[[], dt.datetime]
) -> StatementService:
    from qm_tui.brokers.ibkr.flex_service import FlexService  # noqa: PLC0415 - only when asked

    query = settings.options.get("query_id")
    if query is None:
        raise BrokerRefused(
            f"{settings.name} has no query_id in the configuration. In Client Portal open "
            "Performance & Reports, Flex Queries; the number stands beside the query."
        )
    return FlexService(
        name=settings.name, query_id=query, base_url=settings.options.get("base_url"),
        secrets=secrets, now=now, timezone=settings.timezone,
    )  # fmt: skip


def _tastytrade(
    settings: LinkSettings, secrets: Secrets, now: Callable[[], dt.datetime]
) -> BrokerClient:
    from qm_tui.brokers.tastytrade.client import TastytradeClient  # noqa: PLC0415 - only when asked

    return TastytradeClient(name=settings.name, secrets=secrets, now=now, **settings.options)


_CLIENTS: Mapping[str, Make] = {
    "ibkr": _gateway,
    "ibkr-flex": _flex_service,
    "tastytrade": _tastytrade,
}
