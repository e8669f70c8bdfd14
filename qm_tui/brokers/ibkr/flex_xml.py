"""A Flex file as rows, one after the other, and as compressed blocks that give it back bytewise."""

import sys
import zlib
from array import array
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO, NamedTuple
from xml.parsers import expat

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.ibkr.flex_known import SECTIONS
from qm_tui.brokers.ibkr.flex_outline import QUIET_AT_MOST
from qm_tui.brokers.ibkr.flex_refusals import WHAT_TO_DO, doctype, nothing_to_read
from qm_tui.brokers.ibkr.flex_rows import Row
from qm_tui.brokers.ibkr.flex_tags import Shape, Tags, Values, said
from qm_tui.brokers.quoting import quoted
from qm_tui.domain.batches import RawBlock

_CHUNK = 64 * 1024
_BLOCK = 256 * 1024
_BLOCKS_BEHIND = 4
_ROOT_WITHIN = 1024 * 1024
_DEEPEST = 64


class Kind(Enum):
    """What the tokenizer came across, other than rows."""

    STATEMENT = "statement"
    SECTION = "section"
    SECTION_END = "section_end"
    STATEMENT_END = "statement_end"


class Token(NamedTuple):
    """One find, in the order of the document."""

    kind: Kind
    section: str = ""
    """The nearest section Interactive Brokers is known to send, else the statement's child."""
    attributes: Mapping[str, str] = MappingProxyType({})
    """Of a statement."""


class FlexTokens:
    """Reads a Flex file piece by piece; holds no more than a piece of its rows at a time."""

    def __init__(self, path: Path) -> None:
        self.blocks: list[RawBlock] = []
        """Finished blocks; whoever takes them clears the list."""
        self.bytes_read = 0
        self.statements = 0
        self._name = path.name
        self._path = path
        self._found: list[Row | Token] = []
        self._row = 0
        self._sections: list[str | None] = []
        """One entry an open element: the section it belongs to; None outside a statement."""
        self._statement_depth = 0
        self._heard = False
        self._raw = bytearray()
        self._block_offset = 0
        self._block_row = 0
        self._row_offsets = array("I")
        self._compressor: ThreadPoolExecutor | None = None
        self._unfinished: deque[tuple[RawBlock, Future[bytes]]] = deque()
        self._parser = expat.ParserCreate()
        self._tags = Tags()
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.XmlDeclHandler = self._declared
        self._expect_utf_8()

    def __iter__(self) -> Iterator[Row | Token]:
        """Yield what is found.

        Raises:
            BrokerRefused: the file is damaged, ends early, or holds no rows for too long.
        """
        # Compressing releases the interpreter: beside it, the next piece is parsed.
        with (
            ThreadPoolExecutor(1, "flex-blocks") as self._compressor,
            self._path.open("rb") as file,
        ):
            yield from self._read(file)
            self._cut(self.bytes_read)
            self._finish_blocks(but=0)

    def _read(self, file: BinaryIO) -> Iterator[Row | Token]:
        quiet = 0
        while chunk := file.read(_CHUNK):
            self._raw += chunk
            self.bytes_read += len(chunk)
            self._heard = False
            self._parse(chunk)
            if self._found:
                yield from self._found
                self._found.clear()
            quiet = 0 if self._heard else quiet + len(chunk)
            self._check_quiet(quiet)
        self._finish()
        yield from self._found
        self._found.clear()

    def _parse(self, chunk: bytes) -> None:
        try:
            self._parser.Parse(chunk)
        except expat.ExpatError as error:
            raise self._damaged(error) from None
        except (LookupError, ValueError):
            raise BrokerRefused(
                f"{quoted(self._name)} is written in an encoding that cannot be read; Flex "
                f"statements are in UTF-8. {WHAT_TO_DO}"
            ) from None

    def _finish(self) -> None:
        try:
            self._parser.Parse(b"", True)  # noqa: FBT003 - expat's own signature
        except expat.ExpatError:
            raise BrokerRefused(
                f"{quoted(self._name)} ends in the middle, after {self.bytes_read:,} bytes: it was "
                f"not downloaded to its end. {WHAT_TO_DO}"
            ) from None

    def _damaged(self, error: expat.ExpatError) -> BrokerRefused:
        reason = expat.errors.messages.get(error.code, "not well-formed")
        return BrokerRefused(
            f"{quoted(self._name)} is damaged at line {error.lineno}, column {error.offset + 1} "
            f"({reason}). {WHAT_TO_DO}"
        )

    def _check_quiet(self, quiet: int) -> None:
        rootless = not self._sections
        if quiet >= QUIET_AT_MOST or (rootless and quiet >= _ROOT_WITHIN):
            raise nothing_to_read(self._name, self.bytes_read - quiet)

    def _doctype(self, *_: object) -> None:
        raise doctype(self._name)

    # --- elements ----------------------------------------------------------------------------

    def _expect_utf_8(self) -> None:
        """Take the tags as they are written.

        Nearly all time of a parser for Python goes into making what a handler of elements is
        called with. Without such a handler expat checks the document all the same and hands a tag
        to the default handler, as text and, where it is written in UTF-8, in one piece. Text has a
        handler of its own here, for in CDATA it may look like a tag.
        """
        self._parser.DefaultHandler = self._markup
        self._parser.CharacterDataHandler = _ignore

    def _expect_anything(self) -> None:
        self._parser.DefaultHandler = None
        self._parser.CharacterDataHandler = None
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding is not None and encoding.upper() != "UTF-8":
            self._expect_anything()

    def _markup(self, raw: str) -> None:
        if raw[0] != "<" or raw[1] in "!?":
            return
        if raw[1] == "/":
            self._end()
            return
        shape, values = self._tags.read(raw)
        self._begin(shape, values)
        if raw[-2] == "/":
            self._end()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._begin(*said(tag, attributes))

    def _begin(self, shape: Shape, values: Values) -> None:
        offset = self._parser.CurrentByteIndex
        self._heard = True
        if offset - self._block_offset >= _BLOCK:
            self._cut(offset)
        if not self._statement_depth:
            self._outside(shape, values)
            return
        sections = self._sections
        parent = sections[-1]
        section = shape.tag if parent is None or shape.tag in SECTIONS else parent
        if section != parent:
            self._found.append(Token(Kind.SECTION, section))
        sections.append(section)
        if len(sections) > _DEEPEST:
            raise self._too_deep()
        if shape.names:
            self._row_offsets.append(offset - self._block_offset)
            self._found.append(Row(self._row, section, shape, values))
            self._row += 1

    def _outside(self, shape: Shape, values: Values) -> None:
        self._sections.append(None)
        if len(self._sections) > _DEEPEST:
            raise self._too_deep()
        if shape.tag == "FlexStatement":
            self.statements += 1
            self._statement_depth = len(self._sections)
            attributes = dict(zip(shape.names, values, strict=False))
            self._found.append(Token(Kind.STATEMENT, attributes=attributes))

    def _end(self, *_: object) -> None:
        self._heard = True
        sections = self._sections
        section = sections.pop()
        if section is not None:
            if sections[-1] != section:
                self._found.append(Token(Kind.SECTION_END, section))
        elif len(sections) + 1 == self._statement_depth:
            self._statement_depth = 0
            self._found.append(Token(Kind.STATEMENT_END))

    def _too_deep(self) -> BrokerRefused:
        return BrokerRefused(
            f"{quoted(self._name)} nests elements more than {_DEEPEST} deep, which no Flex "
            f"statement does. {WHAT_TO_DO}"
        )

    def _cut(self, offset: int) -> None:
        """End the block before `offset`: the first byte of the next row, or the document's end."""
        length = offset - self._block_offset
        if not length:
            return
        if sys.byteorder == "big":
            self._row_offsets.byteswap()
        self._finish_blocks(but=_BLOCKS_BEHIND)
        assert self._compressor is not None, "rows are read by iterating"
        block = RawBlock(
            first_row=self._block_row,
            offset=self._block_offset,
            length=length,
            row_offsets=self._row_offsets.tobytes(),
            data=b"",
        )
        compressed = self._compressor.submit(zlib.compress, bytes(self._raw[:length]), 1)
        self._unfinished.append((block, compressed))
        del self._raw[:length]
        self._block_offset = offset
        self._block_row = self._row
        self._row_offsets = array("I")

    def _finish_blocks(self, *, but: int) -> None:
        """Wait for all blocks but the latest; always as many, so that a file is always read alike.

        The compressor may have to wait for the interpreter to say that it is done: a few blocks
        behind, nobody waits for it meanwhile.
        """
        while len(self._unfinished) > but:
            block, compressed = self._unfinished.popleft()
            self.blocks.append(replace(block, data=compressed.result()))


def _ignore(_: str) -> None:
    """Text between elements: Flex statements say nothing there."""
