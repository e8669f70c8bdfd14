"""The file itself: its blocks give it back, and what is no statement is refused in clear words."""

import hashlib
import json
import re
import zlib
from array import array
from pathlib import Path

import pytest

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.ibkr import flex_xml
from qm_tui.domain.batches import Authority
from qm_tui.domain.raw import first_element
from qm_tui.domain.records import Trade
from tests.brokers.ibkr.flex_builder import (
    BUY,
    POSITION,
    document,
    read,
    read_file,
    row,
    section,
    statement,
    trades,
)


def refused(folder: Path, text: str | bytes, name: str = "statement.xml") -> str:
    with pytest.raises(BrokerRefused) as error:
        read(folder, text, name=name)
    message = str(error.value)
    assert name in message
    assert "\n" not in message
    assert len(message) < 500
    return message


def many(count: int) -> str:
    return "\n".join(
        row("Trade", BUY, transactionID=str(n), description=f"ÄÖÜ > {n} 'quoted'")
        for n in range(1, count + 1)
    )


@pytest.mark.parametrize("start", ["", "\ufeff", '<?xml version="1.0" encoding="UTF-8"?>\n'])
def test_the_blocks_of_a_file_give_it_back_byte_by_byte(tmp_path: Path, start: str) -> None:
    text = (start + trades(many(2000))).encode()
    found = read(tmp_path, text)
    assert b"".join(zlib.decompress(block.data) for block in found.blocks) == text
    assert [block.length for block in found.blocks] == [
        len(zlib.decompress(block.data)) for block in found.blocks
    ]
    assert len(found.blocks) > 3
    assert found.blocks[0].offset == 0
    for before, after in zip(found.blocks, found.blocks[1:], strict=False):
        assert before.offset + before.length == after.offset
        assert before.first_row + len(before.row_offsets) // 4 == after.first_row


def test_every_record_leads_to_the_bytes_of_its_row(tmp_path: Path) -> None:
    found = read(tmp_path, trades(many(2000)))
    for trade in found.all(Trade):
        assert trade.document_row is not None
        raw = found.raw(trade.document_row)
        assert raw.startswith(b"<Trade ")
        assert raw.endswith(b"/>")
        assert f'transactionID="{trade.broker_transaction_id}"'.encode() in raw


def test_a_file_of_a_few_bytes_at_a_time_is_the_same_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = trades(many(30))
    whole = read(tmp_path, text)
    monkeypatch.setattr(flex_xml, "_CHUNK", 7)
    monkeypatch.setattr(flex_xml, "_BLOCK", 900)
    pieces = read(tmp_path, text)
    assert pieces.records == whole.records
    assert b"".join(zlib.decompress(block.data) for block in pieces.blocks) == text.encode()
    assert len(pieces.blocks) > 10


def test_the_document_is_known_before_the_first_row(tmp_path: Path) -> None:
    text = document(
        statement(whenGenerated="20260202;040000"), statement(whenGenerated="20260203;040000")
    ).encode()
    found = read(tmp_path, text)
    assert found.document.sha256 == hashlib.sha256(text).hexdigest()
    assert found.document.size == len(text)
    assert found.document.kind == "flex-activity"
    assert found.document.reader == "flex/1"
    assert found.document.authority is Authority.FINAL
    assert str(found.document.generated_at) == "2026-02-03 09:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        document(statement(), kind="TCF"),
        document(statement(section("TradeConfirms", row("TradeConfirm", BUY)))),
    ],
)
def test_a_trade_confirmation_is_provisional(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text).document
    assert (found.kind, found.authority) == ("flex-confirmation", Authority.PROVISIONAL)


@pytest.mark.parametrize(
    ("element", "rest"),
    [
        (b'<a b="1 > 2" c=\'"/>\'/>', b"<d/>"),
        (b'<a b="1">', b"text</a>"),
        (b"<a/>", b""),
        (b'<a b="cut off', b""),
    ],
)
def test_a_row_ends_at_the_first_bracket_outside_of_quotes(element: bytes, rest: bytes) -> None:
    assert first_element(b"before" + element + rest, 6) == element


# --- what is refused ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"", "an empty file"),
        (b"  \n", "nothing but blanks"),
        (b"<!DOCTYPE html><html><body>Login</body></html>", "an HTML page"),
        (b"<html><head/></html>", "an HTML page"),
        (json.dumps({"error": 1}).encode(), "JSON"),
        (b"%PDF-1.7 ...", "a PDF document"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x00\x01\x02\x03", "a binary file"),
        ("<FlexQueryResponse/>".encode("utf-16"), "UTF-16"),
        (b'"ClientAccountID","Symbol"\n"U1","AAPL"\n', "a CSV file"),
        (b"Dear customer", "a text file"),
        (b"<Invoice><Line/></Invoice>", "an XML document <Invoice>"),
    ],
)
def test_what_is_no_statement_is_named_for_what_it_is(
    tmp_path: Path, head: bytes, word: str
) -> None:
    message = refused(tmp_path, head)
    assert word in message
    assert "Download the Flex query again" in message


@pytest.mark.parametrize(
    ("code", "word"),
    [
        ("1001", "could not be generated"), ("1003", "not available"), ("1004", "not complete"),
        ("1005", "settlement"), ("1006", "FIFO"), ("1007", "mark-to-market"),
        ("1008", "mark-to-market and FIFO"), ("1009", "heavy load"), ("1010", "legacy"),
        ("1011", "inactive"), ("1012", "the token has expired"), ("1013", "address"),
        ("1014", "query id"), ("1015", "token is not valid"), ("1016", "account"),
        ("1017", "reference code"), ("1018", "too many requests"), ("1019", "being generated"),
        ("1020", "not valid or could not"), ("1021", "could not be retrieved"),
        ("1025", "In their words"),
    ],
)  # fmt: skip
def test_an_error_answer_says_what_it_means_and_what_to_do(
    tmp_path: Path, code: str, word: str
) -> None:
    answer = (
        '<FlexStatementResponse timestamp="28 August, 2012 10:37 AM EDT"><Status>Fail</Status>'
        f"<ErrorCode>{code}</ErrorCode><ErrorMessage>In their words.</ErrorMessage>"
        "</FlexStatementResponse>"
    )
    message = refused(tmp_path, answer)
    assert f"error {code}" in message
    assert word in message
    assert re.search(r"[.)] [A-Z][^.]+\.", message), "it ends with what to do"


def test_an_answer_without_an_error_is_no_statement_either(tmp_path: Path) -> None:
    message = refused(
        tmp_path,
        "<FlexStatementResponse><Status>Success</Status><ReferenceCode>1</ReferenceCode>"
        "</FlexStatementResponse>",
    )
    assert "holds no statement" in message


def test_a_file_that_ends_in_the_middle_says_where(tmp_path: Path) -> None:
    whole = trades(many(500)).encode()
    for end in (len(whole) - 1, len(whole) - 40, len(whole) // 2, 200):
        assert "ends in the middle" in refused(tmp_path, whole[:end])


def test_a_damaged_file_says_where(tmp_path: Path) -> None:
    message = refused(tmp_path, trades("\n<Trade a=1/>"))
    assert "is damaged at line 2, column 10" in message


@pytest.mark.parametrize("encoding", ["klingon-8", "shift_jis"])
def test_an_encoding_that_cannot_be_read_is_refused(tmp_path: Path, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?>' + trades()
    assert "encoding" in refused(tmp_path, text)


def test_a_file_in_another_encoding_is_read(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="windows-1252"?>' + trades(
        row("Trade", BUY, description="Zürich")
    )
    found = read(tmp_path, text.encode("windows-1252"))
    assert found.one(Trade).instrument.description == "Zürich"


def test_what_follows_the_end_is_damage(tmp_path: Path) -> None:
    assert "is damaged" in refused(tmp_path, trades() + "<more/>")


def test_a_file_without_a_statement_is_refused(tmp_path: Path) -> None:
    assert "without a statement inside" in refused(tmp_path, document())


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE r [<!ENTITY x "AF">]>',
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!DOCTYPE r SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_are_not_even_looked_at(tmp_path: Path, doctype: str) -> None:
    message = refused(tmp_path, '<?xml version="1.0"?>' + doctype + trades())
    assert "DOCTYPE" in message


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "folder.xml").mkdir()
    for name, word in (("folder.xml", "folder"), ("missing.xml", "no such file")):
        with pytest.raises(BrokerRefused, match=word):
            read_file(tmp_path / name)


@pytest.mark.parametrize(
    "text",
    [
        b'<FlexQueryResponse type="AF">' + b" " * (40 << 20),
        b'<FlexQueryResponse type="AF"><FlexStatements><FlexStatement accountId="U1">'
        b'<Trades><Trade symbol="' + b"x" * (40 << 20),
    ],
)
def test_megabytes_of_nothing_are_not_read_to_their_end(tmp_path: Path, text: bytes) -> None:
    assert "holds nothing that can be read after byte" in refused(tmp_path, text)


def test_elements_nested_without_end_are_refused(tmp_path: Path) -> None:
    assert "nests elements" in refused(tmp_path, trades("<a>" * 1000))


def test_hostile_text_does_not_reach_the_terminal(tmp_path: Path) -> None:
    answer = (
        "<FlexStatementResponse><ErrorCode>1\x1b[2J9</ErrorCode>"
        f"<ErrorMessage>\x1b]0;owned\x07{'x' * 390}</ErrorMessage></FlexStatementResponse>"
    )
    message = refused(tmp_path, answer)
    assert "\x1b" not in message
    assert "\x07" not in message


# --- dates -------------------------------------------------------------------------------------


def dated(first: str, second: str) -> str:
    return document(
        statement(
            section(
                "OpenPositions",
                row("OpenPosition", POSITION, reportDate=first),
                row("OpenPosition", POSITION, conid="2", reportDate=second),
            ),
            fromDate="01/01/2026",
            toDate="02/02/2026",
            whenGenerated="03/02/2026;040000",
        )
    )


def test_dates_with_slashes_are_read_when_one_of_them_tells_their_order(tmp_path: Path) -> None:
    day_first = read(tmp_path, dated("13/01/2026", "02/01/2026"))
    assert str(day_first.coverage[0].to_date) == "2026-02-02"
    assert str(day_first.document.generated_at) == "2026-02-03 09:00:00+00:00"
    month_first = read(tmp_path, dated("01/13/2026", "02/01/2026"))
    assert str(month_first.document.generated_at) == "2026-03-02 09:00:00+00:00"


def test_dates_that_cannot_be_told_apart_are_refused_with_the_setting_to_change(
    tmp_path: Path,
) -> None:
    message = refused(tmp_path, dated("05/01/2026", "02/01/2026"))
    assert "Set Date Format to yyyyMMdd" in message
    assert "does not show whether" in message
    assert "both" in refused(tmp_path, dated("13/01/2026", "01/13/2026"))


def test_a_single_date_with_slashes_is_refused_too_when_it_could_be_either(tmp_path: Path) -> None:
    text = trades(row("Trade", BUY, tradeDate="05/01/2026"))
    assert "Date Format" in refused(tmp_path, text)


def test_row_offsets_are_little_endian(tmp_path: Path) -> None:
    (block,) = read(tmp_path, trades(many(2))).blocks
    offsets = array("I")
    offsets.frombytes(block.row_offsets)
    assert offsets[0] == int.from_bytes(block.row_offsets[:4], "little")
