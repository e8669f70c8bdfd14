"""The engine against numbers that others have published: regulations, publications, projects.

What a case calls firm has to come out to 1e-8. Where a source fixes what law and brokers leave
open, the case has to come out as well: as it is, or when the engine is told to choose as the
source did (`CHOICES`), or in all where rows may be matched either way (`same_in_all`). Otherwise it
stands in `DIFFERENCES`, with the reason.
"""

import pytest

from tests.conformance.choices import CHOICES, DIFFERENCES, same_in_all
from tests.conformance.comparing import differences
from tests.conformance.vectors import Vector, vectors

ALL = vectors()
FIRM = [vector for vector in ALL if vector.firm]
CHOSEN = [vector for vector in ALL if not vector.firm]

if FIRM:  # without the folder there is nothing to skip either

    @pytest.mark.parametrize("vector", FIRM, ids=lambda vector: vector.id)
    def test_what_law_and_source_fix_comes_out(vector: Vector) -> None:
        assert differences(vector) == []


if CHOSEN:

    @pytest.mark.parametrize("vector", CHOSEN, ids=lambda vector: vector.id)
    def test_what_a_source_chose_comes_out_or_is_explained(vector: Vector) -> None:
        found = differences(vector)
        if vector.id in DIFFERENCES:
            _, known = DIFFERENCES[vector.id]
            assert found == known
            return
        others = [one for one in CHOICES if one.may_be(vector)]
        assert (
            not found
            or any(not differences(vector, one.choose) for one in others)
            or same_in_all(vector)
        ), found
