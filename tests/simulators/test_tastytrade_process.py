"""The double as a process of its own."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pytest

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.simulators.tastytrade", "--history", "1000"]
    with subprocess.Popen(  # noqa: S603 - our own
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        yield running
        running.terminate()


def _line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


def _say(process: subprocess.Popen[str], order: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{order}\n")
    process.stdin.flush()


def test_the_process_says_where_it_is_obeys_and_ends(process: subprocess.Popen[str]) -> None:
    urls = json.loads(_line(process.stdout))
    assert urls["account_streamer_url"].startswith("ws://127.0.0.1:")
    said = {"grant_type": "refresh_token", "client_secret": "s", "refresh_token": "r"}
    asking = urllib.request.Request(  # noqa: S310 - loopback
        f"{urls['base_url']}/oauth/token", json.dumps(said).encode(), {"User-Agent": "tests/1"}
    )
    with urllib.request.urlopen(asking, timeout=5) as answer:  # noqa: S310 - loopback
        assert json.load(answer)["expires_in"] == 900
    _say(process, "streams-drop")
    assert _line(process.stdout) == "happened: streams-drop\n"
    for order in ("revoke", "drop", "silence", "down", "up", "heal"):
        _say(process, order)
    _say(process, "fill 5WX00002,VTI,Buy to Open,1,290")
    _say(process, "nonsense")
    assert _line(process.stdout) == "no such order: nonsense\n"
    _say(process, "report")
    told = json.loads(_line(process.stdout))
    assert told["tokens"] == 1
    assert ["5WX00002", "VTI", "13.345", "Long"] in told["positions"]
    _say(process, "stop")
    assert process.wait(5) == 0
