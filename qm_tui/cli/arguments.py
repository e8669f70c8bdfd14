"""What can be typed after `qm-tui`."""

import argparse
import datetime as dt
from pathlib import Path
from typing import NoReturn

from typing_extensions import override

from qm_tui import __version__
from qm_tui.domain.account_numbers import WHAT_IT_IS, is_account_number

WHAT = (
    "accounts", "balances", "positions", "options", "exposure", "lots", "gains", "trades", "cash",
    "transfers", "interest", "margin", "discrepancies", "syncs",
)  # fmt: skip
FORMATS = ("table", "json", "csv")
VIEWS = ("taxpayer", "economic", "broker")
METHODS = ("fifo", "lifo", "hifo", "lofo", "specific", "average")
LEVELS = ("debug", "info", "warning", "error")


class _Parser(argparse.ArgumentParser):
    """Repeats to the terminal what was typed, and none of it can be obeyed."""

    @override
    def error(self, message: str) -> NoReturn:
        from qm_tui.ui.cell import plain  # noqa: PLC0415 - when there is something to say

        super().error(plain(message))


def parser() -> argparse.ArgumentParser:
    """Make the parser of the whole command line."""
    top: argparse.ArgumentParser = _Parser(
        prog="qm-tui",
        description="A keyboard-driven monitor for several brokerage accounts. Without a command "
        "it opens the monitor. It is read-only toward brokers.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"qm-tui {__version__}")
    top.add_argument("--demo", action="store_true", help="open a demo portfolio; nothing is kept")
    top.set_defaults(config=None, store=None, log_level="info", command=None)
    _everywhere(top)
    commands = top.add_subparsers(dest="command", metavar="COMMAND")
    _sync(commands)
    _import(commands)
    _show(commands)
    _secrets(commands)
    doctor = commands.add_parser("doctor", help="check everything that is needed; say what to do")
    _everywhere(doctor)
    _db(commands)
    return top


def _everywhere(command: argparse.ArgumentParser) -> None:
    """Add the options that may stand before a command or behind it."""
    # Without a default of their own: a command's would undo what stood before it.
    absent = argparse.SUPPRESS
    command.add_argument(
        "--config", type=Path, metavar="FILE", default=absent, help="the configuration to use"
    )
    command.add_argument(
        "--store", type=Path, metavar="FILE", default=absent, help="the store to use"
    )
    command.add_argument(
        "--log-level", choices=LEVELS, type=str.lower, default=absent, help="what the log keeps"
    )


_Commands = argparse._SubParsersAction  # noqa: SLF001 - argparse gives its type no public name


def _sync(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "sync",
        help="bring everything from the brokers into the store, once",
        description="Sync every configured connection, or those that are named. What a broker "
        "does not answer stays as it was, and is named.",
        allow_abbrev=False,
    )
    _everywhere(command)
    command.add_argument("connections", nargs="*", metavar="CONNECTION")
    command.add_argument(
        "--strict", action="store_true", help="exit with status 4 when a major break is open"
    )


def _secrets(commands: "_Commands[argparse.ArgumentParser]") -> None:
    login = commands.add_parser(
        "login",
        help="ask for the secrets of a connection and put them into the keyring",
        description="Ask for the secrets of a connection (or read them from standard input, one a "
        "line), try them, and put them into the keyring of the operating system.",
        allow_abbrev=False,
    )
    logout = commands.add_parser(
        "logout", help="remove the secrets of a connection from the keyring", allow_abbrev=False
    )
    for command in (login, logout):
        _everywhere(command)
        command.add_argument("connection", metavar="CONNECTION")


def _import(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "import",
        help="read statements (Flex XML, ledger CSV) into the store",
        description="Read statements into the store; the kind of a file is recognized. Each file "
        "is stored as a whole or not at all, and reading it again changes nothing.",
        allow_abbrev=False,
    )
    _everywhere(command)
    command.add_argument("files", nargs="+", type=Path, metavar="FILE")
    command.add_argument(
        "--account", type=_account, metavar="N", help="the account, where the file names none"
    )


def _show(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "show", help="print what is stored, as a table, JSON or CSV", allow_abbrev=False
    )
    _everywhere(command)
    command.add_argument("what", choices=WHAT, metavar="WHAT", help=", ".join(WHAT))
    command.add_argument("--account", metavar="N", help="only this account number")
    command.add_argument("--broker", metavar="B", help="only accounts at this broker")
    command.add_argument("--symbol", metavar="S", help="only this symbol or underlying")
    command.add_argument(
        "--as-of", type=_day, metavar="DATE", help="as things stood at the end of a day, YYYY-MM-DD"
    )
    command.add_argument("--format", choices=FORMATS, default="table")
    command.add_argument(
        "--merged",
        action="store_true",
        help="positions: what several accounts hold of one instrument in one row",
    )
    command.add_argument(
        "--group",
        choices=("underlying", "expiry", "strategy", "account"),
        help="options: one row a group, with what they are worth and their Greeks summed",
    )
    booked = command.add_argument_group("lots and gains")
    booked.add_argument(
        "--view",
        choices=VIEWS,
        help="whose wash sales: of all accounts of the taxpayer (the default), none, or of each "
        "account by itself as brokers reckon",
    )
    booked.add_argument(
        "--source",
        choices=("derived", "broker"),
        help="as they follow from the trades (the default), or as the broker reported them",
    )
    booked.add_argument(
        "--method", choices=METHODS, help="as if all accounts had always closed lots by this method"
    )
    booked.add_argument(
        "--why",
        action="store_true",
        help="with every step from the trade to what is shown; of discrepancies, with what speaks "
        "for the cause",
    )
    command.add_argument(
        "--all",
        action="store_true",
        dest="every",
        help="discrepancies: also what was settled, or has closed by itself",
    )


def _account(text: str) -> str:
    number = text.strip()
    if not is_account_number(number):
        raise argparse.ArgumentTypeError(f"{text!r} is no account number; expected {WHAT_IT_IS}")
    return number


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; expected YYYY-MM-DD") from None


def _db(commands: "_Commands[argparse.ArgumentParser]") -> None:
    command = commands.add_parser(
        "db", help="check the store, derive everything again, or copy it safely"
    )
    actions = command.add_subparsers(dest="action", metavar="ACTION", required=True)
    _everywhere(actions.add_parser("check", help="check that the store is whole"))
    _everywhere(
        actions.add_parser(
            "rebuild", help="derive all lots and gains again; says what was not as it should be"
        )
    )
    backup = actions.add_parser("backup", help="copy the store, also while it is open")
    _everywhere(backup)
    backup.add_argument("file", nargs="?", type=Path, metavar="FILE", help="where to")
