"""What keys may be called in the configuration, and what is said of names that none has."""

import pytest

from qm_tui.store.store import Store
from qm_tui.ui.complaints import keymap_of
from qm_tui.ui.key_ids import _own, _owners
from qm_tui.ui.key_names import is_key, names_of
from tests.ui.books import a_context, monitor


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("?", ["question_mark"]),
        ("+", ["plus"]),
        ("ctrl++", ["ctrl+plus"]),
        ("shift+ctrl+f5", ["ctrl+shift+f5"]),
        ("shift+a", ["A"]),
        ("hyphen_minus", ["minus"]),
        (" a , ,b,", ["a", "b"]),
        ("é", ["é"]),
    ],
)
def test_a_key_may_be_written_in_several_ways(written: str, names: list[str]) -> None:
    assert names_of(written) == names
    assert all(map(is_key, names))


@pytest.mark.parametrize(
    "name", ["esc", "pgup", "Escape", "ctlr+x", "ctrl+ctrl+x", "f0", "\x1b", "nul", "ab"]
)
def test_what_no_terminal_tells_is_no_key(name: str) -> None:
    assert not any(map(is_key, names_of(name)))


def test_every_key_of_ours_has_a_name_that_can_be_given() -> None:
    keys = {key for owner in _owners() for each in _own(owner) for key in each.key.split(",")}
    assert {key for key in keys if not is_key(*names_of(key))} == set()


def test_a_key_without_a_name_leaves_what_there_was() -> None:
    asked = {"app.quit": "esc,ctlr+x", "app.pause": "pgup,ctrl+t", "show.imports": "8", "x": ""}
    assert keymap_of(asked) == {"app.pause": "ctrl+t", "show.syncs": "8"}


async def test_names_that_no_key_has_are_complained_of(store: Store) -> None:
    keys = {"app.quit": "esc", "app.pause": "ctlr+x,ctrl+t", "app.jump": "", "rows.filter": "?"}
    async with monitor(a_context(store, keys=keys)) as it:
        assert it.toasts == ["4 settings cannot be followed; E says which."]
        said = "\n".join(trouble.says for trouble in it.app.session.troubles)
        assert "[keys] app.quit: there is no key esc; names are like ctrl+x" in said
        assert "app.quit: there is no key esc; names are like ctrl+x, f5 or ?. Its own" in said
        assert "[keys] app.pause: there is no key ctlr+x; names are like ctrl+x, f5 or ?.\n" in said
        assert "[keys] app.jump: no key is named;" in said
        # Also where it is written otherwise than it is told.
        assert "[keys] question_mark is given to app.help and rows.filter" in said
        await it.press("E")
        await it.until_shown("[keys] in the configuration")
        await it.press("ctrl+t")
        assert it.app.session.pause is not None
        await it.press("q")
        await it.until(lambda: it.app._exit)
