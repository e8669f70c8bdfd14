"""The double as a process: for benchmarks, and for programs that are tested from outside.

Prints its two addresses on the first line, as one object of JSON. Each line on its standard input
is an order: the name of a fault (it is set, and it happens), `heal`, `drop`, `reset`, `silence`,
`freeze`, `thaw`, `down`, `up`, `revoke`, `calm` (no more changes at a rate), `fill` with account,
symbol, action, quantity and price between commas, `report` (one line of JSON) or `stop`.
"""

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.simulators.tastytrade import TastytradeDouble
from tests.simulators.tastytrade_book import Book
from tests.simulators.tastytrade_example import example_book
from tests.simulators.tastytrade_fault_table import FAULTS
from tests.simulators.tastytrade_flood import Flood
from tests.simulators.tastytrade_history import LongHistory
from tests.simulators.tastytrade_large import large_book
from tests.simulators.tastytrade_stream_faults import Ending

_ORDERS: Mapping[str, Callable[[TastytradeDouble], None]] = {
    "drop": lambda double: double.drop_streams(),
    "reset": lambda double: double.drop_streams(Ending.RST),
    "silence": lambda double: double.silence_streams(),
    "freeze": lambda double: double.freeze(),
    "thaw": lambda double: double.thaw(),
    "down": lambda double: double.go_down(),
    "revoke": lambda double: double.revoke_tokens(),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until told to stop, until the input says so, or until SIGTERM or SIGINT."""
    options = _parser().parse_args(arguments)
    if options.faults:
        width = max(map(len, FAULTS))
        _say("\n".join(f"{f.name:<{width}}  {f.outcome:<11} {f.says}" for f in FAULTS.values()))
        return
    asyncio.run(_run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.simulators.tastytrade",
        description="A double of Tastytrade on 127.0.0.1. Prints base_url and "
        "account_streamer_url on the first line, as JSON.",
        epilog=(__doc__ or "").partition("\n\n")[2],
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0, the default: one that is free")
    add("--client-secret", help="the only one that is accepted; any, if not said")
    add("--refresh-token", help="the only one that is accepted; any, if not said")
    add("--positions", type=int, help="so many stocks in one account instead of the example")
    add("--options", type=int, default=0, help="so many calls besides them")
    add("--history", type=int, help="so many transactions in the first account")
    add("--per-day", type=int, default=40, help="of these, on each day")
    add("--lifetime", type=float, default=900.0, help="seconds that access tokens live")
    add("--latency", type=float, default=0.0, help="seconds before every answer")
    add("--rate", type=float, help="events of DXLink a second; 0: all that go")
    add("--per-message", type=int, help="of these in one message at most, as in 1")
    add("--for", type=float, dest="seconds", help="seconds they go on; no end without it")
    add("--fault", choices=FAULTS, metavar="NAME", help="what is wrong, see --faults")
    add("--after", type=float, default=1.0, help="seconds from the first request to what happens")
    add("--pause", type=float, default=2.0, help="seconds a fault lasts that passes")
    add("--report", type=Path, help="a file for what clients did, written at the end")
    add("--faults", action="store_true", help="list the faults and end")
    return parser


def _book(options: argparse.Namespace) -> Book:
    if options.positions is None:
        book = example_book()
    else:
        book = large_book(options.positions, options=options.options)
    if options.history is not None:
        account = book.only
        account.history = LongHistory(options.history, account.number, per_day=options.per_day)
    return book


async def _run(options: argparse.Namespace) -> None:
    double = TastytradeDouble(_book(options), port=options.port)
    double.oauth.client_secret = options.client_secret
    double.oauth.refresh_token = options.refresh_token
    double.oauth.lifetime = options.lifetime
    double.latency = options.latency
    async with double:
        urls = {"base_url": double.base_url, "account_streamer_url": double.account_streamer_url}
        if options.fault:
            FAULTS[options.fault].apply(double)
        _say(json.dumps(urls))
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        flood = double.flood(options.rate or 0, options.per_message)
        tasks = [
            asyncio.create_task(_life(double, options, flood)),
            asyncio.create_task(_obey(double, options, flood, stopped)),
        ]
        await stopped.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await flood.stop()
        if options.report:
            options.report.write_text(json.dumps(report(double) | {"events": flood.events}))


async def _life(double: TastytradeDouble, options: argparse.Namespace, flood: Flood) -> None:
    """What happens from the first client on."""
    await double.until(lambda: bool(double.asked), within=10**9)
    if options.fault:
        await asyncio.sleep(options.after)
        await FAULTS[options.fault].happen(double, options.pause)
    if options.rate is not None:
        await double.until(lambda: bool(double.subscribed()), within=10**9)
        flood.start()
        if options.seconds is not None:
            await asyncio.sleep(options.seconds)
            await flood.stop()


async def _obey(
    double: TastytradeDouble, options: argparse.Namespace, flood: Flood, stopped: asyncio.Event
) -> None:
    """Do what the standard input says, line by line; its end is no order."""
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(0)):
        return  # nobody will say anything, and asyncio cannot listen there
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        while line := (await reader.readline()).decode():
            order, _, rest = line.strip().partition(" ")
            if order == "stop":
                stopped.set()
            elif order == "calm":
                await flood.stop()
                _say(f"calm after {flood.events} events")
            else:
                await _do(double, options, order, rest)
    finally:
        pipe.close()


async def _do(double: TastytradeDouble, options: argparse.Namespace, order: str, rest: str) -> None:
    match order:
        case "report":
            _say(json.dumps(report(double)))
        case "heal" | "up":
            if order == "heal":
                double.heal()
            await double.listen()
        case "fill":
            account, symbol, action, quantity, price = rest.split(",")
            double.desk.fill(account, symbol, action, quantity, price)
        case name if name in FAULTS:
            FAULTS[name].apply(double)
            await FAULTS[name].happen(double, options.pause)
            _say(f"happened: {name}")
        case name if name in _ORDERS:
            _ORDERS[name](double)
        case other:
            _say(f"no such order: {other}")


def report(double: TastytradeDouble) -> dict[str, Any]:
    """What clients did, and what the book holds now."""
    return {
        "asked": Counter(f"{each.method} {each.path}" for each in double.asked),
        "tokens": len(double.oauth.granted),
        "feeds_begun": len(double.feeds_begun),
        "streams_begun": len(double.streams_begun),
        "connected": [len(double.feeds), len(double.streams)],
        "subscribed": sorted(map(list, double.subscribed())),
        "events": sum(feed.events for feed in double.feeds_begun),
        "prices": {s: [m.bid, m.ask, m.last] for s, m in double.book.market.items()},
        "positions": [
            [row["account-number"], row["symbol"], str(row["quantity"]), row["quantity-direction"]]
            for account in double.book.accounts.values()
            for row in account.positions
        ],
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
