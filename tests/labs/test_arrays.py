"""How the numbers of a frame are packed into bytes."""

import numpy as np

from gan_lessons.labs.scenes.arrays import Arrays, unpack


def test_what_pads_a_row_is_zero_whatever_stood_in_memory_before():
    arrays = Arrays()
    for i in range(20):
        arrays.add(f"odd {i}", 3, dtype="uint8")
        arrays.add(f"wide {i}", 1)
    values = {f"odd {i}": [1, 2, 3] for i in range(20)} | {f"wide {i}": [0.5] for i in range(20)}
    for _ in range(100):
        dirty = [np.full(size, 255, np.uint8) for size in range(100, 400, 4)]
        del dirty
        row = arrays.pack(values)
        assert set(row[3::8]) == {0}


def test_what_is_packed_comes_out_again_and_the_rest_is_not_drawn():
    arrays = Arrays("left ")
    arrays.add("few", 2, dtype="uint8")
    arrays.add("many", 2, 2)
    arrays.add("none", 2)
    found = unpack(arrays.spec, arrays.pack({"few": [1, 2], "many": [[1, 2], [3, 4]]}))
    assert found["left few"].tolist() == [1, 2] and found["left many"].tolist() == [[1, 2], [3, 4]]
    assert np.isnan(found["left none"]).all() and Arrays().pack({}) == b""
