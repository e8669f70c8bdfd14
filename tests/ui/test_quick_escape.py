"""Esc and a key that comes with it."""

import pytest
from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.events import Key

from qm_tui.ui.quick_escape import take_quick_escapes


def read(monkeypatch: pytest.MonkeyPatch, octets: str, *alt: str) -> list[str]:
    """The keys that are read when octets come at once, and nothing for a while."""
    monkeypatch.setattr(linux_driver, "XTermParser", XTermParser)
    take_quick_escapes(alt)
    parser: XTermParser = vars(linux_driver)["XTermParser"]()
    told = [*parser.feed(octets), *parser.feed("")]
    return [event.key for event in told if isinstance(event, Key)]


@pytest.mark.parametrize(
    ("octets", "keys"),
    [
        ("\x1b2", ["escape", "2"]),
        ("\x1bj", ["escape", "j"]),
        ("\x1bjk", ["escape", "j", "k"]),
        ("\x1bG", ["escape", "G"]),
        ("\x1b/", ["escape", "slash"]),
        ("\x1b$", ["escape", "dollar_sign"]),
        ("\x1b", ["escape"]),
        ("\x1b[A", ["up"]),
        ("\x1b[1;3D", ["alt+left"]),
        ("\x1b[", ["left_square_bracket"]),
        ("™", ["trade_mark_sign"]),
    ],
)
def test_escape_and_a_key_at_once_are_both_heard(
    monkeypatch: pytest.MonkeyPatch, octets: str, keys: list[str]
) -> None:
    assert read(monkeypatch, octets) == keys


def test_what_the_configuration_gives_alt_stays_alt(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read(monkeypatch, "\x1bx", "alt+x") == ["alt+x"]
    assert read(monkeypatch, "\x1bj", "alt+x") == ["escape", "j"]
