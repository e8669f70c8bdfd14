"""Which reader knows a file, and what is said of a file that nobody knows."""

from pathlib import Path

import pytest

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.ibkr.flex_statement import FlexReader
from qm_tui.brokers.registry import recognize


def test_a_flex_statement_is_recognized_whatever_its_name(tmp_path: Path) -> None:
    path = tmp_path / "download.txt"
    path.write_bytes(b'\xef\xbb\xbf<?xml version="1.0"?><!-- x --><FlexQueryResponse type="AF">')
    assert isinstance(recognize(path), FlexReader)


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "an empty file"),
        (b"<html><body>Please log in</body></html>", "login page"),
        (b"<Invoice/>", "an XML document <Invoice>"),
        (b"<FlexStatementResponse><ErrorCode>1012</ErrorCode></FlexStatementResponse>", "expired"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\x00\x01\x02", "a binary file"),
        (b'{"a": 1}', "JSON"),
    ],
)
def test_a_file_that_nobody_knows_is_named_for_what_it_is(
    tmp_path: Path, content: bytes, word: str
) -> None:
    path = tmp_path / "statement.xml"
    path.write_bytes(content)
    with pytest.raises(BrokerRefused) as error:
        recognize(path)
    assert word in str(error.value)
    assert "statement.xml" in str(error.value)


def test_a_file_of_no_kind_is_told_what_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear customer")
    with pytest.raises(BrokerRefused, match="can be read"):
        recognize(path)


def test_a_folder_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokerRefused, match="a folder"):
        recognize(tmp_path)
    with pytest.raises(BrokerRefused, match="no such file"):
        recognize(tmp_path / "missing.xml")
