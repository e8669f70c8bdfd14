"""Brokers that are none, each in a process of its own, as the program meets them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from tests.cli.program import ROOT


@dataclass(frozen=True, slots=True)
class Double:
    """A broker that runs."""

    process: "subprocess.Popen[str]"
    said: str
    """Its first line: a port, or a base URL."""

    def order(self, line: str) -> str:
        """Order something of it, and return what it says."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def report(self) -> dict[str, Any]:
        """Tell what clients of a gateway did."""
        told: dict[str, Any] = json.loads(self.order("report"))
        return told


@contextmanager
def _running(module: str, *arguments: object) -> Iterator[Double]:
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        try:
            yield Double(process, process.stdout.readline().strip())
        finally:
            process.kill()


def a_gateway(*arguments: object) -> AbstractContextManager[Double]:
    """Run a double of TWS; a context that gives it, with its port as `said`."""
    return _running("tests.simulators.tws", *arguments)


def a_flex_service(*arguments: object) -> AbstractContextManager[Double]:
    """Run a double of the Flex web service; a context that gives it, with its URL as `said`."""
    return _running("tests.simulators.flex", *arguments)


def a_tastytrade(*arguments: object) -> AbstractContextManager[Double]:
    """Run a double of Tastytrade; a context that gives it, with its addresses as JSON in `said`."""
    return _running("tests.simulators.tastytrade", *arguments)
