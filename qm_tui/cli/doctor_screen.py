"""What `doctor` says of `[keys]` and `[ui]`: what the monitor would say at its start."""

import os
from collections.abc import Iterable, Iterator

from qm_tui.cli.findings import Finding, trouble
from qm_tui.config import Config
from qm_tui.ui.format import count
from qm_tui.ui.numerals import UnknownLocale, numerals_of


def of_the_screen(config: Config) -> Iterator[Finding]:
    """Say what of the screen's settings means nothing; nothing where none is configured."""
    ui = config.ui
    if not (config.keys or ui.theme or ui.locale or ui.columns):
        return
    wrong = [*_locale(config), *_complaints(config)]
    if wrong:
        says = f"{count(len(wrong), 'setting')} of [keys] and [ui] cannot be met"
        yield trouble("screen", says, f"change {config.path}", wrong)
    else:
        yield Finding("screen", "all of [keys] and [ui] can be met")


def _locale(config: Config) -> Iterator[str]:
    try:
        numerals_of(config.ui.locale, os.environ)
    except UnknownLocale as error:
        yield f"[ui] locale: {error}; the monitor does not open with it."


def _complaints(config: Config) -> Iterable[str]:
    # Late: it loads every screen, and who configures none of it need not wait.
    from qm_tui.ui.complaints import complaints_before  # noqa: PLC0415

    return complaints_before(theme=config.ui.theme, keys=config.keys, columns=config.ui.columns)
