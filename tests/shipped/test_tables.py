"""The tables that lessons quote are there, each row under its name."""

import pytest

from gan_lessons.shipped import tables


@pytest.mark.parametrize("name", ["digits", "digit_remedies"])
def test_rows_are_found_by_their_names(name):
    rows = tables.rows(name)
    assert len(rows) > 5
    for key, row in rows.items():
        assert row["name"] == key and {"value", "unit", "baseline", "ratio", "n"} <= row.keys()


def test_another_table_is_refused():
    with pytest.raises(ValueError, match=r"name must be one of \('digits', .*, not 'modes'"):
        tables.rows("modes")
