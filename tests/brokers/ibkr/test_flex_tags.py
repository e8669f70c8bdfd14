"""Start tags read the fast way say what a parser of XML says they say, however they are written."""

from pathlib import Path
from xml.parsers import expat

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qm_tui.brokers.client import BrokerRefused
from qm_tui.brokers.ibkr import flex_xml
from qm_tui.brokers.ibkr.flex_rows import Row
from qm_tui.brokers.ibkr.flex_tags import Plan, Tags, said
from qm_tui.brokers.ibkr.flex_xml import FlexTokens

Read = tuple[str, dict[str, str]]

_NAMES = st.sampled_from(["a", "bb", "accountId", "x-y", "ns:z", "ä", "_"])
_BLANKS = st.sampled_from(["", "", "", " ", "  ", "\n", "\t", "\r\n"])
_TEXTS = st.lists(
    st.sampled_from(
        ["1", " ", "-12.5", "20260105;093000", "&amp;", "&lt;", "&#10;", "&#x41;", "&quot;", ">",
         "/>", "=", "\n", "\t", "\r", "\r\n", "ü", "€", "𝄞", "a='b'", 'a="b"', "</Trade>", "<!--"]
    ),
    max_size=4,
).map("".join)  # fmt: skip


@st.composite
def tags(draw: st.DrawFn) -> str:
    """Draw a well-formed start tag, or an empty element."""
    written = []
    for name in draw(st.lists(_NAMES, unique=True, max_size=5)):
        quote = draw(st.sampled_from(['"', '"', '"', "'"]))
        value = draw(_TEXTS).replace(quote, "").replace("<", "")
        before, after = draw(_BLANKS), draw(_BLANKS)
        written.append(f"{draw(_BLANKS)} {name}{before}={after}{quote}{value}{quote}")
    return f"<{draw(_NAMES)}{''.join(written)}{draw(_BLANKS)}{draw(st.sampled_from(['>', '/>']))}"


def plainly(document: str | bytes) -> list[Read]:
    """Read all elements of a document with nothing but expat."""
    found: list[Read] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append((tag, attributes))
    parser.Parse(document, True)
    return found


def in_a_statement(*content: str) -> str:
    return f'<R><FlexStatement accountId="U1">{"".join(content)}</FlexStatement></R>'


def closed(tag: str) -> str:
    return tag if tag.endswith("/>") else f"{tag[:-1]}/>"


def rows(folder: Path, document: str | bytes) -> list[Read]:
    path = folder / "statement.xml"
    path.write_bytes(document.encode() if isinstance(document, str) else document)
    return [(r.shape.tag, r.attributes) for r in FlexTokens(path) if isinstance(r, Row)]


def rows_plainly(document: str | bytes) -> list[Read]:
    return [(tag, said) for tag, said in plainly(document)[2:] if said]


@given(st.lists(tags(), min_size=1, max_size=5))
def test_a_tag_says_what_it_says_to_a_parser(drawn: list[str]) -> None:
    reader = Tags()
    for raw in drawn * 2:  # the second time it is known
        shape, values = reader.read(raw)
        ((tag, attributes),) = plainly(closed(raw))
        assert (shape.tag, shape.names) == (tag, tuple(attributes))
        assert [*values] == [*attributes.values(), ""]


_BETWEEN = st.sampled_from(
    ["", "", "\n", "text", "&lt;Trade a='1'/&gt;", "<!-- <Trade a='1'/> -->", "]] >",
     '<![CDATA[<Trade a="1"/>]]>', "<![CDATA[</Trades>]]>", '<?pi <Trade a="1"/>?>']
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(_BETWEEN, tags()), max_size=6), st.sampled_from([1, 7, 50, 65536]))
def test_a_document_has_the_rows_that_a_parser_finds(
    tmp_path: Path, drawn: list[tuple[str, str]], chunk: int
) -> None:
    document = in_a_statement(*(between + closed(tag) for between, tag in drawn))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flex_xml, "_CHUNK", chunk)
        assert rows(tmp_path, document) == rows_plainly(document)


@pytest.mark.parametrize("encoding", ["utf-8", "UTF-8", "us-ascii", "iso-8859-1", "windows-1252"])
def test_rows_are_the_same_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    content = "".join(f'<Trade a="{n}" b="{"x" * n} &#228;"/>' for n in range(0, 3000, 37))
    text = f'<?xml version="1.0" encoding="{encoding}"?>{in_a_statement(content)}'
    assert rows(tmp_path, text.encode(encoding)) == rows_plainly(text.encode(encoding))


def test_elements_inside_of_rows_belong_to_their_section(tmp_path: Path) -> None:
    document = in_a_statement('<Trades><Trade a="1"><Lot b="2"/></Trade ><Trade a="3"/></Trades>')
    path = tmp_path / "statement.xml"
    path.write_text(document)
    found = [(t.section, t.shape.tag) for t in FlexTokens(path) if isinstance(t, Row)]
    assert found == [("Trades", "Trade"), ("Trades", "Lot"), ("Trades", "Trade")]


@pytest.mark.parametrize(
    "row",
    [
        '<Trade a="1" a="2"/>', "<Trade a='1\" b='2'/>", '<Trade a="&unknown;"/>',
        '<Trade a="1"b="2"/>', '<Trade a="<"/>', '<Trade a="1"></Order>', '<Trade a="&#0;"/>',
        "<Trade a/>", '<Trade a="1">&unknown;</Trade>', '<Trade a="\x01"/>',
    ],
)  # fmt: skip
def test_what_is_not_well_formed_is_refused(tmp_path: Path, row: str) -> None:
    document = in_a_statement('<Trade a="1"/>', row)
    with pytest.raises(expat.ExpatError):
        plainly(document)
    with pytest.raises(BrokerRefused, match="is damaged"):
        rows(tmp_path, document)


def test_values_are_picked_by_name_and_what_is_not_there_is_empty() -> None:
    shape, values = said("Trade", {"a": "1", "b": "2", "c": ""})
    row = Row(0, "Trades", shape, values)
    assert row.pick(Plan(("b", "z", "a"))) == ("2", "", "1")
    assert (row.written("b"), row.written("z")) == ("2", "")
    assert row.rest(frozenset({"a"})) == {"b": "2"}
    assert row.rest(frozenset({"a", "b"})) is None
    assert shape.others(frozenset({"a", "z"})) == ("b", "c")
