"""The file that a user downloads from Interactive Brokers: Flex statements in XML, as records."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from typing_extensions import override

from qm_tui.brokers.client import BrokerRefused, ReadOptions, Statement, StatementReader
from qm_tui.brokers.ibkr.flex_batches import Batches
from qm_tui.brokers.ibkr.flex_known import STATEMENT
from qm_tui.brokers.ibkr.flex_outline import (
    Outline,
    StatementOutline,
    day_order,
    newest,
    outline,
)
from qm_tui.brokers.ibkr.flex_reading import Reading
from qm_tui.brokers.ibkr.flex_refusals import refusal
from qm_tui.brokers.ibkr.flex_rows import BadValueError, Novelties, Row, Scope, refused
from qm_tui.brokers.ibkr.flex_values import Clock
from qm_tui.brokers.ibkr.flex_xml import FlexTokens, Kind, Token
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.batches import Authority, Batch, Document

READER = "flex/1"
"""Name and version of this reader; a new version finds more in the same bytes."""


class FlexReader(StatementReader):
    """Knows Flex statements, of activity or of trade confirmations."""

    @override
    def recognizes(self, head: bytes, name: str) -> bool:
        """Tell whether a file is a Flex statement by its first element."""
        return refusal(head, name) is None

    @override
    def open(self, path: Path, options: ReadOptions) -> Statement:
        """Look once over the file: hash, statements, levels of detail.

        Raises:
            BrokerRefused: it is no Flex statement, or its dates cannot be told apart.
        """
        found = outline(path)
        return FlexFile(
            path=path,
            options=options,
            outline=found,
            document=Document(
                name=path.name,
                kind="flex-confirmation" if found.confirmation else "flex-activity",
                sha256=found.sha256,
                size=found.size,
                generated_at=newest(found.generated, options.timezone, path),
                authority=Authority.PROVISIONAL if found.confirmation else Authority.FINAL,
                reader=READER,
            ),
        )


@dataclass(frozen=True, kw_only=True)
class FlexFile:
    """A Flex file that was looked over and can be read."""

    path: Path
    options: ReadOptions
    outline: Outline
    document: Document
    broker: str = "ibkr"

    def batches(self) -> Iterator[Batch]:
        """Yield the records of all statements in the order of the file.

        Raises:
            BrokerRefused: the file is damaged, ends early, changed, or has dates that cannot be
                told apart.
        """
        tokens = FlexTokens(self.path)
        gathered = Batches()
        reader = _FileReader(self, tokens, gathered)
        try:
            for token in tokens:
                if tokens.blocks:
                    gathered.blocks += tokens.blocks
                    tokens.blocks.clear()
                if isinstance(token, Row):
                    reader.row(token)
                elif token.kind is Kind.STATEMENT_END:
                    yield from reader.ended()
                else:
                    reader.take(token)
                if gathered.ready:
                    yield from gathered.take(tokens.bytes_read)
        except OSError as error:
            raise BrokerRefused(
                f"{quoted(self.path.name)} cannot be read on: {error.strerror}."
            ) from None
        if tokens.bytes_read != self.document.size:
            raise BrokerRefused(f"{quoted(self.path.name)} changed while it was read. Try again.")
        gathered.blocks += tokens.blocks
        yield from gathered.last(tokens.bytes_read, novelties=reader.novelties.take())


class _FileReader:
    """Follows the statements of one file."""

    def __init__(self, file: FlexFile, tokens: FlexTokens, gathered: Batches) -> None:
        self.novelties = Novelties()
        self._file = file
        self._tokens = tokens
        self._gathered = gathered
        self._reading: Reading | None = None
        self._statements = 0
        self._clock = Clock(file.options.timezone, cache(lambda: day_order(file.path)))

    def take(self, token: Token) -> None:
        """Follow the statement."""
        if token.kind is Kind.STATEMENT:
            self._begin(token)
            return
        reading = self._reading
        assert reading is not None, "sections stand in statements"
        if token.kind is Kind.SECTION:
            reading.section(token.section)
        elif token.kind is Kind.SECTION_END:
            for record in reading.ended(token.section):
                self._gathered.add(record)
            self._gathered.flush()

    def row(self, row: Row) -> None:
        """Read a row."""
        assert self._reading is not None, "rows stand in statements"
        try:
            record = self._reading.row(row)
        except BadValueError as bad:
            self._gathered.refused.append(refused(row, bad))
            return
        if record is not None:
            self._gathered.add(record)

    def ended(self) -> Iterator[Batch]:
        """Yield the last batches of a statement."""
        reading = self._reading
        assert reading is not None, "only what began can end"
        for record in reading.finished():
            self._gathered.add(record)
        yield from self._gathered.last(
            self._tokens.bytes_read,
            holds=reading.holds(),
            coverage=reading.coverage(),
            novelties=self.novelties.take(),
            warnings=tuple(reading.scope.warnings),
        )

    def _begin(self, token: Token) -> None:
        outlines = self._file.outline.statements
        made = outlines[self._statements] if self._statements < len(outlines) else None
        self._statements += 1
        for name in token.attributes.keys() - STATEMENT:
            self.novelties.note("attribute", f"FlexStatement@{name}", token.attributes[name])
        scope = Scope(
            token.attributes,
            account=self._file.options.account,
            clock=self._clock,
            made=made or StatementOutline(executions=True, cash_details=True),
            novelties=self.novelties,
        )
        self._reading = Reading(scope)
