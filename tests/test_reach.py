"""What the NumPy cells make of what they are not meant for: a clear error, or what is said."""

import inspect

import numpy as np
import pytest

import catalog
from project import REACH, ROOT

EVERY = [
    pytest.param(function, value, id=name)
    for function in (*catalog.catalog(), *catalog.vectors())
    for name, value in function.scope.items()
    if inspect.isfunction(value) and not name.startswith("_")
]
each = pytest.mark.parametrize(("function", "public"), EVERY)


def call(public, x):
    """Call a function of a NumPy cell; where it takes v, with as many ones as the result has."""
    if "v" not in inspect.signature(public).parameters:
        return public(x)
    value = public.__globals__[public.__name__.removesuffix("_vjp")]
    return public(x, np.ones(np.shape(value(np.ones(np.shape(x))))))


@each
@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
def test_complex_numbers_are_refused(function, public, dtype):
    for x in (np.array([0.5 + 1j, 2], dtype), np.array([1, 2], dtype)):
        with pytest.raises(TypeError, match="real numbers only"):
            call(public, x)


@each
def test_an_array_of_objects_is_refused_or_right(function, public):
    x = [0.5, -2.0]
    try:
        got = call(public, np.array(x, object))
    except (TypeError, AttributeError, ValueError):  # as NumPy has it
        return
    assert np.allclose(np.array(got, float), call(public, np.array(x)), rtol=1e-14)


@each
def test_a_mask_is_ignored(function, public):
    x = np.ma.array([0.5, -90.0], mask=[False, True])
    got = call(public, x)
    assert not isinstance(got, np.ma.MaskedArray)
    assert np.array_equal(got, call(public, x.data))


def test_what_is_said_where_code_is_copied_is_said_in_the_readme_too():
    assert REACH in " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
