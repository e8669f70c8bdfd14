"""Whatever is given to `import`: one clear line, nothing stored, no traceback, bounded effort."""

import os
import resource
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.brokers.ibkr.flex_builder import BUY, document, row, section, statement, trades
from tests.cli.program import Program
from tests.store.laid import lay

WHOLE = trades(*(row("Trade", BUY, transactionID=str(number)) for number in range(200)))
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE FlexQueryResponse [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY {c} "{f"&{p};" * 10}">' for p, c in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]>"
    + WHOLE.replace("0001.01.01", "&i;")
)
EXTERNAL = '<!DOCTYPE FlexQueryResponse [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + WHOLE.replace(
    "0001.01.01", "&x;"
)
ERROR_ANSWER = (
    '<FlexStatementResponse timestamp="x"><Status>Fail</Status><ErrorCode>1012</ErrorCode>'
    "<ErrorMessage>Token has expired.</ErrorMessage></FlexStatementResponse>"
)
FILES: dict[str, bytes] = {
    "empty": b"",
    "blank": b" \r\n\t\n",
    "binary": bytes(range(256)) * 50,
    "login page": b"<!DOCTYPE html><html><head><title>Login</title></head><body></body></html>",
    "json": b'{"error": "unauthorized"}',
    "cut off": WHOLE[: len(WHOLE) // 2].encode(),
    "cut off in a name": WHOLE[:60].encode(),
    "not well-formed": WHOLE.replace("</Trades>", "</Trade>").encode(),
    "two roots": (WHOLE + WHOLE).encode(),
    "entity bomb": BOMB.encode(),
    "external entity": EXTERNAL.encode(),
    "error answer": ERROR_ANSWER.encode(),
    "deep": b"<FlexQueryResponse>" + b"<a>" * 100_000,
    "no statements": b'<FlexQueryResponse><FlexStatements count="0"/></FlexQueryResponse>',
    "another program's xml": b'<?xml version="1.0"?><OFX><SIGNONMSGSRSV1/></OFX>',
    "bad utf-8": WHOLE.replace("APPLE", "\xff\xfe").encode("latin-1"),
    "null in the middle": WHOLE.replace("APPLE", "\0").encode(),
    "every row unreadable": WHOLE.replace('quantity="100"', 'quantity="ten"').encode(),
    "csv of something else": b"name,age\nAnn,4\n",
    "utf-16": WHOLE.encode("utf-16"),
    "sqlite": b"SQLite format 3\0" + b"\0" * 5000,
}


def nothing_stored(program: Program) -> bool:
    return all(
        program("show", what, "--format", "json").out == "[]\n"
        for what in ("accounts", "trades", "syncs")
    )


def assert_refused(program: Program, path: object, *more: object) -> str:
    ran = program("import", path, *more)
    assert ran.status == 1, ran
    assert ran.out == ""
    assert ran.err.count("\n") == 1, ran.err
    assert ran.err.startswith("qm-tui: ")
    assert len(ran.err) < 1000
    assert "Traceback" not in ran.err
    assert nothing_stored(program)
    return ran.err


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_statement_is_refused_in_one_line(
    program: Program, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "given.xml"
    path.write_bytes(FILES[name])

    assert_refused(program, path)


def a_folder(path: Path) -> None:
    path.mkdir()


def a_pipe(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


def nothing(_path: Path) -> None: ...


def a_loop(path: Path) -> None:
    path.symlink_to(path)


@pytest.mark.parametrize("make", [a_folder, a_pipe, a_socket, nothing, a_loop])
def test_what_is_no_regular_file_is_refused_in_one_line(
    program: Program, tmp_path: Path, make: Callable[[Path], None]
) -> None:
    make(tmp_path / "given")

    assert_refused(program, tmp_path / "given")


@pytest.mark.parametrize("name", ["", "/dev/null", "/dev/zero", "/proc/self/mem", "x" * 300])
def test_a_name_that_is_no_users_file_is_refused_in_one_line(program: Program, name: str) -> None:
    assert_refused(program, name)


def test_a_file_that_may_not_be_read_is_refused_in_one_line(
    program: Program, tmp_path: Path
) -> None:
    folder = tmp_path / ("deep" * 20)
    folder.mkdir()
    path = folder / "given.xml"
    path.write_text(WHOLE)
    path.chmod(0)

    ran = program.powerless("import", path)

    assert (ran.status, ran.out) == (1, "")
    assert ran.err == f"qm-tui: {path} cannot be read: permission denied.\n"
    assert nothing_stored(program)


def test_a_name_that_is_no_text_is_still_a_file(program: Program, tmp_path: Path) -> None:
    path = os.fsencode(tmp_path) + b"/bad\xff.xml"
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(WHOLE.encode())

    lay(program.store)
    ran = program.apart("import", os.fsdecode(path))

    assert ran.status == 0, ran.err
    for form in ("table", "json", "csv"):
        shown = program.apart("show", "syncs", "--format", form)
        assert (shown.status, shown.err) == (0, "")


SPARSE = 300_000_000


@pytest.mark.parametrize(
    "head", [b"", b'<FlexQueryResponse queryName="q" type="AF">', b"Date,Symbol,Quantity,Price\n"]
)
def test_a_huge_file_of_nothing_is_refused_quickly_and_in_little_memory(
    program: Program, tmp_path: Path, head: bytes
) -> None:
    path = tmp_path / "huge.xml"
    path.write_bytes(head)
    os.truncate(path, SPARSE)

    before = resource.getrusage(resource.RUSAGE_SELF)
    assert_refused(program, path)
    after = resource.getrusage(resource.RUSAGE_SELF)

    assert after.ru_utime - before.ru_utime < 10
    assert after.ru_maxrss - before.ru_maxrss < 100_000


def test_one_bad_file_does_not_stop_the_others(program: Program, tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_bytes(b"{}")
    (tmp_path / "good.xml").write_text(WHOLE)

    ran = program("import", tmp_path / "bad.xml", tmp_path / "good.xml")

    assert ran.status == 3
    assert "bad.xml" in ran.err
    assert not nothing_stored(program)


def test_a_row_that_cannot_be_read_is_named_and_the_others_are_kept(
    program: Program, tmp_path: Path
) -> None:
    bad = row("Trade", BUY, transactionID="9", quantity="ten")
    (tmp_path / "some.xml").write_text(
        document(statement(section("Trades", row("Trade", BUY), bad)))
    )

    ran = program("import", tmp_path / "some.xml")

    assert ran.status == 3
    assert "refused: row 1 of Trades, quantity = 'ten'" in ran.err


def test_a_file_without_account_is_refused_until_one_is_named(
    program: Program, tmp_path: Path
) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text("Date,Symbol,Quantity,Price,Type\n2024-03-15,AAPL,100,150,BUY\n")
    assert "--account" in assert_refused(program, path)

    assert program("import", path, "--account", "M1").status == 0


def test_an_import_without_room_on_the_disk_says_so_and_stores_nothing(
    program: Program, statement: Path
) -> None:
    assert program("db", "check").status == 1
    assert program("show", "trades").status == 0

    ran = program.apart("import", statement, before=["bash", "-c", 'ulimit -f 400; exec "$@"', "x"])

    assert ran.status == 1, ran
    assert ran.err.count("\n") == 1, ran.err
    assert nothing_stored(program)
