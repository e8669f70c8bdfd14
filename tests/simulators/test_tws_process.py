"""The double as a process, as benchmarks and testers from outside use it."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.simulators.tws import Ask, Say
from tests.simulators.tws_client import WireClient

_ROOT = Path(__file__).parents[2]


@asynccontextmanager
async def _double(*arguments: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A running double and its port."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.simulators.tws", *arguments),
        cwd=_ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        yield process, int(await process.stdout.readline())
    finally:
        process.terminate()
        await process.communicate()


async def _ordered(process: asyncio.subprocess.Process, order: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{order}\n".encode())
    return (await process.stdout.readline()).decode()


def _marks(client: WireClient) -> set[tuple[int, str]]:
    """The last mark of each position, by contract number."""
    return set({int(row[2]): row[14] for row in client.rows(Say.PORTFOLIO)}.items())


async def test_a_process_serves_obeys_and_reports(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options = (
        "--positions",
        "20",
        "--accounts",
        "DU1,DU2",
        "--base",
        "CHF",
        "--report",
        f"{report}",
    )
    async with _double(*options) as (process, port):
        async with WireClient(port) as client:
            client.ask(Ask.POSITIONS, 1)
            await client.until_said(Say.POSITION_END)
            assert len(client.rows(Say.POSITION)) == 20
            assert client.rows(Say.MANAGED_ACCOUNTS)[0][2] == "DU1,DU2"
            now = json.loads(await _ordered(process, "report"))
            assert now["asked"] == {"START_API": 1, "POSITIONS": 1}
            assert await _ordered(process, "drops") == "happened: drops\n"
            await client.until(lambda: client.ended)
        assert await _ordered(process, "what") == "no such order: what\n"
    assert process.returncode == 0
    assert json.loads(report.read_text())["orders"] == []


async def test_a_process_has_a_fault_from_its_start_and_pushes_at_a_rate() -> None:
    async with (
        _double("--fault", "no-position-end", "--after", "0", "--rate", "500") as (process, port),
        WireClient(port) as client,
    ):
        client.ask(Ask.POSITIONS, 1)
        client.ask(Ask.ACCOUNT_UPDATES, 2, True, "")
        await client.until_said(Say.ACCOUNT_DOWNLOAD_END)
        await client.until_said(Say.PORTFOLIO, 50)
        assert (await _ordered(process, "calm")).startswith("calm after ")
        held = json.loads(await _ordered(process, "report"))["positions"]
        await client.until(lambda: _marks(client) == {(row[1], row[3]) for row in held})
        assert client.rows(Say.POSITION)
        assert not client.rows(Say.POSITION_END)
