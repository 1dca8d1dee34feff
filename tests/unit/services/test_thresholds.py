from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from micropolis_map.errors import InvalidInput
from micropolis_map.services.thresholds import minutes_key, parse_minutes

minutes = st.lists(st.integers(1, 2400).map(lambda tenths: tenths / 10), min_size=1, max_size=6, unique=True)


@given(minutes)
def test_what_was_typed_comes_back_ascending_under_keys_that_read_the_same(values):
    parsed = parse_minutes(",".join(str(value) for value in values))
    assert parsed == tuple(sorted(values))
    assert [float(minutes_key(value)) for value in parsed] == sorted(values)
    assert len({minutes_key(value) for value in parsed}) == len(values)


@pytest.mark.parametrize(("value", "key"), [(5.0, "5"), (7.5, "7.5"), (240.0, "240"), (0.1, "0.1")])
def test_whole_minutes_have_no_point(value, key):
    assert minutes_key(value) == key


@pytest.mark.parametrize("text", ["", "5,", "five", "0", "-5", "nan", "inf", "241", "5,5", "5;10", "5,5.0"])
def test_what_is_no_list_of_thresholds_is_refused_with_the_reason(text):
    with pytest.raises(InvalidInput, match="give"):
        parse_minutes(text)
