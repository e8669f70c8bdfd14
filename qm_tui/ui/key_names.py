"""The names that keys go by: as a configuration may write them, and as a terminal tells them."""

import re
import unicodedata
from collections.abc import Sequence

from textual.keys import KEY_NAME_REPLACEMENTS, REPLACED_KEYS, Keys, key_to_character

_HELD = frozenset({"alt", "ctrl", "hyper", "meta", "shift", "super"})
_NAMED = {key.value for key in Keys}
_FUNCTION = re.compile(r"f[1-9]\d?")


def names_of(written: str) -> Sequence[str]:
    """Name each of the keys that are written with commas between, as a terminal tells them."""
    return [_name(each.strip()) for each in written.split(",") if each.strip()]


def is_key(name: str) -> bool:
    """Tell whether a name, as `names_of` has it, is that of a key."""
    held, key = _parts(name)
    return _HELD.issuperset(held) and len(set(held)) == len(held) and _is_alone(key)


def _name(written: str) -> str:
    held, key = _parts(written)
    if held == ["shift"] and len(key) == 1 and key.isalpha():
        # A terminal tells what comes of it.
        return key.upper()
    # They are told in the order of the alphabet.
    return "+".join([*sorted(held), _named(key)])


def _parts(written: str) -> tuple[list[str], str]:
    """What is held, and the key: which may be a plus."""
    before, plus, key = written.rpartition("+")
    if plus and not key:
        before, key = before.removesuffix("+"), "+"
    return (before.split("+") if before else []), key


def _named(key: str) -> str:
    if len(key) == 1 and not key.isalnum():
        key = re.sub("[ -]", "_", unicodedata.name(key, key).lower())
    return KEY_NAME_REPLACEMENTS.get(key, key)


def _is_alone(key: str) -> bool:
    if len(key) == 1:
        return key.isalnum()
    if key in _NAMED or key in REPLACED_KEYS or _FUNCTION.fullmatch(key):
        return True
    character = key_to_character(key)
    # Control characters have names, too, and other ones than their keys.
    return character is not None and character.isprintable() and key == _named(character)
