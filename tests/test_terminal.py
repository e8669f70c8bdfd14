"""The monitor in a real terminal: what a hand types and an eye sees, from the start to the end."""

import re
from pathlib import Path

import pytest

from tests.terminal import terminal

_TRUE_COLOR = rb"\x1b\[[0-9;]*[34]8[;:]2[;:]"
_ANY_COLOR = rb"\x1b\[(?:[0-9]+;)*(?:3[0-7]|9[0-7]|4[0-7]|10[0-7]|[34]8;)[0-9;]*m"


def test_a_session_from_the_first_screen_to_the_last_key(tmp_path: Path) -> None:
    with terminal(tmp_path, "--demo") as it:
        it.until_shown("Pulse")
        it.press("2")
        it.until(lambda: "Positions" in it.lines[0] and re.search(r"\d+ positions", it.text))
        # No UTF-8: what a terminal in another encoding sends for a letter.
        it.child.send(b"\xff")
        # All at once, as it comes over a slow line.
        it.press("/type:option")
        it.until(lambda: re.search(r"\d+ of \d+ positions", it.text))
        it.press("\x1b")
        # A terminal cannot tell Esc and a key from Alt with it, but by the time between them.
        it.until(lambda: not re.search(r"\d+ of \d+ positions", it.text))
        it.press("?")
        it.until_shown("keys that work here")
        it.press("\x1b")
        it.until(lambda: "keys that work here" not in it.text)
        it.resize(80, 24)
        it.until(lambda: "Positions" in it.lines[0] and "Help" in it.lines[-1])
        assert all(len(line) <= 80 for line in it.lines)
        it.press("q")
        assert it.until_ended() == 0
    # The terminal is given back as it was: its own screen, with a cursor, without the mouse.
    for given_back, taken in (
        (b"\x1b[?1049l", b"\x1b[?1049h"),
        (b"\x1b[?25h", b"\x1b[?25l"),
        (b"\x1b[?1000l", b"\x1b[?1000h"),
    ):
        assert it.written.rfind(given_back) > it.written.rfind(taken) >= 0
    assert b"Traceback" not in it.written


@pytest.mark.parametrize(
    ("environment", "forbidden"),
    [
        ({"NO_COLOR": "1"}, _ANY_COLOR),
        ({"TERM": "xterm", "COLORTERM": ""}, _TRUE_COLOR),
    ],
    ids=["no color", "16 colors"],
)
def test_a_terminal_gets_no_colors_that_it_does_not_have(
    tmp_path: Path, environment: dict[str, str], forbidden: bytes
) -> None:
    with terminal(tmp_path, "--demo", size=(80, 24), **environment) as it:
        it.until_shown("Pulse")
        it.press("2")
        it.until(lambda: "Positions" in it.lines[0] and re.search(r"\d+ positions", it.text))
        it.press("q")
        assert it.until_ended() == 0
    assert not re.search(forbidden, bytes(it.written))
