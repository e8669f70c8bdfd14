"""One row as the broker wrote it."""

from qm_tui.domain.raw import attributes, first_element
from qm_tui.queries.views import RawRowView
from qm_tui.store.documents import raw_row as read_raw_row
from qm_tui.store.reader import Reader


async def raw_row(reader: Reader, document_id: int, row: int) -> RawRowView | None:
    """Open a row of a document; None when the document has no such row."""
    found = await reader.read(read_raw_row, document_id, row)
    if found is None:
        return None
    data = first_element(found.data) if found.data.startswith(b"<") else found.data.rstrip()
    text = data.decode("utf-8", errors="replace")
    return RawRowView(
        document_id=document_id,
        document=found.document,
        kind=found.kind,
        row=row,
        rows=found.rows,
        byte_offset=found.byte_offset,
        text=text,
        fields=attributes(text) if text.startswith("<") else (),
    )
