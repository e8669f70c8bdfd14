"""Numbers of a sum below the columns of the table."""

from textual.content import Content

from qm_tui.ui.widgets.sum_places import Figure, below_columns, without_labels

NAME = Content("Σ USD  ")


def figure(column: str, number: str, note: str = "") -> Figure:
    return Figure(column=column, label=Content(column), number=Content(number), note=Content(note))


def test_a_number_ends_where_its_column_does_with_its_label_before_it() -> None:
    line, left = below_columns(NAME, [figure("value", "1,200.00")], {"value": 40}, 60)
    assert line.plain == "Σ USD                     value 1,200.00"
    assert not left


def test_what_has_no_column_stands_between_the_name_and_the_first_number() -> None:
    parts = [figure("day", "+5.00"), figure("value", "1,200.00")]
    line, left = below_columns(NAME, parts, {"value": 50}, 60)
    assert line.plain.startswith("Σ USD  day +5.00  ")
    assert line.plain.endswith(" 1,200.00")
    assert line.cell_length == 50
    assert not left


def test_no_number_is_written_over_another_or_cut() -> None:
    parts = [figure("value", "123,456,789.00"), figure("gain", "+987,654,321.00")]
    line, left = below_columns(NAME, parts, {"value": 30, "gain": 40}, 45)
    assert "123,456,789.00" in line.plain
    assert [each.plain for each in left] == ["gain +987,654,321.00"]


def test_what_is_not_included_is_said_where_there_is_room() -> None:
    missing = figure("value", "1.00", "(2 unknown)")
    beside, _ = below_columns(NAME, [missing], {"value": 30}, 60)
    assert beside.plain.endswith("value 1.00 (2 unknown)")
    before, _ = below_columns(NAME, [missing], {"value": 58}, 60)
    assert before.plain.startswith("Σ USD  value (2 unknown)")
    _, below = below_columns(NAME, [missing], {"value": 20}, 22)
    assert [each.plain for each in below] == ["value (2 unknown)"]


def test_labels_that_do_not_fit_in_one_line_are_left_out_of_all() -> None:
    short, long = [figure("value", "1.00")], [figure("value", "123,456,789.00")]
    bare = without_labels(NAME, short, {"value": 24}) | without_labels(NAME, long, {"value": 24})
    assert bare == {"value"}
    line, _ = below_columns(NAME, short, {"value": 24}, 60, bare)
    assert line.plain == "Σ USD               1.00"


def test_points_stand_below_points_where_numbers_have_blanks_behind_them() -> None:
    line, _ = below_columns(NAME, [figure("price", "12.50  ")], {"price": 30}, 60)
    assert line.plain.index(".") == 25
