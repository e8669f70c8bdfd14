"""The double as a process: for benchmarks, and for programs that are tested from outside.

Prints its port on the first line. Each line on its standard input is an order: the name of a fault
(it happens), `heal`, `calm` (no more changes at a rate), `report` (prints what clients did and what
the book holds, as one line of JSON) or `stop`.
"""

import argparse
import asyncio
import json
import os
import signal
import stat
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.simulators.tws import Book, TwsDouble
from tests.simulators.tws_fault_table import FAULTS
from tests.simulators.tws_flood import Flood
from tests.simulators.tws_wire import Ask


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
        prog="python -m tests.simulators.tws",
        description="A double of IB Gateway on 127.0.0.1. Prints its port on the first line.",
    )
    add = parser.add_argument
    add("--port", type=int, default=0, help="0, the default: one that is free")
    add("--accounts", default="U1234567", help="their names, with commas between them")
    add("--positions", type=int, help="so many stocks instead of the seven of the example")
    add("--base", default="USD", help="the base currency of the accounts")
    add("--rate", type=float, help="changes a second, from the first client on; 0: all that go")
    add("--for", type=float, dest="seconds", help="seconds the changes go on; no end without it")
    add("--fault", choices=FAULTS, metavar="NAME", help="what is wrong, see --faults")
    add("--after", type=float, default=1.0, help="seconds from the first client to what happens")
    add("--pause", type=float, default=2.0, help="seconds a fault lasts that passes")
    add("--report", type=Path, help="a file for what clients did, written at the end")
    add("--faults", action="store_true", help="list the faults and end")
    return parser


async def _run(options: argparse.Namespace) -> None:
    accounts = options.accounts.split(",")
    if options.positions is None:
        book = Book.example(*accounts, base=options.base)
    else:
        book = Book.large(options.positions, *accounts, base=options.base)
    fault = FAULTS[options.fault] if options.fault else None
    if fault:
        fault.prepare(book)
    async with TwsDouble(book, fault.faults if fault else None, options.port) as tws:
        _say(str(tws.port))
        stopped = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopped.set)
        flood = Flood(tws, options.rate or 0)
        tasks = [
            asyncio.create_task(_life(tws, options, flood)),
            asyncio.create_task(_obey(tws, options, flood, stopped)),
        ]
        await stopped.wait()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await flood.stop()
        if options.report:
            options.report.write_text(json.dumps(report(tws) | {"changes": flood.changes}))


async def _life(tws: TwsDouble, options: argparse.Namespace, flood: Flood) -> None:
    """What happens from the first client on."""
    await tws.until(lambda: bool(tws.asked(Ask.START_API)), within=10**9)
    if options.fault:
        await asyncio.sleep(options.after)
        await FAULTS[options.fault].happen(tws, options.pause)
    if options.rate is not None:
        flood.start()
        if options.seconds is not None:
            await asyncio.sleep(options.seconds)
            await flood.stop()


async def _obey(
    tws: TwsDouble, options: argparse.Namespace, flood: Flood, stopped: asyncio.Event
) -> None:
    """Do what the standard input says, line by line; its end is no order."""
    mode = os.fstat(0).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or os.isatty(0)):
        return  # nobody will say anything, and asyncio cannot listen there
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := (await reader.readline()).decode():
        match line.strip():
            case "stop":
                stopped.set()
            case "calm":
                await flood.stop()
                _say(f"calm after {flood.changes} changes")
            case "report":
                _say(json.dumps(report(tws)))
            case "heal":
                tws.heal()
                await tws.listen()
            case name if name in FAULTS:
                tws.set_all(FAULTS[name].faults)
                await FAULTS[name].happen(tws, options.pause)
                _say(f"happened: {name}")
            case other:
                _say(f"no such order: {other}")


def report(tws: TwsDouble) -> dict[str, Any]:
    """What clients did, and what the book holds now."""
    names = {int(ask): ask.name for ask in Ask}
    return {
        "asked": Counter(names.get(a.number, str(a.number)) for a in tws.seen),
        "orders": [a.fields for a in tws.orders_seen],
        "unknown": [a.fields for a in tws.unknown],
        "client_ids": sorted({a.client_id for a in tws.seen if a.client_id is not None}),
        "sessions": tws.sessions_begun,
        "connected": len(tws.sessions),
        "late_requests": tws.late_requests,
        "positions": [
            [h.account, h.instrument.con_id, str(h.quantity), str(h.mark), str(h.value)]
            for h in tws.book.held()
        ],
        "net_liquidation": {
            a.name: str(a.values.get(("NetLiquidation", a.base)))
            for a in tws.book.accounts.values()
        },
    }


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
