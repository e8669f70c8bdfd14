"""The columns of connections, and what is said of the one under the cursor."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from textual.content import Content

from qm_tui.domain.health import LinkState
from qm_tui.queries.sync_views import LinkView
from qm_tui.ui.cell import Cell, Tone
from qm_tui.ui.context import UnderWay
from qm_tui.ui.format import UNKNOWN, Format, age, as_sentences, countdown
from qm_tui.ui.link_words import DELAYED, WORDS, doing
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words
from qm_tui.ui.widgets.columns import Column

_SLOW = dt.timedelta(seconds=1)
Syncing = Callable[[], Mapping[str, UnderWay]]
"""The syncs that go on, by connection."""


def link_columns(
    now: Callable[[], dt.datetime], syncing: Syncing, form: Format
) -> Sequence[Column[LinkView]]:
    """Name, state, ages and times of connections, as of the moment they are drawn."""

    def ago(moment: Callable[[LinkView], dt.datetime | None]) -> Callable[[LinkView], Cell]:
        def cell(link: LinkView) -> Cell:
            at = moment(link)
            return UNKNOWN if at is None else Cell(age(now(), at))

        return cell

    def state(link: LinkView) -> Cell:
        return _state(link, syncing().get(link.connection), now(), form)

    return (
        Column(
            key="connection",
            title="Connection",
            cell=lambda link: Cell(link.connection),
            width=14,
            min_width=10,
        ),
        Column(
            key="state", title="State", cell=state, width=30, min_width=24, flexible=True
        ),
        Column(
            key="since", title="Since", cell=ago(lambda link: link.since), width=6, align="right",
            drop_order=4,
        ),
        Column(
            key="data", title="Data", cell=ago(lambda link: link.data_as_of), width=6,
            align="right",
        ),
        Column(
            key="synced", title="Synced", cell=ago(lambda link: link.last_success), width=6,
            align="right",
        ),
        Column(
            key="next", title="Next", align="right", width=7,
            cell=lambda link: _next(link, syncing().get(link.connection), now()),
        ),
        Column(
            key="latency", title="Latency", cell=_latency, width=8, align="right", drop_order=2
        ),
        Column(
            key="failures", title="Failed", cell=_failures, width=8, align="right", drop_order=1
        ),
        Column(
            key="accounts",
            title="Accounts",
            cell=lambda link: Cell(", ".join(link.accounts) or "—", Tone.MUTED),
            width=30,
            min_width=12,
            drop_order=5,
        ),
    )  # fmt: skip


def about_link(link: LinkView, sync: UnderWay | None, now: dt.datetime, form: Format) -> Content:
    """What is going on with a connection, in full, and which accounts it reaches."""
    mark, word, tone = WORDS[LinkState(link.state)]
    parts = [words(f"{link.connection}: ", "bold $primary")]
    said = link.says if sync is None else doing(sync, now, form)
    if not said and link.lease is not None and (link.lease_until or now) > now:
        since = "" if link.lease_since is None else f", since {age(now, link.lease_since)}"
        said = f"{link.lease} syncs it{since}."
    said = as_sentences(said)
    style = "" if tone in {Tone.POSITIVE, Tone.MUTED, Tone.ACCENT} else STYLES[tone]
    parts.append(words(said, style) if said else words(f"{mark} {word}", STYLES[tone]))
    if link.accounts:
        parts.append(words(f"  Accounts {', '.join(link.accounts)}.", "$text-muted"))
    return Content.assemble(*parts)


def _state(link: LinkView, sync: UnderWay | None, now: dt.datetime, form: Format) -> Cell:
    mark, word, tone = WORDS[LinkState(link.state)]
    if sync is not None:
        word = doing(sync, now, form)
    if link.delayed and link.state in {LinkState.LIVE, LinkState.SYNCING}:
        word = f"{word}, prices {DELAYED}"
    return Cell(f"{mark} {word}", tone)


def _next(link: LinkView, sync: UnderWay | None, now: dt.datetime) -> Cell:
    if sync is not None and sync.until is not None:
        return Cell(countdown(now, sync.until), Tone.ACCENT)
    moment = link.next_try or link.next_sync
    if moment is None:
        return UNKNOWN
    tone = Tone.PLAIN if link.next_try is None else Tone.WARNING
    return Cell(countdown(now, moment), tone)


def _latency(link: LinkView) -> Cell:
    if link.latency is None:
        return UNKNOWN
    seconds = link.latency.total_seconds()
    text = f"{seconds:.1f} s" if seconds >= 1 else f"{max(seconds * 1000, 1):.0f} ms"
    return Cell(text, Tone.WARNING if link.latency > _SLOW else Tone.PLAIN)


def _failures(link: LinkView) -> Cell:
    if not link.runs:
        return UNKNOWN
    text = f"{link.failures} of {link.runs}"
    return Cell(text, Tone.WARNING if link.failures else Tone.PLAIN)
