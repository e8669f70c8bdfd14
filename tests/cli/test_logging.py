"""What is in the log: every event, and neither a secret nor a whole account number."""

import logging

import pytest

from qm_tui.cli.environment import hide, redacted
from tests.cli.doubles import a_flex_service, a_gateway
from tests.cli.program import Program

TOKEN = "402837465564738291"  # noqa: S105 - nobody takes it


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("GET https://x/SendRequest?t=402837&q=1&v=3", "GET https://x/SendRequest?t=…&q=1&v=3"),
        ("'https://x/y?q=1&token=abc%2F'", "'https://x/y?q=1&token=…'"),
        ("account U1234567 and DU7654321", "account U…67 and D…21"),
        ("section=positions&t=", "section=positions&t=…"),
        ("what=it", "what=it"),
    ],
)
def test_addresses_and_accounts_are_cut(written: str, kept: str) -> None:
    assert redacted(written) == kept


def test_a_secret_that_is_known_is_hidden_wherever_it_stands() -> None:
    hide("s3cr3t/+x")

    assert redacted("<s3cr3t/+x> or s3cr3t%2F%2Bx") == "<…> or …"


@pytest.mark.parametrize("level", ["debug", "info"])
def test_whoever_logs_at_any_level_no_token_is_written(program: Program, level: str) -> None:
    with a_flex_service("--token", TOKEN) as flex, a_gateway() as tws:
        program.config.write_text(
            f"[[connection]]\nname='ib-flex'\nbroker='ibkr-flex'\nquery_id='1'\n"
            f"base_url='{flex.said}'\n[[connection]]\nname='ib'\nbroker='ibkr'\nport={tws.said}\n"
        )
        ran = program.apart(
            "--config", program.config, "--log-level", level, "doctor",
            QM_TUI_IB_FLEX_TOKEN=TOKEN,
        )  # fmt: skip

    assert ran.status == 0, ran
    assert "U1234567" in ran.out
    log = "".join(path.read_text() for path in program.home.rglob("*.log*"))
    for private in (TOKEN, "U1234567", "reqPositions", "HTTP Request"):
        assert private not in log


def test_the_libraries_are_kept_down_whatever_is_asked_for(program: Program) -> None:
    assert program("--log-level", "debug", "show", "accounts").status == 0

    for name in ("ib_insync.wrapper", "eventkit", "httpx2", "httpcore2.http11", "asyncio"):
        assert logging.getLogger(name).getEffectiveLevel() >= logging.WARNING
