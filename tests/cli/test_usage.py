"""What is said to whoever types something else than was expected."""

import json
import subprocess
from pathlib import Path

import pytest

from qm_tui import __version__
from tests.cli.program import Program
from tests.store.laid import lay
from tests.terminal import terminal


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["frobnicate"], "invalid choice: 'frobnicate'"),
        (["import"], "FILE"),
        (["show"], "WHAT"),
        (["show", "everything"], "choose from"),
        (["show", "trades", "--format", "xml"], "choose from"),
        (["show", "trades", "--as-of", "yesterday"], "expected YYYY-MM-DD"),
        (["show", "trades", "--as-of", "2024-02-30"], "expected YYYY-MM-DD"),
        (["show", "trades", "--source", "broker"], "--source belongs to lots and gains"),
        (["show", "trades", "--acc", "U1"], "unrecognized arguments: --acc"),
        (["import", "--account", "/a b/c", "x.csv"], "'/a b/c' is no account number"),
        (["import", "--account", "", "x.csv"], "expected letters, digits and hyphens"),
        (["import", "--account", "x" * 33, "x.csv"], "32 at most"),
        (["db"], "ACTION"),
        (["db", "drop"], "choose from"),
        (["--log-level", "loud", "doctor"], "choose from"),
        (["--unknown"], "unrecognized arguments: --unknown"),
        (["show", "trades", "\x1b[31m\u202ex"], "unrecognized arguments: �[31mx"),
        (["--demo", "show", "accounts"], "--demo opens the monitor; leave it or 'show' out"),
        (["--config", "/no/\x1b[31m", "doctor"], "qm-tui: /no/�[31m: there is no such file"),
    ],
)
def test_a_mistake_in_the_arguments_says_what_was_expected(
    program: Program, given: list[str], said: str
) -> None:
    ran = program.within(*given)

    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert not program.store.exists()


def test_a_mistake_ends_the_process_with_its_status(program: Program) -> None:
    ran = program.apart("show", "gains", "--source", "broker", "--why")

    assert (ran.status, ran.out) == (2, "")
    assert "which has no --why" in ran.err
    assert "Traceback" not in ran.err
    assert not program.store.exists()


def test_the_version_is_the_packages() -> None:
    program = Program(Path("/nonexistent"))

    assert program.apart("--version").out == f"qm-tui {__version__}\n"


@pytest.mark.parametrize(
    "command",
    [[], ["sync"], ["import"], ["show"], ["login"], ["logout"], ["db"], ["doctor"]],
)
def test_every_command_tells_what_it_does(program: Program, command: list[str]) -> None:
    ran = program.apart(*command, "--help")

    assert ran.status == 0
    assert "usage: qm-tui" in ran.out


IBKR = "[[connection]]\nname = 'ib'\nbroker = 'ibkr'\n"
FLEX = "[[connection]]\nname = 'ib-flex'\nbroker = 'ibkr-flex'\n"

CONFIGS: dict[str, tuple[str | bytes, str]] = {
    "no TOML": ("[store", "is not TOML"),
    "a role that nobody has": (
        "[user]\nrole = 'BOSS'\n",
        "[user] role is 'BOSS'; expected one of ADMIN, USER, READONLY",
    ),
    "a user's unknown key": (
        "[user]\nnick = 'me'\n",
        "[user] nick is not known here; known are household, name, role",
    ),
    "an unknown section": ("[storage]\n", "storage is not known here; known are store"),
    "an unknown key": ("[store]\npfad = 'x'\n", "[store] pfad is not known here; known are path"),
    "a number for a path": ("[store]\npath = 7\n", "[store] path is 7; expected a text in quotes"),
    "an empty path": ("[store]\npath = ''\n", "[store] path is ''; expected a text that is not"),
    "more days than there are": (
        "[sync]\nevery = '99999999999999d'\n",
        "[sync] every is '99999999999999d'; expected a time like",
    ),
    "a number without end": (
        "x = " + "9" * 5000 + "\n",
        "config.toml: has a number or a day in it that nobody can mean",
    ),
    "a power without end": ("x = 1e99999999999999999999\n", "has a number or a day in it"),
    "a depth without end": ("x = " + "[" * 5000 + "\n", "has lists within lists"),
    "nobody's home": ("[store]\npath = '~nobody-at-all/x'\n", "expected the home of somebody"),
    "a name that ends within": ('[store]\npath = "a\\u0000b"\n', "expected the name of a file"),
    "a home that ends within": ('[store]\npath = "~\\u0000/x"\n', "expected the name of a file"),
    "a fraction of nothing": (
        "[tax.spin_offs]\nA = 1e-999999999\n",
        "[tax.spin_offs] A is 1E-999999999; expected a number between 0 and 1",
    ),
    "a key that a terminal would obey": ('"\\u001b[31m\\u202ex" = 1\n', ": �[31mx is not known"),
    "a bad time": ("[sync]\nevery = 'soon'\n", "[sync] every is 'soon'; expected a time like"),
    "no time": ("[sync]\nevery = '0m'\n", "[sync] every is '0m'; expected a time like"),
    "an unknown broker": (
        "[[connection]]\nname = 'x'\nbroker = 'bank'\n",
        "[[connection]] 1: broker is 'bank'; expected one of ibkr, ibkr-flex, tastytrade",
    ),
    "no name": (
        "[[connection]]\nbroker = 'ibkr'\n",
        "[[connection]] 1: name is missing; expected a text in quotes",
    ),
    "one name twice": (
        "[[connection]]\nname = 'x'\nbroker = 'ibkr'\n" * 2,
        "two [[connection]] have the name 'x'",
    ),
    "a bad zone": (
        "[[connection]]\nname = 'x'\nbroker = 'ibkr'\ntimezone = 'Moon/Crater'\n",
        "timezone is 'Moon/Crater'; expected a time zone like",
    ),
    "a zone that climbs": (
        "[[connection]]\nname = 'x'\nbroker = 'ibkr'\ntimezone = '../../etc/passwd'\n",
        "expected a time zone like",
    ),
    "a bad treatment": (
        "[[account]]\nnumber = 'U1'\ntax_treatment = 'offshore'\n",
        "[[account]] 1: tax_treatment is 'offshore'; expected one of taxable, ira, roth",
    ),
    "a table for tables": ("[connection]\nname = 'x'\n", "expected tables [[connection]]"),
    "a number for a key": ("[keys]\nup = 1\n", "keys is {'up': 1}; expected lines like"),
    "a word for a truth": ("[ui]\nhide_amounts = 'yes'\n", "expected true or false"),
    "identical with nothing": (
        "[tax]\nidentical = [['GOOG', 'GOOGL'], ['SPY', ' spy ']]\n",
        "[tax] identical: group 2 is ['SPY', ' spy ']; expected two symbols or more.",
    ),
    "one symbol in two groups": (
        "[tax]\nidentical = [['BRK.B', 'BRK A'], ['SPY', 'brk/b']]\n",
        "[tax] identical: group 2 has 'BRK B'; expected each symbol in one group, and it is in "
        "group 1.",
    ),
    "a number for a symbol": (
        "[tax]\nidentical = [['GOOG', 7]]\n",
        "[tax] identical: group 1 is ['GOOG', 7]; expected symbols in quotes.",
    ),
    "no name for a symbol": (
        "[tax]\nidentical = [['GOOG', ' ']]\n",
        "[tax] identical: group 1 is ['GOOG', ' ']; expected symbols in quotes.",
    ),
    "symbols without a group": (
        "[tax]\nidentical = ['GOOG', 'GOOGL']\n",
        "[tax] identical is ['GOOG', 'GOOGL']; expected groups of symbols, like [[",
    ),
    "a word for groups": (
        "[tax]\nidentical = 'GOOG'\n",
        "[tax] identical is 'GOOG'; expected groups of symbols, like [[",
    ),
    "a fraction that is none": (
        "[tax.spin_offs]\nGEV = 'a quarter'\n",
        "[tax.spin_offs] GEV is 'a quarter'; expected a number between 0 and 1, like",
    ),
    "more than all": (
        "[tax.spin_offs]\nGEV = 25.19\n",
        "[tax.spin_offs] GEV is 25.19; expected a number between 0 and 1, like",
    ),
    "no number": ("[tax.spin_offs]\nGEV = nan\n", "[tax.spin_offs] GEV is NaN; expected a number"),
    "a truth for a fraction": (
        "[tax.spin_offs]\nGEV = true\n",
        "[tax.spin_offs] GEV is True; expected a number",
    ),
    "one child twice": (
        "[tax.spin_offs]\n'BRK.B' = 0.1\n'BRK B' = 0.2\n",
        "[tax.spin_offs] BRK B is 0.2; expected each symbol once, and 'BRK B' is there already",
    ),
    "a fraction without a child": (
        "[tax]\nspin_offs = 0.25\n",
        "[tax] spin_offs is 0.25; expected a table [tax.spin_offs]",
    ),
    "no text": (b"\xff\xfe", "is not TOML"),
    "a port out of range": (IBKR + "port = 70000\n", "port is 70000; expected a port, from 1 to"),
    "a port in quotes": (IBKR + "port = '4001'\n", "port is '4001'; expected a port, from 1 to"),
    "client 0": (
        IBKR + "client_id = 0\n",
        "client_id is 0; expected a whole number from 1 on (client 0 would be given the orders of",
    ),
    "a client below 0": (
        IBKR + "client_id = -3\n",
        "client_id is -3; expected a whole number from",
    ),
    "a truth for a client": (IBKR + "client_id = true\n", "client_id is True; expected a whole"),
    "no host": (IBKR + "host = ''\n", "host is ''; expected a text that is not empty"),
    "a host with its port": (IBKR + "host = 'localhost:4001'\n", "expected the name or address of"),
    "a host that is an address": (
        IBKR + "host = 'http://tws'\n",
        "expected the name or address of",
    ),
    "market data by a word": (
        IBKR + "market_data = 'no'\n",
        "market_data is 'no'; expected true or",
    ),
    "a query as a number": (
        FLEX + "query_id = 123456\n",
        'query_id is 123456; expected the number of a Flex query in quotes, like "123456"',
    ),
    "a query by its name": (FLEX + "query_id = 'all'\n", "expected the number of a Flex query in"),
    "a service without scheme": (
        FLEX + "base_url = 'ndcdyn.example/Flex'\n",
        'expected an address like "https://host/path"',
    ),
    "a service in the clear": (
        FLEX + "base_url = 'http://flex.example/x'\n",
        "expected https, for http sends secrets in the clear",
    ),
    "a service with a port that is none": (
        FLEX + "base_url = 'https://flex.example:http/x'\n",
        "expected an address like",
    ),
    "a file for a service": (
        FLEX + "base_url = 'file:///etc/passwd'\n",
        "expected an address like",
    ),
    "a streamer in the clear": (
        "[[connection]]\nname = 'x'\nbroker = 'tastytrade'\n"
        "account_streamer_url = 'ws://streamer.example'\n",
        "expected wss, for ws sends secrets in the clear",
    ),
    "a name like an option": (
        "[[connection]]\nname = '--all'\nbroker = 'ibkr'\n",
        "name is '--all'; expected a word of letters, digits and -",
    ),
    "a name with a line break": (
        '[[connection]]\nname = "a\\nb"\nbroker = "ibkr"\n',
        "expected a word of letters, digits and -",
    ),
    "the name of what is imported": (
        "[[connection]]\nname = 'import'\nbroker = 'ibkr'\n",
        "expected another name, for imported files go by this one",
    ),
}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[sync]\nevery = '²m'\n", "[sync] every is '²m'; expected a time like"),
        (
            "[[connection]]\nname = 'x'\nbroker = 'ibkr'\ntimezone = 'America'\n",
            "expected a time zone like",
        ),
    ],
    ids=["a digit that is no number", "a folder for a zone"],
)
def test_a_strange_value_is_a_mistake_in_the_configuration_too(
    program: Program, content: str, said: str
) -> None:
    program.config.write_text(content)

    assert said in program("--config", program.config, "show", "accounts").err


def test_a_language_that_there_is_none_of_is_a_mistake_in_the_configuration(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[ui]\nlocale = 'xx_YY'\n")

    with terminal(tmp_path, "--config", str(config), size=(300, 20)) as it:
        assert it.until_ended() == 2
        assert "config.toml: [ui] locale: there is no language 'xx_YY'" in it.text
        assert "something went wrong" not in it.text


@pytest.mark.parametrize("name", CONFIGS)
def test_a_mistake_in_the_configuration_names_file_key_and_expectation(
    program: Program, name: str
) -> None:
    content, said = CONFIGS[name]
    program.config.write_bytes(content if isinstance(content, bytes) else content.encode())

    ran = program("--config", program.config, "show", "accounts")

    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert ran.err.startswith(f"qm-tui: {program.config}: ")
    assert said in ran.err


def test_a_configuration_that_was_named_must_be_there(program: Program) -> None:
    ran = program("--config", program.config, "show", "accounts")

    assert ran.status == 2
    assert "there is no such file" in ran.err


def test_a_folder_is_no_configuration(program: Program) -> None:
    ran = program("--config", program.home, "show", "accounts")

    assert ran.status == 2
    assert "cannot be read" in ran.err


def test_what_is_configured_of_an_account_is_shown(program: Program, statement: Path) -> None:
    program.config.write_text(
        "[[account]]\nnumber = 'U9000001'\nnickname = 'Mine'\ntax_treatment = 'roth'\n"
    )
    assert program("import", statement).status == 0

    shown = program("--config", program.config, "show", "accounts", "--format", "json")

    first = json.loads(shown.out)[0]
    assert (first["nickname"], first["tax_treatment"]) == ("Mine", "roth")


def test_a_reader_who_has_had_enough_ends_the_program_quietly(
    program: Program, statement: Path
) -> None:
    assert program("import", statement).status == 0
    running = program.start("show", "trades", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stdout is not None
    running.stdout.close()
    _, err = running.communicate(timeout=60)

    assert err == b""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_encoding_of_the_terminal_can_show_everything(
    program: Program, statement: Path, encoding: str
) -> None:
    lay(program.store)
    imported = program.apart("import", statement, PYTHONIOENCODING=encoding)
    shown = program.apart("show", "accounts", PYTHONIOENCODING=encoding)

    printed = program.apart("show", "accounts", "--format", "json", PYTHONIOENCODING=encoding)

    assert (imported.status, shown.status, shown.err) == (0, 0, "")
    assert len(json.loads(printed.out)) == 2


def test_a_secret_in_the_configuration_is_refused_with_the_place_where_it_belongs(
    program: Program,
) -> None:
    program.config.write_text("[[connection]]\nname='ib-flex'\nbroker='ibkr-flex'\ntoken='abc'\n")

    ran = program("--config", program.config, "show", "accounts")

    assert ran.status == 2
    assert "put it into the environment as QM_TUI_IB_FLEX_TOKEN" in ran.err
    assert "run `qm-tui login ib-flex`" in ran.err
    assert "abc" not in ran.err


@pytest.mark.parametrize(
    "options",
    [
        "host = '::1'\nport = 7497\nclient_id = 1\nmarket_data = false\n",
        "host = 'tws.home.example'\nport = 65535\nclient_id = 2147483000\n",
        "broker = 'ibkr-flex'\nquery_id = '0012'\nbase_url = 'http://127.0.0.1:8080/x'\n",
        "broker = 'ibkr-flex'\nbase_url = 'https://flex.example/x'\n",
        "broker = 'ibkr-flex'\nbase_url = 'http://[::1]:1/x'\n",
    ],
)
def test_what_a_connection_can_have_is_taken(program: Program, options: str) -> None:
    broker = "" if "broker" in options else "broker = 'ibkr'\n"
    program.config.write_text(f"[[connection]]\nname = 'x'\n{broker}{options}")

    assert program("--config", program.config, "show", "accounts").status == 0


def test_an_option_that_a_broker_does_not_have_is_refused(program: Program) -> None:
    program.config.write_text("[[connection]]\nname='x'\nbroker='ibkr'\nqeury_id='1'\n")

    assert "qeury_id is not known here" in program("--config", program.config, "doctor").err


def test_without_a_terminal_the_monitor_says_so_and_ends(program: Program) -> None:
    ran = program()

    assert (ran.status, ran.out) == (1, "")
    assert ran.err == "qm-tui: the monitor needs a terminal; `qm-tui show` prints without one.\n"
