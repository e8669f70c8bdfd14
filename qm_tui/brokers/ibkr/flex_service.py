"""Interactive Brokers' Flex web service, version 3: statements are made when asked for."""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from zoneinfo import ZoneInfo

from qm_tui.brokers.client import (
    BrokerRefused,
    BrokerUnavailable,
    Fetched,
    Progress,
    Secrets,
    Waits,
)
from qm_tui.brokers.ibkr.flex_address import OWN_BASE, configured
from qm_tui.brokers.ibkr.flex_asking import Asking, FaultError, paced, send
from qm_tui.brokers.ibkr.flex_download import Arrived
from qm_tui.brokers.ibkr.flex_errand import Errand
from qm_tui.brokers.ibkr.flex_errors import Reaction, sentence
from qm_tui.brokers.ibkr.flex_http import BrokenError, FlexHttp
from qm_tui.brokers.ibkr.flex_pace import pace_of
from qm_tui.brokers.ibkr.flex_preflight import preflight, warnings_of
from qm_tui.brokers.ibkr.flex_ranges import (
    Window,
    begins_later,
    honored,
    missing,
    statement_due,
)
from qm_tui.brokers.ibkr.flex_settings import FlexSettings
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.batches import Coverage

# Codes about the token: they hold for all requests, whatever the days.
_OF_THE_TOKEN = frozenset({1011, 1012, 1013, 1015, 1018, 1025})

_PRODUCTION = FlexSettings()

_OLD = dt.timedelta(days=7)
"""A query that ends so long ago has another period than one that moves with the days."""

BY_FILE = (
    "Download older statements in Client Portal (Performance & Reports → Flex Queries, a custom "
    "period) and read them with `qm-tui import FILE`."
)


class FlexService:
    """One Flex query, asked for by its token."""

    def __init__(
        self,
        *,
        name: str,
        query_id: str,
        secrets: Secrets,
        now: Callable[[], dt.datetime],
        timezone: ZoneInfo,
        base_url: str | None = None,
        settings: FlexSettings = _PRODUCTION,
    ) -> None:
        """Ask nothing yet.

        Raises:
            BrokerRefused: the query id or the base URL cannot be one.
        """
        self._name = name
        self._query_id = _checked_query(str(query_id), name)
        self._secrets = secrets
        self._now = now
        self._zone = timezone
        self._base = configured(base_url or OWN_BASE)
        self._settings = settings
        self._http = FlexHttp(settings)
        self._warnings: dict[str, None] = {}

    @property
    def broker(self) -> str:
        """The broker's name in the registry."""
        return "ibkr-flex"

    @property
    def warnings(self) -> Sequence[str]:
        """What the user should know of the last fetch, one sentence each."""
        return tuple(self._warnings)

    def due(
        self, covered: Sequence[Coverage], now: dt.datetime, asked: dt.datetime | None = None
    ) -> dt.datetime:
        """Return when statements should be fetched next; `now` when they are there already.

        Args:
            covered: days of which there are statements of this connection.
            now: aware.
            asked: when they were last fetched with success.
        """
        return statement_due(covered, now, asked=asked)

    async def check(self) -> str:
        """Have a statement made, without waiting for it: that tries the token and the query.

        Raises:
            BrokerUnavailable: nobody can tell now.
            BrokerRefused: with what to do.
        """
        asking = await self._asking()
        async for _ in paced(asking):
            pass
        try:
            await send(asking, None)
        except BrokenError as broken:
            raise BrokerUnavailable(
                f"The Flex service is not available: {broken}. Check this computer's network and "
                "try again."
            ) from None
        except FaultError as refused:
            if refused.fault.reaction is not Reaction.POLL:
                raise self._told(refused) from None
        return "The token and the query are accepted."

    async def fetch(
        self, covered: Sequence[Coverage], folder: Path, *, unfinished: bool = False
    ) -> AsyncGenerator[Fetched | Waits | Progress, None]:
        """Fetch the query as the user made it, then what else is not known, the newest first.

        Args:
            covered: days of which there are statements of this connection, per account.
            folder: private, where files may be put.
            unfinished: the fetch before ended early, so there may be holes.

        Raises:
            BrokerUnavailable, BrokerRefused: with what to do; what was yielded stays valid.
        """
        self._warnings.clear()
        asking = await self._asking()
        arrived: Arrived | None = None
        async with aclosing(self._statement(asking, folder, None)) as steps:
            async for step in steps:
                if isinstance(step, Arrived):
                    arrived = step
                else:
                    yield step
        assert arrived is not None, "what does not raise arrives"
        yield await self._first(arrived)
        windows = missing(
            covered,
            arrived.spans,
            since=self._now().astimezone(self._zone).date()
            - dt.timedelta(days=self._settings.history_days),
            most_days=self._settings.window_days,
            unfinished=unfinished,
        )
        async with aclosing(self._older(asking, folder, windows, arrived.spans)) as older:
            async for told in older:
                yield told

    async def close(self) -> None:
        """Let go of the connection."""
        await self._http.close()

    async def _older(
        self,
        asking: Asking,
        folder: Path,
        windows: Sequence[Window],
        as_made: Sequence[Coverage],
    ) -> AsyncGenerator[Fetched | Waits | Progress, None]:
        for window in windows:
            arrived: Arrived | None = None
            try:
                async with aclosing(self._statement(asking, folder, window)) as steps:
                    async for step in steps:
                        if isinstance(step, Arrived):
                            arrived = step
                        else:
                            yield step
            except FaultError as refused:
                if self._ends(refused, window):
                    return
                continue
            assert arrived is not None, "what does not raise arrives"
            if not self._wanted(arrived, window, as_made):
                arrived.path.unlink(missing_ok=True)
                return
            yield Fetched(path=arrived.path, name=f"{self._name} {window.said}")
            if window.history and (not arrived.alive or begins_later(window, arrived.spans)):
                return

    async def _statement(
        self, asking: Asking, folder: Path, window: Window | None
    ) -> AsyncGenerator[Waits | Progress | Arrived, None]:
        try:
            async with aclosing(Errand(asking, folder, window).steps()) as steps:
                async for step in steps:
                    yield step
        except FaultError as refused:
            if window is not None and _number(refused.code) not in _OF_THE_TOKEN:
                raise
            raise self._told(refused) from None

    async def _first(self, arrived: Arrived) -> Fetched:
        if not arrived.statements:
            arrived.path.unlink(missing_ok=True)
            raise BrokerRefused(
                "The answer of the Flex service holds no statement: the query finds no account or "
                "no period. In Client Portal (Performance & Reports → Flex Queries) check both."
            )
        try:
            lacks = await asyncio.to_thread(preflight, arrived.path)
        except OSError as error:
            raise BrokerUnavailable(
                f"The statement cannot be read back from {arrived.path.parent}: "
                f"{(error.strerror or 'unknown reason').lower()}."
            ) from None
        self._warnings.update(dict.fromkeys(warnings_of(lacks)))
        spans = arrived.spans
        if not spans:
            return Fetched(path=arrived.path, name=f"{self._name} {self._now():%Y-%m-%d}")
        first = min(told.from_date for told in spans)
        last = max(told.to_date for told in spans)
        if self._now().astimezone(self._zone).date() - last > _OLD:
            self._warn(
                f"The Flex query ends on {last}: what came later is not fetched. In Client Portal "
                "(Performance & Reports → Flex Queries) set its period to Last 365 Calendar Days."
            )
        return Fetched(path=arrived.path, name=f"{self._name} {first} … {last}")

    def _wanted(self, arrived: Arrived, window: Window, as_made: Sequence[Coverage]) -> bool:
        if not arrived.statements:
            return False
        if honored(window, arrived.spans, as_made):
            return True
        self._warn(
            "The Flex service did not keep to the days that were asked for, so what lies before "
            f"{window.to_date + dt.timedelta(days=1)} is not fetched. {BY_FILE}"
        )
        return False

    def _ends(self, refused: FaultError, window: Window) -> bool:
        """Tell whether a refusal of other days means that no more need be asked for."""
        if refused.fault.reaction is Reaction.NOTHING:
            if not window.history:
                self._warn(
                    f"Interactive Brokers has no statement of {window.said}, which lie between "
                    f"what is known and what was fetched. {BY_FILE}"
                )
            return window.history
        told = f"(Interactive Brokers says that {refused.fault.meaning})"
        self._warn(
            f"The Flex service gave no statement of {window.said} {told}, so what lies before "
            f"{window.to_date + dt.timedelta(days=1)} is not fetched. {BY_FILE}"
        )
        return True

    def _warn(self, says: str) -> None:
        self._warnings[says] = None

    def _told(self, refused: FaultError) -> BrokerRefused | BrokerUnavailable:
        says = sentence(refused.fault, refused.code, self._name)
        final = refused.fault.reaction in {Reaction.REFUSE, Reaction.NOTHING}
        return BrokerRefused(says) if final else BrokerUnavailable(says)

    async def _asking(self) -> Asking:
        token = (await self._secrets("token")).strip()
        if (
            not token
            or len(token) > 500
            or not token.isascii()
            or not token.isprintable()
            or " " in token
        ):
            raise BrokerRefused(
                f"What is stored as the token of {self._name} cannot be one. Copy it again from "
                "Client Portal (Performance & Reports → Flex Queries → Flex Web Service "
                f"Configuration) and run `qm-tui login {self._name}`."
            )
        return Asking(
            name=self._name,
            http=self._http,
            base=self._base,
            query_id=self._query_id,
            token=token,
            pace=pace_of(token),
            now=self._now,
            zone=self._zone,
            settings=self._settings,
        )


def _checked_query(query_id: str, name: str) -> str:
    found = query_id.strip()
    if not found.isascii() or not found.isalnum() or len(found) > 40:
        raise BrokerRefused(
            f"query_id “{quoted(query_id)}” of {name} is no id of a Flex query. In Client Portal "
            "(Performance & Reports → Flex Queries) the number stands behind the i beside the "
            "query's name."
        )
    return found


def _number(code: str) -> int | None:
    digits = code.strip()
    return int(digits) if digits.isdecimal() and len(digits) < 9 else None
