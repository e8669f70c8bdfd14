"""An access to a double, as the tests of what asks need it: impatient."""

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from qm_tui.brokers.tastytrade.access import Access
from qm_tui.brokers.tastytrade.address import Addresses, addresses
from qm_tui.brokers.tastytrade.settings import Asking

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)
CLIENT_SECRET = "client-secret-of-the-test"  # noqa: S105 - of nobody
REFRESH_TOKEN = "refresh-token-of-the-test"  # noqa: S105

IMPATIENT = Asking(
    connect=1, silence=0.5, whole=2, token=0.5, pauses=(0.01, 0.02), patience=1.5, rest=30
)


async def secrets(name: str) -> str:
    """Hand out the secrets."""
    return {"client_secret": CLIENT_SECRET, "refresh_token": REFRESH_TOKEN}[name]


def access_to(where: Addresses, **changes: Any) -> Access:
    """Make an access that is not open yet; `changes` are of how patiently it asks."""
    settings = replace(IMPATIENT, **changes)
    return Access(
        name="tasty", addresses=where, secrets=secrets, now=lambda: NOW, settings=settings
    )


@asynccontextmanager
async def opened(base_url: str, **changes: Any) -> AsyncIterator[Access]:
    """Open an access, and close it at the end."""
    access = access_to(addresses("tasty", base_url, None), **changes)
    try:
        await access.open()
        yield access
    finally:
        await access.close()
