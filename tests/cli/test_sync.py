"""`sync` as a user runs it, against doubles of TWS and of the Flex web service."""

import asyncio
import datetime as dt
import json
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from qm_tui.cli.shapes import schema
from qm_tui.store.store import open_store
from tests.cli.doubles import Double, a_flex_service, a_gateway
from tests.cli.program import Program, Ran
from tests.sync.processes import wait_until

TOKEN = "402837465564738291"  # noqa: S105 - nobody takes it
VARIABLE = "QM_TUI_IB_FLEX_TOKEN"
TASTY = "name='tasty'\nbroker='tastytrade'"


@pytest.fixture(scope="module")
def gateway() -> Iterator[Double]:
    with a_gateway("--accounts", "U1234567,U7654321") as running:
        yield running


@pytest.fixture
def service() -> Iterator[Double]:
    days = ["--period", "20251201-20261119", "--begins", "20251201"]
    with a_flex_service("--token", TOKEN, "--query", "1", *days) as running:
        yield running


@pytest.fixture
def gone() -> Double:
    """A gateway that ended: nothing listens on its port."""
    with a_gateway() as ended:
        pass
    return ended


def ib(gateway: Double, name: str = "ib") -> str:
    return f"name='{name}'\nbroker='ibkr'\nport={gateway.said}\nmarket_data=false"


def flex(service: Double) -> str:
    return f"name='ib-flex'\nbroker='ibkr-flex'\nquery_id='1'\nbase_url='{service.said}'"


def configure(program: Program, *connections: str) -> None:
    program.config.write_text("".join(f"[[connection]]\n{each}\n" for each in connections))


def sync(program: Program, *names: str) -> Ran:
    return program("--config", program.config, "sync", *names)


def shown(program: Program, what: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(program("show", what, "--format", "json").out)
    return rows


def states(program: Program) -> set[tuple[str, str | None, str]]:
    return {(row["connection"], row["section"], row["state"]) for row in shown(program, "syncs")}


def test_everything_a_gateway_has_is_brought(program: Program, gateway: Double) -> None:
    configure(program, ib(gateway))

    ran = sync(program)

    assert ran.status == 0, ran
    assert ran.out == ""
    lines = ran.err.splitlines()
    assert any(line.startswith("ib: positions ") and " received" in line for line in lines)
    assert sum(line.startswith("ib: balances  ") for line in lines) == 1
    assert {row["account"] for row in shown(program, "accounts")} == {"U1234567", "U7654321"}
    report = gateway.report()
    held = {(account, con_id) for account, con_id, *_ in report["positions"]}
    assert {(row["account"], row["conid"]) for row in shown(program, "positions")} == held
    assert report["orders"] == []
    assert {state for _, _, state in states(program)} == {"done"}


def test_syncing_again_changes_nothing(program: Program, gateway: Double) -> None:
    configure(program, ib(gateway))
    assert sync(program).status == 0
    before = [(row["symbol"], row["quantity"]) for row in shown(program, "positions")]

    assert sync(program).status == 0

    assert [(row["symbol"], row["quantity"]) for row in shown(program, "positions")] == before


def test_what_a_gateway_brings_has_the_shapes_that_are_published_and_options_their_greeks(
    program: Program, gateway: Double
) -> None:
    configure(program, ib(gateway).replace("market_data=false", "market_data=true"))
    assert sync(program).status == 0

    shape = schema()
    for what in ("accounts", "balances", "positions", "options", "trades", "syncs"):
        rows = shown(program, what)
        assert rows
        jsonschema.validate(rows, {"$ref": f"#/$defs/{what}", "$defs": shape["$defs"]})
    options = shown(program, "options")
    assert {row["greeks_source"] for row in options} == {"ibkr"}
    for row in options:
        of_all = Decimal(row["delta"]) * Decimal(row["quantity"]) * Decimal(row["multiplier"])
        assert Decimal(row["position_delta"]) == of_all


def test_a_row_that_cannot_be_read_makes_a_sync_partial(program: Program) -> None:
    with a_gateway("--fault", "position-field-missing") as damaged:
        configure(program, ib(damaged))
        ran = sync(program)

    assert ran.status == 3, ran
    assert "positions is not whole: " in ran.err
    assert shown(program, "positions")
    assert {state for _, section, state in states(program) if section == "positions"} <= {
        "partial",
        "failed",
    }


def test_a_gateway_that_is_not_there_is_told_and_recorded(program: Program, gone: Double) -> None:
    configure(program, ib(gone))

    ran = sync(program)

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("qm-tui: ib: ")
    assert gone.said in ran.err
    (run,) = shown(program, "syncs")
    assert (run["connection"], run["section"], run["state"]) == ("ib", None, "failed")
    assert gone.said in run["error"]


def test_one_connection_that_fails_leaves_the_other_alone(
    program: Program, gateway: Double, gone: Double
) -> None:
    configure(program, ib(gone, "away"), ib(gateway))

    ran = sync(program)

    assert ran.status == 3
    assert "qm-tui: away: " in ran.err
    assert shown(program, "positions")


def test_only_what_is_named_is_synced(program: Program, gateway: Double, gone: Double) -> None:
    configure(program, ib(gone, "away"), ib(gateway))

    assert sync(program, "ib").status == 0
    assert {connection for connection, _, _ in states(program)} == {"ib"}


def test_what_lacks_a_secret_is_named_and_the_rest_is_done(
    program: Program, gateway: Double
) -> None:
    configure(program, TASTY, ib(gateway))

    assert sync(program, "tasty").status == 1
    ran = sync(program)

    assert ran.status == 3
    assert "qm-tui: tasty: There is no client secret for tasty" in ran.err


def test_statements_are_fetched_and_booked_under_the_name_of_the_connection(
    program: Program, service: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, TOKEN)
    configure(program, flex(service))

    ran = program("--config", program.config, "--log-level", "debug", "sync")

    assert ran.status == 0, ran
    assert shown(program, "trades")
    assert {connection for connection, _, _ in states(program)} == {"ib-flex"}
    # Whatever is logged, and by whom, there is no secret in it: nor in the store.
    log = "".join(path.read_text() for path in program.home.rglob("*.log*"))
    assert "sync of ib-flex begins" in log
    kept = b"".join(path.read_bytes() for path in program.store.parent.iterdir())
    assert TOKEN not in log + ran.err
    assert TOKEN.encode() not in kept


def test_a_token_that_is_refused_is_told_with_what_to_do(
    program: Program, service: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "999999")
    configure(program, flex(service))

    ran = sync(program)

    assert ran.status == 1
    assert "qm-tui login ib-flex" in ran.err
    assert "999999" not in ran.err + program("show", "syncs", "--format", "json").out


def test_a_token_that_is_nowhere_is_told_with_where_to_put_it(
    program: Program, service: Double
) -> None:
    configure(program, flex(service))

    ran = sync(program)

    assert ran.status == 1
    assert "There is no token for ib-flex." in ran.err
    assert VARIABLE in ran.err


async def lease(program: Program, holder: str, now: dt.datetime) -> None:
    store = await open_store(program.store, lambda: now)
    assert await store.writer.lease("ib", "ibkr", holder) is None
    await store.close()


def test_a_connection_that_another_program_syncs_is_left_to_it(
    program: Program, gateway: Double
) -> None:
    configure(program, ib(gateway))
    assert sync(program).status == 0
    # A program of this machine that lives: the one that started these tests.
    holder = f"{os.getppid()}@{socket.gethostname()} monitor"
    began = dt.datetime.fromisoformat(shown(program, "syncs")[0]["started_at"])
    asyncio.run(lease(program, holder, began))

    ran = sync(program)

    assert ran.status == 3
    assert str(os.getppid()) in ran.err
    assert "monitor" in ran.err


def test_a_sync_that_is_interrupted_says_so_and_keeps_what_it_has(program: Program) -> None:
    with a_gateway("--fault", "positions-never") as slow:
        configure(program, ib(slow))
        running = program.start(
            "--config", program.config, "sync", stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        wait_until(
            lambda: running.poll() is not None or slow.report()["asked"].get("POSITIONS"),
            "positions are asked for",
        )
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=30)

    assert (running.returncode, out) == (130, b""), err
    assert err.splitlines()[-1] == b"qm-tui: interrupted; what had been stored by then is kept."
    assert ("ib", None, "cancelled") in states(program)
