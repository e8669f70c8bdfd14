"""What is worked out once for all tests of a process: each of them makes stores and monitors anew.

A third of a test's time went into compiling the same statements for its own store's engine and into
parsing the same style sheets for its own monitor. What comes of it is as in a program that runs on.
"""

from typing import Any

from hypothesis import HealthCheck, settings
from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from typing_extensions import override

_parse = Stylesheet._parse_rules
_parsed: dict[tuple[object, ...], list[RuleSet]] = {}


class _Compiled(dict[tuple[Any, ...], Any]):
    """Compiled statements of all engines; of equal dialects one is as good as the other."""

    @override
    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    @override
    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), compiled)


_compiled = _Compiled()


def begin() -> None:
    """Set up a process that runs tests."""
    # A machine on which others work, too, breaks no law by being slow.
    settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("shared")
    _compile_once()
    _parse_once()


def _compile_once() -> None:
    """Have the engines of all stores share the statements they compile."""

    @event.listens_for(Engine, "engine_connect")
    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=_compiled)


def _parse_once() -> None:
    """Have all monitors share the style sheets they parse, by sheet and by colors."""

    def shared(sheet: Stylesheet, *of: Any, **more: Any) -> list[RuleSet]:
        key = (*sheet._variables.items(), *of, *more.items())
        if key not in _parsed:
            _parsed[key] = _parse(sheet, *of, **more)
        return _parsed[key]

    Stylesheet._parse_rules = shared  # type: ignore[method-assign,assignment]
