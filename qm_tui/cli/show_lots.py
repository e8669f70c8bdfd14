"""`qm-tui show lots|gains`: derived in one of three views, or as the brokers reported them."""

import argparse
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, fields
from typing import Any

from qm_tui.cli.environment import Environment
from qm_tui.cli.output import NOTES
from qm_tui.cli.parts import opened_store
from qm_tui.domain.booking.words import FindingKind, LotMethod, View
from qm_tui.domain.selection import Scope
from qm_tui.queries import lots
from qm_tui.queries.listed import ListedPages
from qm_tui.queries.lot_views import DerivedState, FindingView, GainView, LotView, WhyStep, WhyView
from qm_tui.store.reader import Reader
from qm_tui.store.troubles import StoreRefused
from qm_tui.ui.cell import fit, plain, width_of

BOOKED = ("lots", "gains")
EXPLAINED = "discrepancies"
"""What has reasons of another kind."""
_OPTIONS = ("view", "source", "method", "why")

Pages = AsyncIterator[Sequence[dict[str, Any]]]


def mistake(arguments: argparse.Namespace) -> str | None:
    """Say what is wrong with the options of lots and gains; None when nothing is."""
    given = [name for name in _OPTIONS if getattr(arguments, name)]
    if arguments.what == EXPLAINED:
        given = [name for name in given if name != "why"]
    if given and arguments.what not in BOOKED:
        more = f", and to {EXPLAINED}" if given[0] == "why" else ""
        return f"--{given[0]} belongs to lots and gains{more}"
    if arguments.source == "broker" and (other := [name for name in given if name != "source"]):
        return (
            f"--source broker shows what the broker reported, which has no --{other[0]}; "
            f"leave one of them out"
        )
    if arguments.why and arguments.format == "csv":
        return "--why needs --format table or json: a row of CSV has no room for it"
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What of the derived lots or gains is asked for."""

    what: str
    scope: Scope
    view: View
    method: LotMethod | None
    why: bool
    today: dt.date

    @property
    def is_supposed(self) -> bool:
        """Whether the histories have to be booked again: the store has what is, and no reasons."""
        return self.method is not None or self.scope.as_of is not None or self.why


def asked_for(arguments: argparse.Namespace, scope: Scope, today: dt.date) -> Asked:
    """Read the arguments."""
    return Asked(
        what=arguments.what,
        scope=scope,
        view=View(arguments.view or View.TAXPAYER),
        method=None if arguments.method is None else LotMethod(arguments.method),
        why=arguments.why,
        today=today,
    )


async def booked_pages(
    reader: Reader, arguments: argparse.Namespace, asked: Asked, here: Environment
) -> Pages:
    """Give the rows: what is derived, or what was reported where nothing is."""
    if arguments.source == "broker":
        async for page in _reported(reader, asked):
            yield page
        return
    state = await _settled(reader, here)
    chosen = any(getattr(arguments, name) for name in _OPTIONS)
    if not state.derived and not chosen:
        here.err.write(
            f"qm-tui: no {asked.what} are derived yet; these are as the brokers reported them.\n"
        )
        async for page in _reported(reader, asked):
            yield page
        return
    async for page in _supposed(reader, asked) if asked.is_supposed else _derived(reader, asked):
        yield page
    _tell_findings(await lots.findings(reader, asked.scope, view=asked.view), here)


async def _settled(reader: Reader, here: Environment) -> DerivedState:
    """Derive what waits, where the store can be written to; else say how old the lots are."""
    state = await lots.derived_state(reader)
    if not state.waiting:
        return state
    # Late: most of the time nothing waits.
    from qm_tui.book.deriving import BookingDied, derive_waiting  # noqa: PLC0415
    from qm_tui.cli.progress import Progress  # noqa: PLC0415

    progress = Progress(here.err)
    try:
        async with opened_store(here) as parts:
            await derive_waiting(
                parts.store.reader, parts.store.writer, here.now, tell=progress.derive
            )
        progress.clear()
    except (StoreRefused, BookingDied) as error:
        progress.clear()
        here.err.write(
            f"qm-tui: lots and gains follow from generation {state.generation or 0} of the facts, "
            f"which are at {state.facts} by now; they could not be derived again: "
            f"{plain(str(error))}\n"
        )
    return await lots.derived_state(reader)


async def _reported(reader: Reader, asked: Asked) -> Pages:
    if asked.what == "lots":
        yield [plain_row(lot) for lot in await lots.broker_lots(reader, asked.scope)]
        return
    async for page in walk(lots.broker_gains(reader, asked.scope)):
        yield [plain_row(gain) for gain in page]


async def _derived(reader: Reader, asked: Asked) -> Pages:
    if asked.what == "lots":
        found = await lots.lots(reader, asked.scope, view=asked.view, today=asked.today)
        yield [plain_row(lot) for lot in found]
        return
    pages = lots.gains(reader, asked.scope, view=asked.view, today=asked.today)
    async for page in walk(pages):
        yield [plain_row(gain) for gain in page]


async def _supposed(reader: Reader, asked: Asked) -> Pages:
    """Book again; without reasons all rows are sorted together."""
    # Late: what is stored is shown without a booking engine.
    from qm_tui.queries.hypothetical import gains_if, lots_if  # noqa: PLC0415

    if asked.why:
        async for page in _explained(reader, asked):
            yield page
        return
    rows_if = lots_if if asked.what == "lots" else gains_if
    rows = await rows_if(
        reader, asked.scope, view=asked.view, today=asked.today, method=asked.method
    )
    yield [plain_row(row) for row in rows]


async def _explained(reader: Reader, asked: Asked) -> Pages:
    """Book again: rows and reasons are of the same run, so that they agree.

    A portion of the groups at a time: a short history comes in the usual order, a long one
    portion after portion, for nobody has the memory for all of its steps at once.
    """
    from qm_tui.queries.hypothetical import gains_of, lots_of, replays_in_portions  # noqa: PLC0415
    from qm_tui.queries.why import Reasons  # noqa: PLC0415

    portions = replays_in_portions(
        reader, asked.scope, view=asked.view, method=asked.method, explain=True
    )
    async with aclosing(portions):
        async for found in portions:
            rows: Sequence[LotView] | Sequence[GainView]
            if asked.what == "lots":
                rows = lots = await lots_of(reader, found, asked.scope, asked.view, asked.today)
                told = await Reasons(found).of_lots(reader, lots)
            else:
                rows = gains = await gains_of(reader, found, asked.scope, asked.view, asked.today)
                told = await Reasons(found).of_gains(reader, gains)
            yield [plain_row(row) | _reasons(why) for row, why in zip(rows, told, strict=True)]


async def walk(pages: ListedPages[Any]) -> AsyncIterator[Sequence[Any]]:
    """Go through all pages from the first, each behind the last row of the one before."""
    rows, after = await pages.onward(None)
    yield rows
    while after is not None:
        rows, after = await pages.onward(after)
        yield rows


def plain_row(view: Any) -> dict[str, Any]:
    """Return the fields of a view by their names."""
    return {field.name: getattr(view, field.name) for field in fields(view)}


# --- why -------------------------------------------------------------------------------------

WHY = (
    "day", "what", "text", "lot", "account", "symbol", "currency", "table", "id",
    "quantity_before", "quantity_after", "basis_before", "basis_after", "aside", "document",
    "document_row",
)  # fmt: skip
_NAME = 40
_WIDEST = 200
"""Places for a step of a table; longer are only hostile names."""


def _reasons(why: WhyView | None) -> dict[str, Any]:
    if why is None:
        return {"why": (), NOTES: ()}
    steps = tuple({name: getattr(step, name) for name in WHY} for step in why.steps)
    return {"why": steps, NOTES: _lines(why)}


def _lines(why: WhyView) -> list[str]:
    """Write the steps below each other, with their places in a column of its own."""
    texts = [plain(f"({step.text})" if step.aside else step.text) for step in why.steps]
    width = min(max(map(width_of, texts), default=0), _WIDEST)
    return [
        *(
            f"{fit(text, width, 'left')}  {_place(step)}"
            for text, step in zip(texts, why.steps, strict=True)
        ),
        *(f"= {line}" for line in why.summary),
    ]


def _place(step: WhyStep) -> str:
    if step.document is not None:
        name = step.document if len(step.document) <= _NAME else f"…{step.document[1 - _NAME :]}"
        return f"{name}, row {step.document_row}"
    return "" if step.table is None else f"{step.table} {step.id}"


# --- findings --------------------------------------------------------------------------------

_FIRST = 3
_SETTLED = frozenset({FindingKind.METHOD_OVERRIDDEN})
"""Worth knowing, and nothing to be done about."""


def _tell_findings(found: Sequence[FindingView], here: Environment) -> None:
    """Say in one line what booking could not settle."""
    open_ones = [each for each in found if each.kind not in _SETTLED]
    if not open_ones:
        return
    first = "; ".join(
        f"{each.day} {each.symbol} in {each.account}: {each.words}" for each in open_ones[:_FIRST]
    )
    more = " …" if len(open_ones) > _FIRST else ""
    things = "thing" if len(open_ones) == 1 else "things"
    here.err.write(f"qm-tui: {len(open_ones):,} {things} to look at: {plain(first)}{more}\n")
