"""The program as a user runs it: in this process, or in one of its own."""

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from qm_tui.cli import main
from qm_tui.cli.arguments import parser
from qm_tui.cli.run import run
from tests.store.laid import lay

ROOT = Path(__file__).parents[2]
_WITHOUT_RIGHTS = ("setpriv", "--inh-caps=-all", "--bounding-set=-all")
"""What makes the administrator a user like any other."""
_LAYING = ("import", "show")
"""Commands that make a store where there is none."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left on the terminal, and its exit status."""

    status: int
    out: str
    err: str


class Program:
    """Runs commands on one store, with a home of its own so that nothing of the user's is read."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.store = home / "data" / "portfolio.db"
        self.config = home / "config.toml"

    def __call__(self, *arguments: object) -> Ran:
        """Run a command in this process."""
        if arguments[:1] and arguments[0] in _LAYING and not os.path.lexists(self.store):
            # As the program would, half a second later: `apart` has it do so.
            lay(self.store)
        out, err = io.StringIO(), io.StringIO()
        given = ["--store", str(self.store), *map(str, arguments)]
        status = run(parser().parse_args(given), out, err)
        return Ran(status, out.getvalue(), err.getvalue())

    def within(self, *arguments: object) -> Ran:
        """Run all of the program in this process, as `apart` does: mistakes end it, too."""
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            try:
                status = main(["--store", str(self.store), *map(str, arguments)])
            except SystemExit as ended:
                status = int(ended.code or 0)
        return Ran(status, out.getvalue(), err.getvalue())

    @property
    def environment(self) -> dict[str, str]:
        """For a process of its own: no place of the user's, no keyring that could ask."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / "config"),
            "XDG_DATA_HOME": str(self.home / "share"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "PYTHONPATH": str(ROOT),
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }

    def command(self, *arguments: object) -> list[str]:
        """Write the command line of a process."""
        return [
            sys.executable, "-m", "qm_tui", "--store", str(self.store), *map(str, arguments),
        ]  # fmt: skip

    def start(self, *arguments: object, **how: Any) -> "subprocess.Popen[bytes]":
        """Start a process and return it while it runs."""
        return subprocess.Popen(self.command(*arguments), env=self.environment, **how)  # noqa: S603

    def apart(self, *arguments: object, before: Sequence[str] = (), **more: str) -> Ran:
        """Run a command in a process of its own, up to two minutes."""
        done = subprocess.run(  # noqa: S603
            [*before, *self.command(*arguments)],
            env=self.environment | more,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        return Ran(
            done.returncode,
            done.stdout.decode("utf-8", "surrogateescape"),
            done.stderr.decode("utf-8", "surrogateescape"),
        )

    def powerless(self, *arguments: object) -> Ran:
        """Run a command in a process that may no more than any user, whoever runs the tests."""
        if os.geteuid() != 0:
            return self.apart(*arguments)
        if shutil.which(_WITHOUT_RIGHTS[0]) is None:
            pytest.skip("the administrator may read and write everywhere")
        return self.apart(*arguments, before=_WITHOUT_RIGHTS)
