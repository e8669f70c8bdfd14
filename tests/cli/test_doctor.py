"""What `doctor` says of connections: each is looked at, and whatever is wrong says what to do."""

import time
from collections.abc import Iterator

import pytest

from tests import keyrings
from tests.cli.doubles import Double, a_flex_service, a_gateway
from tests.cli.program import Program, Ran
from tests.keyrings import MemoryKeyring, SilentKeyring

TOKEN = "402837465564738291"  # noqa: S105 - nobody takes it


@pytest.fixture(scope="module")
def gateway() -> Iterator[Double]:
    with a_gateway("--accounts", "U1234567,U7654321") as running:
        yield running


@pytest.fixture(scope="module")
def service() -> Iterator[Double]:
    with a_flex_service("--token", TOKEN) as running:
        yield running


def doctor(program: Program, *connections: str) -> Ran:
    program.config.write_text("".join(f"[[connection]]\n{each}\n" for each in connections))
    return program("--config", program.config, "doctor")


def ib(gateway: Double) -> str:
    return f"name='ib'\nbroker='ibkr'\nport={gateway.said}"


def flex(service: Double) -> str:
    return f"name='ib-flex'\nbroker='ibkr-flex'\nquery_id='1'\nbase_url='{service.said}'"


def test_a_gateway_that_is_up_is_greeted_and_said_to_be_well(
    program: Program, gateway: Double
) -> None:
    ran = doctor(program, ib(gateway))

    assert ran.status == 0, ran
    assert "ok  [ib]" in ran.out
    assert f"127.0.0.1:{gateway.said}: 2 live accounts" in ran.out
    assert "accounts: U1234567, U7654321" in ran.out
    assert " ms" in ran.out
    assert "never synced so far" in ran.out
    assert gateway.report()["orders"] == []
    assert gateway.report()["connected"] == 0


def test_a_gateway_that_is_not_there_is_named_with_what_to_do(program: Program) -> None:
    with a_gateway() as gone:
        port = gone.said
    ran = doctor(program, f"name='ib'\nbroker='ibkr'\nport={port}")

    assert ran.status == 1
    assert "!!  [ib]" in ran.out
    assert "→" in ran.out
    assert port in ran.out


def test_a_gateway_that_says_nothing_is_not_waited_for(program: Program) -> None:
    with a_gateway("--fault", "no-answer") as silent:
        began = time.monotonic()
        ran = doctor(program, ib(silent))

    assert ran.status == 1
    assert time.monotonic() - began < 10
    assert "!!  [ib]" in ran.out


def test_a_token_in_the_environment_is_tried_and_never_shown(
    program: Program, service: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QM_TUI_IB_FLEX_TOKEN", TOKEN)

    ran = doctor(program, flex(service))

    assert ran.status == 0, ran
    assert "The token and the query are accepted." in ran.out
    assert "token: in the environment, QM_TUI_IB_FLEX_TOKEN" in ran.out
    assert "the environment has all secrets" in ran.out
    assert "next statement: " in ran.out
    assert TOKEN not in ran.out + ran.err


def test_a_token_in_the_keyring_is_said_to_be_there(
    program: Program, service: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = MemoryKeyring()
    memory.kept["qm-tui ib-flex:token"] = TOKEN
    keyrings.use(memory, monkeypatch)
    monkeypatch.setenv("QM_TUI_IB_FLEX_TOKEN", "another")

    ran = doctor(program, flex(service))

    assert ran.status == 0, ran
    assert "token: in the keyring (QM_TUI_IB_FLEX_TOKEN is set too, and not used)" in ran.out
    assert TOKEN not in ran.out


def test_a_token_that_is_refused_says_what_to_do(
    program: Program, service: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QM_TUI_IB_FLEX_TOKEN", "999")

    ran = doctor(program, flex(service))

    assert ran.status == 1
    assert "!!  [ib-flex]" in ran.out
    assert "qm-tui login ib-flex" in ran.out


def test_a_token_that_is_nowhere_says_where_to_put_it(program: Program, service: Double) -> None:
    ran = doctor(program, flex(service))

    assert ran.status == 1
    assert "There is no token for ib-flex" in ran.out
    assert "set QM_TUI_IB_FLEX_TOKEN in the environment" in ran.out
    assert "put secrets into the environment: QM_TUI_IB_FLEX_TOKEN" in ran.out


def test_a_keyring_that_does_not_answer_holds_nothing_up(
    program: Program, service: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = SilentKeyring()
    keyrings.use(silent, monkeypatch)
    monkeypatch.setattr("qm_tui.cli.doctor_links._KEYRING", 0.1)
    monkeypatch.setattr("qm_tui.cli.doctor._KEYRING_PATIENCE", 0.1)

    ran = doctor(program, flex(service))

    silent.answers.set()
    assert ran.status == 1
    assert "The keyring did not answer" in ran.out


def test_connections_are_looked_at_side_by_side_and_told_in_their_order(
    program: Program, gateway: Double
) -> None:
    ran = doctor(program, "name='tasty'\nbroker='tastytrade'", ib(gateway))

    assert ran.out.index("[tasty]") < ran.out.index("[ib]")
    assert "There is no client secret for tasty" in ran.out


def test_what_the_screen_cannot_do_is_said_before_it_is_opened(program: Program) -> None:
    program.config.write_text(
        "[ui]\ntheme='mauve'\nlocale='xx_YY'\ncolumns.positions=['symbol', 'shoes']\n"
        "[keys]\n'app.qiut'='f9'\n'rows.sort'='ctlr+x'\n"
    )

    ran = program("--config", program.config, "doctor")

    assert ran.status == 1
    assert "!!  screen         5 settings of [keys] and [ui] cannot be met" in ran.out
    for said in (
        "[ui] theme: there is no 'mauve'; there are ",
        "[ui] locale: there is no language 'xx_YY'",
        "[ui.columns] positions: there is no shoes; there are symbol, ",
        "[keys] app.qiut is no id of a key",
        "[keys] rows.sort: there is no key ctlr+x",
    ):
        assert said in ran.out


def test_a_screen_that_is_as_it_was_wished_for_is_well(program: Program) -> None:
    program.config.write_text("[ui]\ntheme='qm-light'\n[keys]\n'app.quit'='ctrl+x'\n")

    ran = program("--config", program.config, "doctor")

    assert ran.status == 0
    assert "ok  screen         all of [keys] and [ui] can be met" in ran.out
