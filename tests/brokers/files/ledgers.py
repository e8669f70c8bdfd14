"""What the tests of ledgers share: a ledger from its text, and what is read from it."""

from collections.abc import Callable

from qm_tui.brokers.files.ledger import LedgerStatement
from qm_tui.domain.batches import RawBlock, RefusedRow
from qm_tui.domain.records import Trade

HEADER = "Date,Symbol,Quantity,Price,Commission,Type\n"

Open = Callable[..., LedgerStatement]


def trades(statement: LedgerStatement) -> list[Trade]:
    records = [record for batch in statement.batches() for record in batch.records]
    return [record for record in records if isinstance(record, Trade)]


def refused(statement: LedgerStatement) -> list[RefusedRow]:
    return [row for batch in statement.batches() for row in batch.refused]


def blocks(statement: LedgerStatement) -> list[RawBlock]:
    return [block for batch in statement.batches() for block in batch.blocks]
