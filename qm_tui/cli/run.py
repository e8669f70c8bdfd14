"""Run one command: settings first, then the command, and failures in words for the user."""

import argparse
import asyncio
import datetime as dt
import io
import os
import sys
from collections.abc import Coroutine
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from qm_tui.cli import environment
from qm_tui.cli.environment import Environment
from qm_tui.config import Config, default_config_path, load
from qm_tui.config_table import ConfigError

DONE, NOTHING, USAGE, PARTLY = 0, 1, 2, 3
INTERRUPTED = 130
_BROKEN_PIPE = 141
_LEFT = {
    "sync": "; what had been stored by then is kept",
    "import": "; a file is stored as a whole or not at all",
    "db": "; the store is whole, and what was not done yet is as it was",
}
"""What is left of a command that was interrupted."""


class _Mistake(Exception):  # noqa: N818 - told to the user
    """The arguments do not go together. Speaks to the user."""


def run(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> int:
    """Run the command that was asked for and return the exit status."""
    try:
        here = _environment(arguments, out, err)
        return _command(arguments, here)
    except (ConfigError, _Mistake) as error:
        _say(err, str(error))
        return USAGE
    except environment.refusals() as error:
        _say(err, str(error))
        return NOTHING
    except KeyboardInterrupt:
        left = _LEFT.get(arguments.command, "")
        err.write(f"{_new_line(err)}qm-tui: interrupted{left}.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has had enough; Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
        return _BROKEN_PIPE
    except OSError as error:
        what = f"{error.filename}: " if error.filename else ""
        _say(err, f"{what}{(error.strerror or str(error)).lower()}.")
        return NOTHING


def _environment(arguments: argparse.Namespace, out: TextIO, err: TextIO) -> Environment:
    """Read the configuration, and begin the log."""
    if arguments.demo and arguments.command is not None:
        # It would speak of the user's own store, and look like the demo's.
        raise _Mistake(f"--demo opens the monitor; leave it or {arguments.command!r} out.")
    config = configuration(arguments)
    here = Environment(
        config=config,
        store_path=arguments.store or config.store,
        now=lambda: dt.datetime.now(dt.UTC),
        out=out,
        err=err,
    )
    environment.log_to_file(arguments.log_level)
    sys.excepthook = partial(environment.tell_of_a_bug, err)
    return here


def _say(err: TextIO, text: str) -> None:
    """Say why nothing was done; names of files and keys in it are as somebody gave them."""
    from qm_tui.cli.telling import plain_lines  # noqa: PLC0415 - when there is something to say

    err.write(f"qm-tui: {plain_lines(text)}\n")


def _new_line(err: TextIO) -> str:
    """Leave the line on which a terminal shows how far something was."""
    return "\n" if err.isatty() else ""


def configuration(arguments: argparse.Namespace) -> Config:
    """Read the configuration that was named, by option or environment, or lies where it should."""
    named = arguments.config or os.environ.get("QM_TUI_CONFIG")
    return load(Path(named) if named else default_config_path(), required=bool(named))


def _command(arguments: argparse.Namespace, here: Environment) -> int:
    # Each command is imported when it runs: the monitor's first frame waits for none of them.
    match arguments.command:
        case None:
            from qm_tui.cli.monitor import monitor  # noqa: PLC0415

            return monitor(here, demo=arguments.demo)
        case "login":
            from qm_tui.cli.login import login  # noqa: PLC0415

            return login(here, arguments.connection, sys.stdin or io.StringIO())
        case _:
            return asyncio.run(_awaited(arguments, here))


def _awaited(arguments: argparse.Namespace, here: Environment) -> Coroutine[Any, Any, int]:
    match arguments.command:
        case "sync":
            from qm_tui.cli.sync import sync  # noqa: PLC0415

            return sync(here, arguments.connections, strict=arguments.strict)
        case "import":
            from qm_tui.cli.imports import import_files  # noqa: PLC0415

            return import_files(here, arguments.files, arguments.account)
        case "show":
            from qm_tui.cli.show import show  # noqa: PLC0415

            return show(here, arguments)
        case "logout":
            from qm_tui.cli.login import logout  # noqa: PLC0415

            return logout(here, arguments.connection)
        case "doctor":
            from qm_tui.cli.doctor import doctor  # noqa: PLC0415

            return doctor(here)
        case _:
            from qm_tui.cli.db import db  # noqa: PLC0415

            return db(here, arguments.action, getattr(arguments, "file", None))
