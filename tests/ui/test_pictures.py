"""A few screens look exactly as they did when somebody looked at them last."""

from pathlib import Path

import pytest

from tests.ui.pictures import FOLDER, SIZES, difference, kept_at, lines_of, name_of, pictures
from tests.ui.whole_book import whole_store

AGAIN = "`python -m tests.ui.pictures` makes them anew; look at what has changed before you keep it"


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_screens_look_as_they_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    others: list[str] = []
    async with whole_store(tmp_path) as store:
        async for name, svg in pictures(store, size, kept_at(size)):
            kept = (FOLDER / name).read_text(encoding="utf-8")
            if said := difference(kept, svg):
                (tmp_path / name).write_text(svg, encoding="utf-8")
                others.append(f"{name} (now: {tmp_path / name}):\n{said}")
    assert not others, "\n".join([*others, AGAIN])


def test_every_picture_that_is_kept_is_compared() -> None:
    kept = {path.name for path in FOLDER.iterdir()}
    assert kept == {name_of(shot, size) for size in SIZES for shot in kept_at(size)}


def test_a_difference_is_told_line_by_line() -> None:
    name = name_of(kept_at(SIZES[0])[0], SIZES[0])
    svg = (FOLDER / name).read_text(encoding="utf-8")
    assert len(lines_of(svg)) > 10
    assert difference(svg, svg) == ""
    line = next(line for line in lines_of(svg) if "Net liquidation" in line)
    said = difference(svg, svg.replace("liquidation", "liqu1dation"))
    assert f"was: {line}" in said
    assert "liqu1dation" in said
    paint = difference(svg, svg.replace("font-weight: bold", "font-style: italic"))
    assert "the same text in other colors" in paint
