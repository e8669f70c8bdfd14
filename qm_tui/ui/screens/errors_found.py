"""What fails, from wherever it is known: connections, runs, and the program itself."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from qm_tui.domain.health import Health, LinkState
from qm_tui.queries.sync_views import RunView, SyncView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.format import Format, as_sentences, countdown
from qm_tui.ui.link_words import LACKING, WORDS
from qm_tui.ui.troubles import Trouble


class State(IntEnum):
    """How bad it is now; the worst is the largest."""

    OVER = 0
    LACKS = 1
    """Something is missing or old; the rest goes on."""
    FAILS = 2


STATES: Mapping[State, Cell] = {
    State.FAILS: Cell("! fails", Tone.ERROR),
    State.LACKS: Cell("◐ lacks", Tone.WARNING),
    State.OVER: Cell("✓ over", Tone.MUTED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One thing that fails, or did."""

    key: str
    state: State
    what: str
    """What does not work: a few words."""
    says: str
    """Why."""
    advice: str
    """What to do."""
    since: dt.datetime | None
    last: dt.datetime | None = None
    """When it was last seen."""
    times: int | None = None
    """How often; None is unknown."""
    connection: str | None = None
    run: RunView | None = None
    """Where one sees more of it."""
    trouble: Trouble | None = None

    @property
    def goes_by_itself(self) -> bool:
        """Whether it goes from the list when it works again, and not before."""
        return self.key.startswith("connection ")


_LINKS: Mapping[LinkState, tuple[State, str]] = {
    LinkState.REFUSED: (State.FAILS, "Nothing is tried before you do: do what it says, then r."),
    LinkState.WAITING: (State.FAILS, "It is tried again by itself; r tries now."),
    LinkState.STALE: (State.LACKS, "It goes on by itself when the broker's side is back."),
    LinkState.LEASED: (State.LACKS, "Look there, or end the other program; r tries again."),
}
_ENDED_BADLY: Mapping[str, State] = {"failed": State.FAILS, "partial": State.LACKS}
_NO_VERDICT = frozenset({"running", "cancelled"})
_LOOKED_AT = 200
"""So many of the newest runs; what failed before is history, and stands on Syncs."""


def ailing(health: Sequence[Health], now: dt.datetime) -> Iterator[Failure]:
    """Return the connections that are not well.

    Args:
        health: of all.
        now: for countdowns.
    """
    for each in health:
        lacks = each.lacking and each.state in {LinkState.LIVE, LinkState.IDLE}
        if each.state not in _LINKS and not lacks:
            continue
        state, advice = _LINKS.get(
            each.state, (State.LACKS, "Enter shows what is missing; r syncs again.")
        )
        if each.state is LinkState.WAITING and each.next_try is not None:
            wait = countdown(now, each.next_try)
            advice = f"It is tried again by itself in {wait}; r tries now."
        word = LACKING if lacks else WORDS[each.state][1]
        yield Failure(
            key=f"connection {each.connection}",
            state=state,
            what=f"{each.connection}: {word}",
            says=each.says or ("The last sync was not whole." if lacks else ""),
            advice=advice,
            since=each.last_success if lacks else each.since,
            times=each.failures or None,
            connection=each.connection,
        )


def gone_wrong(runs: Iterable[RunView]) -> Sequence[RunView]:
    """Return the newest run of each connection or file, where that was not whole.

    Args:
        runs: the newest first.
    """
    seen: set[tuple[str, str | None]] = set()
    found = []
    for run in list(runs)[:_LOOKED_AT]:
        place = run.connection, run.name
        if run.state in _NO_VERDICT or place in seen:
            continue
        seen.add(place)
        if run.state in _ENDED_BADLY:
            found.append(run)
    return found


def of_run(run: RunView, sections: Sequence[SyncView], form: Format) -> Failure:
    """Say what went wrong in a run.

    Args:
        run: that failed, or was not whole.
        sections: of it.
        form: how numbers are written.
    """
    what = f"{run.name or run.connection}: {'part is missing' if run.refused else 'not whole'}"
    if run.state == "failed":
        what = f"{run.name or run.connection}: failed"
    failed = [f"{each.section.replace('_', ' ')}: {each.error}" for each in sections if each.error]
    refused = [f"{form.count(run.refused, 'row')} could not be read"] if run.refused else []
    imports = run.kind == "import"
    advice = "I imports it again" if imports else "r syncs again"
    return Failure(
        key=f"run {run.run}",
        state=_ENDED_BADLY[run.state],
        what=what,
        says=as_sentences(run.error, *failed, *refused) or as_sentences(*run.warnings),
        advice=f"Enter shows what is missing; {advice}, and d takes it off this list.",
        since=run.started_at,
        last=run.finished_at,
        connection=None if imports else run.connection,
        run=run,
    )


def of_the_program(trouble: Trouble) -> Failure:
    """Say what failed in the program itself."""
    over = trouble.over is not None
    return Failure(
        key=trouble.key,
        state=State.OVER if over else State.FAILS,
        what=trouble.what,
        says=trouble.says,
        advice="It works again: d takes it off this list." if over else trouble.advice,
        since=trouble.since,
        last=trouble.last,
        times=trouble.count,
        trouble=trouble,
    )


def together(
    links: Iterable[Failure], runs: Iterable[Failure], own: Iterable[Failure]
) -> list[Failure]:
    """Put all of it on one list: the worst first, the newest of those before the others.

    A connection that is not well and its last run are one thing.
    """
    by_connection = {each.connection: each for each in links}
    found: list[Failure] = list(own)
    for run in runs:
        link = by_connection.get(run.connection)
        if run.connection is None or link is None:
            found.append(run)
        else:
            by_connection[run.connection] = _with_run(link, run)
    found += by_connection.values()
    return sorted(found, key=lambda each: (-each.state, _ago(each.since)))


def _with_run(link: Failure, run: Failure) -> Failure:
    # Mostly the connection fails for what failed its last run.
    shorter, longer = sorted((link.says, run.says), key=len)
    told = shorter.rstrip(". ") in longer
    says = longer if told else as_sentences(link.says, run.says)
    return replace(link, says=says, run=run.run)


def _ago(moment: dt.datetime | None) -> float:
    return 0.0 if moment is None else -moment.timestamp()
