"""What a live broker answered is kept as it came, once, and each row of it opens."""

import hashlib
import json
import zlib
from array import array
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from qm_tui.domain.batches import Batch, Document, RawBlock, RefusedRow
from qm_tui.domain.records import Record
from qm_tui.domain.words import Section
from qm_tui.queries.raw import raw_row
from qm_tui.queries.syncs import changes
from qm_tui.store.checks import found_problems
from qm_tui.store.documents import whole
from qm_tui.store.runs import Source
from qm_tui.store.schema.activity import trades
from qm_tui.store.schema.sync import coverage, raw_blocks, raw_documents, refused_rows
from qm_tui.store.store import Store
from tests.builders import a_trade, covers

API = Source(connection="tasty", broker="tastytrade", kind="sync", live=True)
ROWS: list[dict[str, Any]] = [
    {"id": 1, "price": 1.50, "symbol": "Ä", "lots": []},
    {"id": 2, "price": "2.10"},
    {"id": 3, "price": None},
]


def an_answer(*rows: Mapping[str, Any], records: int | None = None, **more: Any) -> Batch:
    """A page of a history: its bytes in two blocks, and a trade for each of its rows."""
    texts = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    body, starts = b'{"data": {"items": [', []
    for text in texts:
        starts.append(len(body))
        body += text + b", "
    body += b'null]}, "context": "/transactions"}'
    cut = starts[1] if len(starts) > 1 else len(body)
    first, second = starts[:1], starts[1:]
    blocks = [_block(body[:cut], 0, 0, first)]
    if second:
        blocks.append(_block(body[cut:], cut, 1, [start - cut for start in second]))
    told: list[Record] = [
        a_trade(key=f"TX:{row['id']}", document_row=place) for place, row in enumerate(rows)
    ]
    document = Document(
        name="Transactions of 5WX…1",
        kind="tastytrade-transactions",
        sha256=hashlib.sha256(body).hexdigest(),
        size=len(body),
        reader="tastytrade/1",
    )
    return Batch(
        section=Section.TRANSACTIONS, records=tuple(told[:records]), document=document,
        blocks=tuple(blocks), **more,
    )  # fmt: skip


def _block(data: bytes, offset: int, first_row: int, starts: list[int]) -> RawBlock:
    return RawBlock(
        first_row=first_row,
        offset=offset,
        length=len(data),
        row_offsets=array("I", starts).tobytes(),
        data=zlib.compress(data),
    )


async def counted(store: Store, table: Any) -> int:
    return await store.reader.read(
        lambda at: int(at.scalar(select(func.count()).select_from(table)) or 0)
    )


async def pull(store: Store, *batches: Batch) -> int:
    async with store.writer.run(API) as run:
        for batch in batches:
            await run.save(batch)
    return run.number


async def test_each_row_opens_as_it_came(store: Store) -> None:
    await pull(store, an_answer(*ROWS))

    rows = await store.reader.read(
        lambda at: at.execute(
            select(trades.c.document_id, trades.c.document_row).order_by(trades.c.id)
        ).all()
    )
    opened = [await raw_row(store.reader, *row) for row in rows]
    assert [json.loads(one.text) for one in opened if one] == ROWS
    assert opened[0] is not None
    assert (opened[0].kind, opened[0].rows) == ("tastytrade-transactions", 3)
    assert opened[0].fields == (("id", "1"), ("price", "1.5"), ("symbol", "Ä"), ("lots", "[]"))
    assert await store.reader.read(found_problems) == []


async def test_the_same_answer_again_is_the_same_document(store: Store) -> None:
    for _ in range(2):
        await pull(store, an_answer(*ROWS))

    assert (await counted(store, raw_documents), await counted(store, raw_blocks)) == (1, 2)
    again = await raw_row(store.reader, 1, 2)
    assert again is not None
    assert (json.loads(again.text), again.rows) == (ROWS[2], 3)


async def test_two_batches_of_one_answer_keep_it_once(store: Store) -> None:
    answer = an_answer(*ROWS)

    await pull(store, answer, answer)

    assert (await counted(store, raw_documents), await counted(store, raw_blocks)) == (1, 2)
    assert await store.reader.read(found_problems) == []


async def test_a_large_answer_is_kept_whole_and_once(store: Store) -> None:
    answer = an_answer(*({"id": number} for number in range(1234)))

    await pull(store, answer)

    assert await counted(store, trades) == 1234
    body = await store.reader.read(whole, 1)
    assert hashlib.sha256(body).hexdigest() == answer.document.sha256 if answer.document else False
    last = await raw_row(store.reader, 1, 1233)
    assert last is not None
    assert json.loads(last.text) == {"id": 1233}


async def test_what_of_an_answer_could_not_be_read_opens_too(store: Store) -> None:
    bad = RefusedRow(section="transactions", document_row=2, field="price", text="ten", reason="no")

    run = await pull(store, an_answer(*ROWS, records=2, refused=(bad,)))

    [row] = await store.reader.read(lambda at: at.execute(select(refused_rows)).all())
    assert (row.document_id, row.document_row) == (1, 2)
    [refused, *_] = await changes(store.reader, run).page(None)
    assert (refused.document_id, refused.document_row) == (1, 2)


async def test_covered_days_name_the_answer_and_a_batch_without_one_names_none(
    store: Store,
) -> None:
    days = covers("2024-01-01", "2024-12-31")

    await pull(store, an_answer(*ROWS, coverage=(days,)))
    await pull(store, Batch(section=Section.TRANSACTIONS, coverage=(days,)))

    rows = await store.reader.read(
        lambda at: at.scalars(select(coverage.c.document_id).order_by(coverage.c.id)).all()
    )
    assert rows == [1, None]


async def test_a_document_without_its_bytes_is_not_kept(store: Store) -> None:
    answer = an_answer(*ROWS)

    await pull(
        store, Batch(section=answer.section, records=answer.records, document=answer.document)
    )

    assert (await counted(store, raw_documents), await counted(store, trades)) == (0, 3)


async def test_a_row_that_does_not_end_is_shown_as_far_as_it_goes(store: Store) -> None:
    answer = an_answer(*ROWS)
    cut = answer.blocks[0].__class__(
        first_row=0, offset=0, length=4, row_offsets=array("I", [0]).tobytes(),
        data=zlib.compress(b'{"i '),
    )  # fmt: skip

    await pull(
        store,
        Batch(
            section=answer.section, records=answer.records[:1], document=answer.document,
            blocks=(cut,),
        ),
    )  # fmt: skip

    row = await raw_row(store.reader, 1, 0)
    assert row is not None
    assert (row.text, row.fields) == ('{"i', ())
