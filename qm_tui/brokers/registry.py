"""Which reader knows a file that a user brings."""

from collections.abc import Callable
from pathlib import Path

from qm_tui.brokers.client import BrokerRefused, StatementReader
from qm_tui.brokers.ibkr.flex_refusals import looks_like, quoted, refusal

_HEAD = 64 * 1024


def _flex() -> StatementReader:
    from qm_tui.brokers.ibkr.flex_statement import FlexReader  # noqa: PLC0415 - only when asked

    return FlexReader()


def _ledger() -> StatementReader:
    from qm_tui.brokers.files.ledger import LedgerReader  # noqa: PLC0415 - only when asked

    return LedgerReader()


READERS: tuple[Callable[[], StatementReader], ...] = (_flex, _ledger)
"""What makes the readers, in the order in which they are asked."""

CAN_BE_READ = "Flex statements of Interactive Brokers (XML) and ledgers (CSV) can be read."


def recognize(path: Path) -> StatementReader:
    """Return the reader that knows a file, by its first 64 KiB.

    Raises:
        BrokerRefused: nobody knows it, or it cannot be read; says what it looks like.
    """
    head = _head(path)
    for make in READERS:
        reader = make()
        if reader.recognizes(head, path.name):
            return reader
    if not head.strip() or head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        refused = refusal(head, path.name)
        assert refused is not None, "the Flex reader was asked"
        raise refused
    raise BrokerRefused(f"{quoted(path.name)} is {looks_like(head)} of no kind. {CAN_BE_READ}")


def _head(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        what = "a folder" if path.is_dir() else "no regular file"
        raise BrokerRefused(f"{quoted(path.name)} is {what}. {CAN_BE_READ}")
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise BrokerRefused(
            f"{quoted(str(path))} cannot be read: {(error.strerror or 'unknown reason').lower()}."
        ) from None
