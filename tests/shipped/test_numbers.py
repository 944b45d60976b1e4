"""The numbers that ship stay as they were measured, whatever becomes of the form of their files."""

import hashlib

import numpy as np
import pytest

from gan_lessons._core import checksums

SUMS = {
    "dev_nag_differences": "bd45ac854e882adc44bcfd7e079132ad",
    "dev_nag_moments": "0c533b70f54b077e417c7f0f6f7cb0c3",
    "dev_nag_raw": "36ae3cc51228ee02c7d8ea53dedc3330",
    "dev_nag_squared_differences": "a5f52224fdc8e32ec199a482e5f56219",
    "sweep_aylien_batches": "2847d07b5e116cb7a7fd52def4eaae0d",
    "sweep_aylien_layers": "9e931c2db47d67528489742c3eb1b9d5",
    "sweep_fair_committees": "3b2799147e824e6d753417538d6cd690",
    "sweep_fair_strength": "6893b53d1eafd9ae0eddac89567974e5",
    "sweep_fair_worse": "6fef2e902586463f2ae31ea7fa308635",
    "sweep_gan_lab": "5465c8aa8b69dc7a37c21cc30346c257",
    "sweep_metz_ring": "36d864e5afff1042532c44959aa9ab3f",
    "sweep_plain_gans": "1b36a746f21af63899cfb1f4e2f9ca7a",
    "sweep_remedies": "97fbc665b7d1c6c523c31f119286d5e1",
    "sweep_ring_d_rates": "8393e69047c65e41dfc07c1e6759a408",
    "sweep_ring_rates": "22aa3c83c0a3a007c7b30157136e671a",
}


def numbers(file):
    """A sum over all arrays of a file: their names, types, shapes and bytes; the header's words play no part."""
    total = hashlib.sha256()
    with np.load(file) as held:
        for name in sorted(set(held.files) - {"header"}):
            array = held[name]
            total.update(f"{name} {array.dtype.str} {array.shape}".encode() + array.tobytes())
    return total.hexdigest()[:32]


def test_every_file_of_numbers_is_held():
    assert {file.stem for file in checksums.DATA.glob("*.npz")} == SUMS.keys()


@pytest.mark.parametrize("name", SUMS)
def test_the_numbers_of_a_file_are_those_that_were_measured(name):
    assert numbers(checksums.DATA / f"{name}.npz") == SUMS[name]
