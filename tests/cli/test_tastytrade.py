"""Tastytrade as a user meets it: `login`, `doctor`, `sync`, and what `show` says afterwards."""

import io
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from typing_extensions import override

from qm_tui.cli.shapes import schema
from tests import keyrings
from tests.cli.doubles import Double, a_tastytrade
from tests.cli.program import Program, Ran
from tests.keyrings import MemoryKeyring
from tests.sync.processes import kill, wait_until

SECRET = "client-5ecret-of-nobody"  # noqa: S105 - nobody takes it
REFRESH = "refresh-t0ken-of-nobody"
SECRETS = {"QM_TUI_TASTY_CLIENT_SECRET": SECRET, "QM_TUI_TASTY_REFRESH_TOKEN": REFRESH}
ONLY = ("--client-secret", SECRET, "--refresh-token", REFRESH)


@pytest.fixture(scope="module")
def broker() -> Iterator[Double]:
    with a_tastytrade(*ONLY) as running:
        yield running


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    made = MemoryKeyring()
    keyrings.use(made, monkeypatch)
    return made


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the secrets into the environment."""
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)


class Provided(Program):
    """The program with the secrets in the environment of its processes."""

    @property
    @override
    def environment(self) -> dict[str, str]:
        return super().environment | SECRETS


def configure(program: Program, broker: Double) -> None:
    urls = json.loads(broker.said)
    program.config.write_text(
        f"[[connection]]\nname='tasty'\nbroker='tastytrade'\nbase_url='{urls['base_url']}'\n"
        f"account_streamer_url='{urls['account_streamer_url']}'\n"
    )


def run(program: Program, *arguments: str, given: str = "") -> Ran:
    """Run a command with something on its standard input."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdin", io.StringIO(given))
        return program("--config", program.config, *arguments)


def shown(program: Program, what: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(program("show", what, "--format", "json").out)
    return rows


def asked(broker: Double) -> dict[str, int]:
    """How often each thing was asked for, as `GET /path`; nothing but to read, and for tokens."""
    found: dict[str, int] = broker.report()["asked"]
    wrong = [each for each in found if not each.startswith("GET ") and each != "POST /oauth/token"]
    assert wrong == []
    return found


def held(broker: Double) -> set[tuple[str, Decimal]]:
    """What the accounts hold, signed."""
    sign = {"Long": 1, "Short": -1}
    return {
        (account, Decimal(quantity) * sign[side])
        for account, _, quantity, side in broker.report()["positions"]
        if side in sign
    }


def healed(broker: Double) -> None:
    """Let nothing be wrong with it any more."""
    broker.order("heal\nreport")


# --- sync and show -------------------------------------------------------------------------------


@pytest.mark.usefixtures("secrets")
def test_everything_that_tastytrade_has_is_brought_and_shown(
    program: Program, broker: Double
) -> None:
    configure(program, broker)

    ran = run(program, "--log-level", "debug", "sync", "tasty")

    assert ran.status == 0, ran
    requests = asked(broker)
    rows = shown(program, "positions")
    assert {(row["account"], Decimal(row["quantity"])) for row in rows} == held(broker)
    assert {row["greeks_source"] for row in shown(program, "options")} == {"tastytrade"}
    shape = schema()
    for what in ("accounts", "balances", "positions", "options", "trades", "cash", "lots", "syncs"):
        found = shown(program, what)
        assert found, what
        jsonschema.validate(found, {"$ref": f"#/$defs/{what}", "$defs": shape["$defs"]})
    assert {row["tax_treatment"] for row in shown(program, "accounts")} == {"taxable", "roth"}
    assert {row["state"] for row in shown(program, "syncs")} == {"done"}
    # Whatever is logged, and by whom: no secret, no token; and none in the store.
    log = "".join(path.read_text() for path in program.home.rglob("*.log*"))
    assert "sync of tasty begins" in log
    kept = b"".join(path.read_bytes() for path in program.store.parent.iterdir())
    for word in (SECRET, REFRESH, "access-token-", "quote-token-", "Bearer"):
        assert word not in log + ran.err + ran.out
        assert word.encode() not in kept
    assert requests["POST /oauth/token"] == 1
    # Each trade opens as it was sent.
    with closing(sqlite3.connect(program.store)) as file:
        kinds = file.execute(
            "SELECT DISTINCT d.kind FROM trades t LEFT JOIN raw_documents d ON d.id = t.document_id"
        ).fetchall()
    assert kinds == [("tastytrade-transactions",)]


@pytest.mark.usefixtures("secrets")
def test_syncing_again_changes_nothing_and_asks_for_little(
    program: Program, broker: Double
) -> None:
    configure(program, broker)
    assert run(program, "sync").status == 0
    before = {what: shown(program, what) for what in ("trades", "cash", "lots")}
    first = asked(broker)

    assert run(program, "sync").status == 0

    assert {what: shown(program, what) for what in before} == before
    path = "GET /accounts/5WX00001/transactions"
    assert asked(broker)[path] - first[path] == 1


COUNT = 1200
"""Rows of a history that comes in several windows."""


def kept_rows(store: Path) -> int:
    """How many trades are stored."""
    if not store.exists():
        return 0
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as file:
        try:
            return int(file.execute("SELECT count(*) FROM trades").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


@pytest.mark.usefixtures("secrets")
def test_a_first_sync_that_is_killed_is_gone_on_with(program: Program) -> None:
    with a_tastytrade("--history", COUNT, "--per-day", 3, "--latency", 0.05) as broker:
        configure(program, broker)
        running = Provided(program.home).start(
            "--config", program.config, "sync",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wait_until(
                lambda: kept_rows(program.store) > 0 or running.poll() is not None,
                "some of the history is stored",
            )
        finally:
            kill(running)
        some = kept_rows(program.store)
        healed(broker)
        before = asked(broker)
        ran = run(program, "sync")
        after = asked(broker)

    assert running.returncode == -signal.SIGKILL
    assert some < COUNT
    assert ran.status == 0, ran
    with closing(sqlite3.connect(program.store)) as file:
        found = file.execute(
            "SELECT count(*), count(DISTINCT key) FROM trades WHERE key >= 'TX:300000000' "
            "AND key < 'TX:300001200'"
        ).fetchone()
    assert found == (COUNT, COUNT)
    assert before.keys() <= after.keys()


# --- refused -------------------------------------------------------------------------------------


def test_a_grant_that_is_refused_costs_one_request_and_is_on_record(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "something-else-entirely")
    with a_tastytrade(*ONLY) as broker:
        configure(program, broker)
        ran = run(program, "sync", "tasty")
        assert asked(broker) == {"POST /oauth/token": 1}

    assert (ran.status, ran.out) == (1, "")
    assert "qm-tui login tasty" in ran.err
    assert "something-else-entirely" not in ran.err
    (row,) = shown(program, "syncs")
    assert (row["connection"], row["state"]) == ("tasty", "failed")


# --- login ---------------------------------------------------------------------------------------


def test_both_secrets_are_asked_for_tried_once_and_kept(
    program: Program, memory: MemoryKeyring
) -> None:
    with a_tastytrade(*ONLY) as broker:
        configure(program, broker)
        ran = run(program, "login", "tasty", given=f"{SECRET}\n{REFRESH}\n")
        requests = asked(broker)

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.splitlines() == [
        "Connected to Tastytrade: 3 accounts, 1 of them closed. 5WX00001, 5WX00002",
        "The client secret and refresh token of tasty are in the keyring.",
    ]
    assert memory.kept == {
        "qm-tui tasty:client_secret": SECRET,
        "qm-tui tasty:refresh_token": REFRESH,
    }
    assert requests == {"POST /oauth/token": 1, "GET /customers/me/accounts": 1}


@pytest.mark.parametrize("given", [f"wrong-secret\n{REFRESH}\n", f"{SECRET}\nwrong-token\n"])
def test_secrets_that_are_refused_are_tried_once_and_not_kept(
    program: Program, memory: MemoryKeyring, given: str
) -> None:
    with a_tastytrade(*ONLY) as broker:
        configure(program, broker)
        ran = run(program, "login", "tasty", given=given)
        assert asked(broker) == {"POST /oauth/token": 1}

    assert (ran.status, ran.out) == (1, "")
    assert "Nothing is stored." in ran.err
    assert "wrong" not in ran.err
    assert memory.kept == {}


def test_a_second_secret_that_is_missing_is_not_even_tried(
    program: Program, memory: MemoryKeyring, broker: Double
) -> None:
    configure(program, broker)
    before = asked(broker)

    ran = run(program, "login", "tasty", given=f"{SECRET}\n")

    assert ran.status == 1
    assert "Nothing is stored." in ran.err
    assert asked(broker) == before
    assert memory.kept == {}


def test_secrets_that_cannot_be_tried_are_kept_and_that_is_said(
    program: Program, memory: MemoryKeyring
) -> None:
    with a_tastytrade() as gone:
        configure(program, gone)

    ran = run(program, "login", "tasty", given=f"{SECRET}\n{REFRESH}\n")

    assert ran.status == 0
    assert ran.out == "The client secret and refresh token of tasty are in the keyring.\n"
    assert "they could not be tried" in ran.err
    assert len(memory.kept) == 2


# --- doctor --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("secrets")
def test_doctor_says_that_it_answers_how_fast_and_for_which_accounts(
    program: Program, broker: Double
) -> None:
    configure(program, broker)

    ran = run(program, "doctor")

    assert ran.status == 0, ran
    assert "Connected to Tastytrade: 3 accounts, 1 of them closed." in ran.out
    assert "answers in " in ran.out
    assert "accounts: 5WX00001, 5WX00002" in ran.out
    assert "client secret: in the environment, QM_TUI_TASTY_CLIENT_SECRET" in ran.out
    assert SECRET not in ran.out + ran.err
    assert REFRESH not in ran.out + ran.err


def test_doctor_tries_a_grant_that_is_refused_once(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SECRETS:
        monkeypatch.setenv(name, "no-longer-any-good")
    with a_tastytrade(*ONLY) as broker:
        configure(program, broker)
        ran = run(program, "doctor")
        assert asked(broker) == {"POST /oauth/token": 1}

    assert ran.status == 1
    assert "!!  [tasty]" in ran.out
    assert "qm-tui login tasty" in ran.out


def test_doctor_leaves_a_connection_alone_that_another_program_has(
    program: Program, broker: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(program, broker)
    assert run(program, "sync").status == 1, "there are no secrets yet"
    with closing(sqlite3.connect(program.store)) as file, file:
        file.execute(
            "UPDATE connections SET lease_holder = '1@elsewhere monitor', "
            "lease_since = '2026-01-01 00:00:00.000000', lease_until = '2999-01-01 00:00:00.000000'"
        )
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)
    before = asked(broker)

    ran = run(program, "doctor")

    assert "not asked now, for another program is at it" in ran.out
    assert asked(broker) == before


# --- exports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "hour"), [("", 21), ("timezone='Europe/Berlin'\n", 15)], ids=["unsaid", "said"]
)
def test_an_export_without_zones_is_meant_as_the_connection_says(
    program: Program, tmp_path: Path, said: str, hour: int
) -> None:
    program.config.write_text(f"[[connection]]\nname='tasty'\nbroker='tastytrade'\n{said}")
    export = tmp_path / "old.csv"
    export.write_text(
        "Date/Time,Transaction Code,Transaction Subcode,Symbol,Buy/Sell,Open/Close,Quantity,"
        "Expiration Date,Strike,Call/Put,Price,Fees,Amount,Description,Account Reference\n"
        "05/20/2021 5:10 PM,Trade,Sell to Open,CLNE,Sell,Open,1,06/18/2021,14,C,0.95,1.14,95.00,"
        "Sold 1 CLNE 06/18/21 Call 14.00 @ 0.95,Individual...39\n"
    )
    ran = run(program, "import", "--account", "5WX00001", str(export))
    assert ran.status == 0, ran.err
    assert "Times in this export say no zone" in ran.err
    [trade] = shown(program, "trades")
    assert trade["executed_at"] == f"2021-05-20T{hour}:10:00Z"
