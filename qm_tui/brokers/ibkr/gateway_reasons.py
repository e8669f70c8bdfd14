"""Why a section is not whole, in sentences, and the rows that are missing from it."""

from collections.abc import Iterable

from qm_tui.brokers.ibkr import gateway_words as words
from qm_tui.brokers.ibkr.gateway_library import Lost
from qm_tui.brokers.ibkr.gateway_link import Link
from qm_tui.brokers.ibkr.gateway_numbers import BadRow
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.batches import RefusedRow
from qm_tui.domain.words import Section


class Reasons:
    """What speaks against a section being whole, gathered from the first question on."""

    def __init__(self, link: Link, section: Section, messages: Iterable[int]) -> None:
        """Begin to watch.

        Args:
            link: the connection.
            section: the section that begins.
            messages: the numbers of the kinds of message that its rows come in.
        """
        self._link = link
        self._section = section
        self._messages = frozenset(messages)
        self._lost_before = link.losses.count
        self._said: dict[str, None] = {}
        self.refused: list[RefusedRow] = []

    def add(self, sentence: str) -> None:
        """Note a reason."""
        self._said[sentence] = None

    def unreadable(self, rows: Iterable[BadRow]) -> None:
        """Note rows that came and make no sense."""
        for row in rows:
            self.refused.append(row.refused(len(self.refused)))

    def look(self) -> None:
        """Note rows that were lost on the way, and that the gateway itself is cut off."""
        for row in self._link.losses.since(self._lost_before, self._messages):
            self.refused.append(_refused(self._section, len(self.refused), row))
        self._lost_before = self._link.losses.count
        if self._link.condition.away is not None:
            self.add(self._link.condition.away)

    def __bool__(self) -> bool:
        return bool(self._said or self.refused)

    @property
    def sentence(self) -> str | None:
        """All of it, for the user; None when there is nothing."""
        said = list(self._said)
        if (advice := words.advice(said)) is not None:
            said.append(advice)
        if self.refused:
            said.append(_unreadable(len(self.refused)))
        return " ".join(said) or None


def _refused(section: Section, number: int, row: Lost) -> RefusedRow:
    return RefusedRow(
        section=section,
        document_row=number,
        field="message" if row.message is None else f"message {row.message}",
        text=quoted(row.fields),
        reason=quoted(row.reason),
    )


def _unreadable(count: int) -> str:
    rows = "One row" if count == 1 else f"{count} rows"
    return f"{rows} could not be read; nothing is taken for closed because of that."


def some(names: Iterable[str], at_most: int = 5) -> str:
    """Name a few of many."""
    every = list(names)
    more = f" and {len(every) - at_most} more" if len(every) > at_most else ""
    return ", ".join(map(quoted, every[:at_most])) + more
