"""What the status bar says of connections: as much as there is room for, the worst in full."""

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from qm_tui.domain.health import Health, LinkState
from qm_tui.ui.cell import Tone
from qm_tui.ui.context import UnderWay
from qm_tui.ui.format import Format, age, countdown
from qm_tui.ui.link_words import DELAYED, LACKING, WORDS, doing
from qm_tui.ui.tones import STYLES
from qm_tui.ui.widgets.bar import words

if TYPE_CHECKING:
    from qm_tui.queries.sync_views import StatusView

_APART = words(" · ", "$text-muted")
_WELL = frozenset({LinkState.LIVE, LinkState.IDLE})
_EXPLAINED = frozenset({LinkState.STALE, LinkState.WAITING, LinkState.REFUSED, LinkState.LEASED})
"""One word does not tell what to do."""
_LONGEST_NAME = 20
_LONGEST_DOING = 40

Forms = Sequence[Content]
"""The same in fewer and fewer words."""


def about_the_links(
    health: Sequence[Health],
    progress: Sequence[UnderWay],
    status: "StatusView | None",
    now: dt.datetime,
    form: Format,
    room: int,
) -> Content:
    """The left side of the status bar where there are connections; at most `room` cells."""
    at = {sync.connection: sync for sync in progress}
    links = [_forms(each, at.get(each.connection), now, form) for each in health]
    # The least important goes first: how many accounts there are, where more is said, then words
    # of what is well.
    breaks, accounts = _breaks(status, form), _accounts(status, form)
    states = [each.state for each in health]
    order = sorted(
        range(len(health)),
        key=lambda place: (
            states[place] in _EXPLAINED or _lacks(health[place]),
            states[place] not in _WELL,
        ),
    )
    levels = [0] * len(links)
    why = _where_it_says_why(health)
    for more in ((*breaks, *why, *accounts), (*breaks, *why)):
        said = _joined(links, levels, more)
        if said.cell_length <= room:
            return said
    said = _joined(links, levels, breaks)
    for _ in range(max(map(len, links), default=1) - 1):
        for place in order:
            if said.cell_length <= room:
                return said
            levels[place] = min(levels[place] + 1, len(links[place]) - 1)
            said = _joined(links, levels, breaks)
    return said


def _joined(links: Sequence[Forms], levels: Sequence[int], more: Sequence[Content]) -> Content:
    chosen = [forms[level] for forms, level in zip(links, levels, strict=True)]
    return _APART.join([*chosen, *more])


def _forms(health: Health, sync: UnderWay | None, now: dt.datetime, form: Format) -> Forms:
    mark, word, tone = WORDS[health.state]
    sign = words(mark, STYLES[tone])
    name = Content.assemble(sign, " ", words(_cut(health.connection, _LONGEST_NAME)))
    data = "" if health.data_as_of is None else age(now, health.data_as_of)
    texts: Sequence[str]
    match health.state:
        case LinkState.LIVE:
            texts = (f"{word} {data}", word)
        case LinkState.IDLE:
            texts = (f"data {data} old" if data else word, data)
        case LinkState.SYNCING:
            at = doing(sync, now, form, _LONGEST_DOING) if sync is not None else word
            texts = (at, word)
        case LinkState.WAITING if health.next_try is not None:
            wait = countdown(now, health.next_try)
            texts = (_with_data(f"tries again in {wait}", data), f"in {wait}")
        case _:
            texts = (_with_data(word, data), word)
    if _lacks(health):
        texts = (f"{texts[0]}, {LACKING}", f"{word}, {LACKING}", LACKING)
    # Where nothing comes at all, that it came late is beside the point.
    delayed = health.delayed and health.state in {LinkState.LIVE, LinkState.SYNCING}
    late = words(f" {DELAYED}", STYLES[Tone.WARNING]) if delayed else Content()
    forms = [
        Content.assemble(
            name,
            " ",
            words(text.strip(), _style(health)),
            "," if delayed else "",
            late,
        )
        for text in texts
    ]
    return (
        *forms,
        Content.assemble(name, words(f" {DELAYED}", STYLES[Tone.WARNING])) if delayed else name,
        name,
        sign,
    )


def _style(health: Health) -> str:
    if _lacks(health):
        return STYLES[Tone.WARNING]
    return "$text-muted" if health.state in _WELL else STYLES[WORDS[health.state][2]]


def _lacks(health: Health) -> bool:
    """Tell whether all seems well and is not."""
    return health.lacking and health.state in _WELL


def _with_data(text: str, data: str) -> str:
    return f"{text}, data {data} old" if data else text


def _breaks(status: "StatusView | None", form: Format) -> Sequence[Content]:
    if status is None or status.open_breaks is None:
        return ()
    style = "$text-error" if status.open_breaks else "$text-success"
    number = form.count(status.open_breaks, "open discrepancy", "open discrepancies")
    return (words(number, style),)


def _where_it_says_why(health: Sequence[Health]) -> Sequence[Content]:
    if not any(each.state in _EXPLAINED or _lacks(each) for each in health):
        return ()
    return (words("Syncs says why", "$text-muted"),)


def _accounts(status: "StatusView | None", form: Format) -> Sequence[Content]:
    return () if status is None else (words(form.count(status.accounts, "account"), "$text-muted"),)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
