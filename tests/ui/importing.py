"""Importing files through the form, as somebody at the keys does it."""

from pathlib import Path

from qm_tui.ui.dialogs.import_progress import ImportProgress
from tests.ui.books import Monitor


async def choose(it: Monitor, *, path: str, account: str | None = "U7") -> None:
    """Fill in the form, up to but without the last Enter."""
    await it.press("I")
    await it.type(path)
    if account is not None:
        await it.press("shift+tab")
        await it.type(account)


def is_over(it: Monitor) -> bool:
    return isinstance(it.app.screen, ImportProgress) and it.app.screen.job.over


async def import_file(it: Monitor, path: Path, account: str | None = "U7") -> None:
    """Import a file, and wait until that is over."""
    await choose(it, path=str(path), account=account)
    await it.press("enter")
    await it.until(lambda: is_over(it))
