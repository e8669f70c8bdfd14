"""`db` and `doctor`: the store checked, copied, and looked at with everything around it."""

import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import PIPE

import pytest

from benchmarks.flex_generator import write_statement
from qm_tui.store.store import open_store
from tests.builders import a_batch, a_trade
from tests.cli.program import Program
from tests.conftest import NOW
from tests.store.stores import tell, told
from tests.sync.processes import wait_until


def test_a_whole_store_is_said_to_be_whole(filled: Program) -> None:
    ran = filled("db", "check")

    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"{filled.store}: whole; ")
    assert "60 of them trades" in ran.out


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE raw_documents SET sha256 = 'x'", "is not what was read"),
        ("UPDATE raw_blocks SET data = x'00'", "cannot be unpacked"),
        ("UPDATE trades SET restated = 1", "their versions are missing"),
        ("UPDATE trades SET instrument_id = 4711", "refers to a row of instruments"),
    ],
)
def test_damage_is_found_and_named(filled: Program, damage: str, said: str) -> None:
    with closing(sqlite3.connect(filled.store)) as connection, connection:
        connection.execute(damage)

    ran = filled("db", "check")

    assert ran.status == 1
    assert said in ran.out
    assert "problems" in ran.err


def test_a_file_that_was_cut_off_is_told_in_one_line(filled: Program) -> None:
    filled.store.write_bytes(filled.store.read_bytes()[:40_000])

    for command in (["db", "check"], ["show", "trades"], ["show", "accounts"], ["doctor"]):
        ran = filled(*command)
        assert ran.status == 1, command
        assert "Traceback" not in ran.err + ran.out


def test_checking_or_copying_needs_a_store(program: Program) -> None:
    for action in ("check", "backup"):
        ran = program("db", action)
        assert ran.status == 1
        assert "there is no store yet" in ran.err


async def test_a_store_is_copied_while_somebody_has_it_open(filled: Program) -> None:
    target = filled.home / "copy.db"
    store = await open_store(filled.store, lambda: NOW)
    await tell(store, told(a_batch(a_trade())))

    ran = filled.apart("db", "backup", target)

    await store.close()
    assert (ran.status, ran.out, ran.err) == (0, f"{target}\n", "")
    filled.store = target
    assert len(filled.apart("show", "trades").out.splitlines()) == 1 + 61


def test_a_copy_has_a_name_of_its_own_unless_one_is_given(filled: Program) -> None:
    ran = filled("db", "backup")

    copy = Path(ran.out.strip())
    assert copy.parent == filled.store.parent
    assert copy.stat().st_mode & 0o777 == 0o600


def test_a_rebuild_that_was_interrupted_says_what_it_left(program: Program, tmp_path: Path) -> None:
    large = tmp_path / "large.xml"
    write_statement(large, executions=4000, accounts=2, instruments=40)
    assert program("import", large).status == 0
    with closing(sqlite3.connect(program.store)) as store:
        (before,) = store.execute("SELECT derivations FROM booking_state").fetchone()

        running = program.start("db", "rebuild", stdout=PIPE, stderr=PIPE)
        wait_until(
            lambda: (
                running.poll() is not None
                or store.execute("SELECT derivations FROM booking_state").fetchone() != (before,)
            ),
            "something is booked again",
        )
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)

    if running.returncode == 0:
        pytest.skip("this machine was faster than the signal")
    assert (running.returncode, out) == (130, b"")
    assert (
        err == b"qm-tui: interrupted; the store is whole, and what was not done yet is as it was.\n"
    )
    assert program("db", "rebuild").out.endswith("All of it was as it should be.\n")


def test_a_copy_does_not_replace_a_file(filled: Program) -> None:
    ran = filled("db", "backup", filled.store)

    assert ran.status == 1
    assert "exists already" in ran.err


@pytest.fixture
def sealed(filled: Program) -> Iterator[Program]:
    """A store in a folder in which nothing can be made."""
    filled.store.chmod(0o400)
    filled.store.parent.chmod(0o500)
    yield filled
    filled.store.parent.chmod(0o700)


@pytest.mark.parametrize("what", ["trades", "lots", "gains", "accounts"])
def test_what_lies_in_a_sealed_folder_is_shown(sealed: Program, what: str) -> None:
    ran = sealed.powerless("show", what, "--format", "csv")

    assert (ran.status, ran.out) == (0, sealed("show", what, "--format", "csv").out)


def test_a_sealed_store_is_checked_copied_and_not_written(sealed: Program) -> None:
    assert "whole" in sealed.powerless("db", "check").out
    assert sealed.powerless("db", "backup", sealed.home / "copy.db").status == 0
    ran = sealed.powerless("db", "rebuild")
    assert (ran.status, ran.out) == (1, "")
    assert "may not be written" in ran.err


def test_a_sealed_store_is_shown_as_it_is_under_another_configuration(sealed: Program) -> None:
    sealed.config.write_text('[[account]]\nnumber = "U9000001"\ntax_treatment = "ira"\n')

    ran = sealed.powerless("show", "trades", "--config", sealed.config)

    assert ran.status == 0
    assert len(ran.out.splitlines()) == 1 + 60
    assert "is not taken over" in ran.err


@pytest.mark.parametrize(
    "command", [["show", "trades"], ["import"], ["db", "check"], ["db", "backup"]]
)
def test_what_is_no_store_is_refused_by_every_command(
    program: Program, statement: Path, command: list[str]
) -> None:
    program.store.parent.mkdir()
    program.store.write_bytes(b"no database" * 1000)
    more = [statement] if command == ["import"] else []

    ran = program(*command, *more)

    assert (ran.status, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert program.store.read_bytes() == b"no database" * 1000


@pytest.mark.parametrize("store", ["/dev/null", "/dev/full", "/proc/version", ".", ""])
def test_a_place_that_holds_no_store_is_told_in_one_line(
    program: Program, statement: Path, store: str
) -> None:
    run = program.apart if store == "/dev/null" else program.within
    for command in (["show", "accounts"], ["import", statement]):
        ran = run("--store", store, *command)
        assert ran.status in (1, 2), ran
        assert ran.err.count("\n") == 1, ran.err


def test_the_doctor_finds_nothing_wrong_where_nothing_is_yet(program: Program) -> None:
    ran = program("doctor")

    assert ran.status == 0, ran
    assert "is not there yet" in ran.out
    assert "qm-tui import FILE" in ran.out
    assert not program.store.exists()


def test_the_doctor_tells_what_a_store_holds(filled: Program) -> None:
    ran = filled("doctor")

    assert "2 accounts, newest data of " in ran.out


def test_the_doctor_says_when_others_can_read_the_store(filled: Program) -> None:
    filled.store.chmod(0o644)

    ran = filled("doctor")

    assert ran.status == 1
    assert f"run `chmod 600 {filled.store}`" in ran.out


def test_the_doctor_says_what_to_do_with_a_file_that_is_no_store(program: Program) -> None:
    program.store.parent.mkdir()
    program.store.write_text("no database" * 1000)

    ran = program("doctor")

    assert ran.status == 1
    assert "name another store with --store" in ran.out


def test_the_doctor_names_where_secrets_go_without_a_keyring(program: Program) -> None:
    program.config.write_text("[[connection]]\nname = 'ib-flex'\nbroker = 'ibkr-flex'\n")

    ran = program.apart("--config", program.config, "doctor")

    assert "[ib-flex]" in ran.out
    assert "Traceback" not in ran.err
