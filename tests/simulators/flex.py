"""A double of Interactive Brokers' Flex web service, version 3, on loopback.

As a process: `python -m tests.simulators.flex --port 0` prints its base URL and serves until it is
ended. `--send` and `--get` take what the first requests of each step are answered with, by name or
error code, e.g. `--send 1018 --get 1019,1019,reset`; what comes after is answered as it should be.
"""

import argparse
import asyncio
import datetime as dt
import json
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.simulators.flex_acts import (
    BASE_PATH,
    Act,
    Exchange,
    accept,
    act_named,
    says_no,
    serve,
    serve_file,
)

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request, as it came."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    at: float
    """Of the event loop's clock."""

    @property
    def step(self) -> str:
        """`SendRequest`, `GetStatement`, or what else was asked for."""
        return self.path.removeprefix(f"{BASE_PATH}/")

    @property
    def days(self) -> tuple[str | None, str | None]:
        """The days that were asked for."""
        return self.parameters.get("fd"), self.parameters.get("td")


def small_statement(first: dt.date, last: dt.date, account: str = "U1") -> str:
    """A statement with one trade, on its first day."""
    return (
        f'<FlexStatement accountId="{account}" fromDate="{first:%Y%m%d}" toDate="{last:%Y%m%d}" '
        f'period="" whenGenerated="{last + _DAY:%Y%m%d};043000"><Trades>'
        f'<Trade accountId="{account}" currency="USD" assetCategory="STK" symbol="AAPL" '
        f'conid="265598" transactionID="{first:%Y%m%d}" tradeDate="{first:%Y%m%d}" '
        f'dateTime="{first:%Y%m%d};093000" quantity="1" tradePrice="10" ibCommission="-1" '
        f'levelOfDetail="EXECUTION"/></Trades></FlexStatement>'
    )


def empty_statement(first: dt.date, last: dt.date, account: str = "U1") -> str:
    """A statement of an account in which nothing was and nothing happened."""
    return (
        f'<FlexStatement accountId="{account}" fromDate="{first:%Y%m%d}" toDate="{last:%Y%m%d}" '
        f'period="" whenGenerated="{last + _DAY:%Y%m%d};043000"><Trades/><CashReport>'
        f'<CashReportCurrency accountId="{account}" currency="BASE_SUMMARY" startingCash="0" '
        'endingCash="0.00"/></CashReport></FlexStatement>'
    )


def document(*statements: str) -> bytes:
    """A whole answer."""
    return (
        '<FlexQueryResponse queryName="double" type="AF">'
        f'<FlexStatements count="{len(statements)}">{"".join(statements)}</FlexStatements>'
        "</FlexQueryResponse>"
    ).encode()


@dataclass
class FlexDouble:
    """The service; what it does is set before, and may be changed while it serves."""

    token: str | None = None
    """The only one that is accepted; None: any."""
    query: str | None = None
    period: tuple[dt.date, dt.date] = (dt.date(2026, 2, 2), dt.date(2026, 2, 27))
    """The query's own."""
    begins: dt.date = dt.date(2026, 1, 1)
    """Before it there is nothing."""
    before_it: str = "refuses"
    """What becomes of days before that: `refuses` (1003), `empty`, `none` (no statement)."""
    honors_days: bool = True
    accounts: Sequence[str] = ("U1",)
    in_progress: int = 0
    """How often each statement is still being made when it is asked for."""
    content: bytes | Path | None = None
    """What every statement is, instead of small ones."""
    statement_url: str | None = None
    """Where it says that statements are; None: here."""
    send_acts: list[Act] = field(default_factory=list)
    get_acts: list[Act] = field(default_factory=list)
    port: int = 0

    asked: list[Asked] = field(default_factory=list, init=False)
    _made: dict[str, tuple[str | None, str | None]] = field(default_factory=dict, init=False)
    _polled: dict[str, int] = field(default_factory=dict, init=False)
    _server: asyncio.Server | None = field(default=None, init=False)
    _busy: set[asyncio.Task[None]] = field(default_factory=set, init=False)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._busy:
            task.cancel()
        await asyncio.gather(*self._busy, return_exceptions=True)

    @property
    def url(self) -> str:
        """What to configure as base_url."""
        return f"http://127.0.0.1:{self.port}{BASE_PATH}"

    @property
    def steps(self) -> list[str]:
        """What was asked, in order."""
        return [asked.step for asked in self.asked]

    def sent(self) -> list[Asked]:
        """The requests for a statement to be made."""
        return [asked for asked in self.asked if asked.step == "SendRequest"]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._busy.add(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            await self._answer(_asked(head), Exchange(writer, self.url))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # they went away, or the double closes
        finally:
            self._busy.discard(task)
            writer.close()

    async def _answer(self, asked: Asked, exchange: Exchange) -> None:
        self.asked.append(asked)
        acts = {"SendRequest": self.send_acts, "GetStatement": self.get_acts}.get(asked.step)
        if acts is None or asked.method != "GET":
            await serve(b"there is nothing here", status=404)(exchange)
        elif acts:
            await acts.pop(0)(exchange)
        elif asked.step == "SendRequest":
            await self._send(asked)(exchange)
        else:
            await self._get(asked)(exchange)

    def _send(self, asked: Asked) -> Act:
        if asked.parameters.get("v") != "3" or "user-agent" not in asked.headers:
            return says_no(1020, "Invalid request or unable to validate request.")
        if self.token is not None and asked.parameters.get("t") != self.token:
            return says_no(1015, "Token is invalid.")
        if self.query is not None and asked.parameters.get("q") != self.query:
            return says_no(1014, "Query is invalid.")
        reference = str(9000000 + len(self._made))
        self._made[reference] = asked.days if self.honors_days else (None, None)
        if not self._days(reference):
            return says_no(1003, "Statement is not available.")
        return accept(reference, self.statement_url)

    def _get(self, asked: Asked) -> Act:
        reference = asked.parameters.get("q", "")
        if reference not in self._made:
            return says_no(1017, "Reference code is invalid.")
        polled = self._polled[reference] = self._polled.get(reference, 0) + 1
        if polled <= self.in_progress:
            return says_no(1019, "Statement generation in progress.", status="Warn")
        if isinstance(self.content, Path):
            return serve_file(self.content)
        return serve(self.content or self._statement(reference))

    def _days(self, reference: str) -> tuple[dt.date, dt.date] | None:
        """Of what days a statement is; None: it is refused."""
        first, last = self._made[reference]
        if first is None or last is None:
            return self.period
        days = (_day(first), _day(last))
        if days[1] < self.begins and self.before_it == "refuses":
            return None
        return days

    def _statement(self, reference: str) -> bytes:
        days = self._days(reference)
        assert days is not None, "what is refused is not made"
        if days[1] >= self.begins:
            first = max(days[0], self.begins)
            return document(*(small_statement(first, days[1], each) for each in self.accounts))
        if self.before_it == "none":
            return document()
        return document(*(empty_statement(*days, each) for each in self.accounts))


def _day(text: str) -> dt.date:
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _asked(head: Sequence[str]) -> Asked:
    method, target, _ = head[0].split(" ")
    parts = urlsplit(target)
    headers = (line.split(":", 1) for line in head[1:] if ":" in line)
    return Asked(
        method=method,
        path=parts.path,
        parameters={name: said[0] for name, said in parse_qs(parts.query).items()},
        headers={name.lower(): said.strip() for name, said in headers},
        at=asyncio.get_running_loop().time(),
    )


def _acts(names: str) -> list[Act]:
    return [act_named(name) for name in names.split(",") if name]


async def serve_until_ended(double: FlexDouble, told: Callable[[str], None]) -> None:
    """Serve, and say where."""
    async with double:
        told(double.url)
        await asyncio.Event().wait()


def main(arguments: Iterable[str] | None = None) -> None:
    """Serve as a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token")
    parser.add_argument("--query")
    parser.add_argument("--period", default="20260202-20260227", help="of the query itself")
    parser.add_argument("--begins", default="20260101", help="before it there is nothing")
    parser.add_argument("--before-it", choices=("refuses", "empty", "none"), default="refuses")
    parser.add_argument("--ignore-days", action="store_true", help="whatever fd and td say")
    parser.add_argument("--in-progress", type=int, default=0)
    parser.add_argument("--statement", type=Path, help="what every statement is")
    parser.add_argument("--statement-url", help="where it says that statements are")
    parser.add_argument("--send", default="", help="answers to the first SendRequests")
    parser.add_argument("--get", default="", help="answers to the first GetStatements")
    parser.add_argument("--requests", type=Path, help="a file to note every request in, as JSON")
    given = parser.parse_args(None if arguments is None else list(arguments))
    first, last = given.period.split("-")
    double = FlexDouble(
        token=given.token,
        query=given.query,
        period=(_day(first), _day(last)),
        begins=_day(given.begins),
        before_it=given.before_it,
        honors_days=not given.ignore_days,
        in_progress=given.in_progress,
        content=given.statement,
        statement_url=given.statement_url,
        send_acts=_acts(given.send),
        get_acts=_acts(given.get),
        port=given.port,
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        asyncio.run(serve_until_ended(double, lambda url: print(url, flush=True)))  # noqa: T201
    except KeyboardInterrupt:
        pass
    finally:
        if given.requests:
            told = [[asked.method, asked.path, asked.parameters] for asked in double.asked]
            given.requests.write_text(json.dumps(told))


if __name__ == "__main__":
    main()
