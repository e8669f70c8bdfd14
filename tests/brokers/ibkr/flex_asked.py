"""A Flex service that asks a double, impatiently, and what came of it."""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import Fetched, Progress, Waits
from qm_tui.brokers.ibkr.flex_service import FlexService
from qm_tui.brokers.ibkr.flex_settings import FlexSettings
from qm_tui.domain.batches import Coverage
from tests.simulators.flex import FlexDouble
from tests.simulators.flex_acts import Act

NOW = dt.datetime(2026, 3, 2, 15, 30, tzinfo=dt.UTC)
NEW_YORK = ZoneInfo("America/New_York")
IMPATIENT = FlexSettings(
    connect_timeout=2,
    chunk_timeout=0.15,
    answer_limit=1,
    download_limit=2,
    stall_window=0.1,
    stall_bytes=2048,
    retry_wait=0.001,
    busy_wait=0.001,
    crowded_wait=0.002,
    poll_first=0.001,
    poll_most=0.004,
    poll_limit=2,
    requests_apart=0,
    requests_at_most=1000,
    requests_window=1,
    longest_retry_after=1,
)
_TOKENS = count(100_000)


def token() -> str:
    """A token that nobody else uses: requests with one are counted, whoever makes them."""
    return f"SECRET{next(_TOKENS)}TOKEN"


@dataclass
class Outcome:
    """What a fetch told."""

    fetched: list[Fetched] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    """What the files held when they were handed over."""
    waits: list[Waits] = field(default_factory=list)
    progress: list[Progress] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        return [fetched.name for fetched in self.fetched]


def answering(step: str, *acts: Act) -> FlexDouble:
    """A double that answers the first requests of a step, `send` or `get`, in its own way."""
    return FlexDouble(send_acts=list(acts)) if step == "send" else FlexDouble(get_acts=list(acts))


@asynccontextmanager
async def asking(
    double: FlexDouble | str,
    *,
    secret: str | None = None,
    settings: FlexSettings = IMPATIENT,
    query_id: str = "123456",
) -> AsyncIterator[FlexService]:
    """A service that asks a double, or a URL."""
    said = secret or token()

    async def secrets(name: str) -> str:
        assert name == "token"
        return said

    service = FlexService(
        name="ib-flex",
        query_id=query_id,
        secrets=secrets,
        now=lambda: NOW,
        timezone=NEW_YORK,
        base_url=double if isinstance(double, str) else double.url,
        settings=settings,
    )
    try:
        yield service
    finally:
        await service.close()


async def fetch(
    service: FlexService,
    folder: Path,
    covered: Sequence[Coverage] | None = None,
    *,
    unfinished: bool = False,
    outcome: Outcome | None = None,
) -> Outcome:
    """Fetch to the end; by default everything older is known."""
    found = outcome or Outcome()
    known = all_covered() if covered is None else covered
    async with aclosing(service.fetch(known, folder, unfinished=unfinished)) as told:
        async for step in told:
            match step:
                case Fetched():
                    found.fetched.append(step)
                    found.texts.append(step.path.read_text(encoding="utf-8"))
                case Waits():
                    found.waits.append(step)
                case Progress():
                    found.progress.append(step)
    found.warnings = list(service.warnings)
    return found


def all_covered(*accounts: str) -> list[Coverage]:
    """Statements of all days before the double's own."""
    return [covered(each, dt.date(2015, 1, 1), dt.date(2026, 2, 1)) for each in accounts or ("U1",)]


def covered(account: str, first: dt.date, last: dt.date) -> Coverage:
    return Coverage(account=account, from_date=first, to_date=last)


def left_in(folder: Path) -> list[str]:
    """Files that nobody removed."""
    return sorted(path.name for path in folder.iterdir())
