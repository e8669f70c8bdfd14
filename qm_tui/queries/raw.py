"""One row as the broker wrote it."""

from qm_tui.domain.raw import attributes, first_element, first_object
from qm_tui.queries.sync_views import RawRowView
from qm_tui.store.documents import raw_row as read_raw_row
from qm_tui.store.reader import Reader


async def raw_row(reader: Reader, document_id: int, row: int) -> RawRowView | None:
    """Open a row of a document; None when the document has no such row."""
    found = await reader.read(read_raw_row, document_id, row)
    if found is None:
        return None
    text, fields = _row(found.data)
    return RawRowView(
        document_id=document_id,
        document=found.document,
        kind=found.kind,
        row=row,
        rows=found.rows,
        byte_offset=found.byte_offset,
        text=text,
        fields=fields,
    )


def _row(data: bytes) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return the text of the row that bytes begin with, and what it is made of."""
    if data.startswith(b"<"):
        element = first_element(data).decode("utf-8", errors="replace")
        return element, attributes(element)
    text = data.rstrip().decode("utf-8", errors="replace")
    return first_object(text) if text.startswith("{") else (text, ())
