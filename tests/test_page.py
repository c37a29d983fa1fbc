"""The words that a page says of its function are no stronger than what is found."""

import dataclasses
import json
import re

import numpy as np
import pytest

import mutants
import page
import vector
import verify
from catalog import Allowance, catalog, in_torch, known, pick


def test_a_span_of_inputs_is_told_as_far_as_it_goes():
    form = verify.FORMATS["float32"]
    least, most = form.smallest, form.largest
    for low, high, told in (
        (least, 2.0, "0 < x ≤ 2"),
        (-2.0, -least, "−2 ≤ x < 0"),
        (2.0, most, "x ≥ 2"),
        (-most, -2.0, "x ≤ −2"),
        (least, most, "x > 0"),
        (-3.0, -2.0, "−3 ≤ x ≤ −2"),
    ):
        assert page._span("x", low, high, form) == told


@pytest.mark.parametrize("activation", catalog(), ids=repr)
def test_no_number_is_said_to_be_round_but_for_a_margin(activation):
    """A closed form, or digits that are certain: 0.5 ± 10⁻²⁰ reads as ½, which is not proved."""
    texts = [row.text for row in page.rows(activation)]
    assert not [t for t in texts if re.search(r"(\\pm|±) *10(\^|<sup>)", t)]


def test_a_second_derivative_has_no_value_where_it_jumps():
    for activation in catalog():
        cuts = page._cuts(activation, 2)
        for curve in page.curves(activation)[2:]:
            assert curve.closed_dots == ()
            assert len(curve.breaks) <= len(cuts)
        assert bool(cuts) == ("(x \\n" in page.formulas(activation)["ddf"].right)


def test_what_holds_but_far_out_is_not_called_identical():
    for activation in catalog():
        proof = page.proved(activation)
        for part in (proof.function, proof.gradient):
            bounded = any(r.bound is not None and not r.relative for r in part.regions)
            said = page._proved(part)
            assert bounded == ("but for less than" in said or "if that is more" in said), activation


def test_a_cell_that_is_worse_than_pytorchs_says_so():
    """Where it is excused, and by an input that shows it."""
    relu = pick("relu")
    off = dataclasses.replace(
        relu,
        gradient=lambda x: relu.gradient(x) + (np.asarray(x) == 2).astype(x.dtype) / 4,
        exceptions=(Allowance(1, 1.0, 4.0, "for a test."),),
    )
    assert page._behind(relu) == ""
    assert "at 1 input at" in page._behind(off)
    assert "at 2 $f'$ is 1, NumPy gives 1.25, PyTorch 1." in page._behind(off)
    text = page.error(off)
    assert page._behind(off) in text
    assert text.count('<span class="wrong">2.1·10<sup>6</sup> ULP<br>25 %</span>') == 1  # float32
    assert "2.1·10<sup>6</sup> ULP (absolute 0.25) in float32" in text


def test_numpy_and_pytorch_are_marked_by_one_measure():
    text = page.error(pick("mish"))
    row = next(line for line in text.splitlines() if line.startswith("| float32<br>"))
    assert row.count("wrong") == 3  # f' of both, and PyTorch's f
    assert "Largest absolute errors of Mish" in text
    assert "where no exception is stated" in page.code(pick("mish"))
    assert "where no exception is stated" not in page.code(pick("tanh"))


def test_what_torch_brings_as_a_function_is_in_torch():
    for name in ("relu", "arctan", "sine", "heaviside", "softmax"):
        assert in_torch(known(name)), name
    for name in ("quick_gelu", "relu_squared", "bilinear", "crelu"):
        assert not in_torch(known(name)), name


def test_a_column_tells_whether_a_result_depends_on_several_inputs():
    rows = {name: json.loads(vector.about(known(name)))["row"] for name in ("crelu", "softmax")}
    assert [rows[name]["vector"] for name in rows] == [False, True]


def test_a_distance_says_that_it_is_one_at_the_defaults():
    texts = {row.key: row.text for row in page.rows(pick("hardtanh"))}
    assert texts["gap.tanh"].startswith(page.BY_DEFAULT)
    texts = {row.key: row.text for row in page.rows(pick("hardsigmoid"))}
    assert not texts["gap.sigmoid"].startswith(page.BY_DEFAULT)


def test_what_departs_has_its_name():
    """PyTorch where it has the function: elsewhere it is our own module that is measured."""
    for activation in catalog():
        own = not in_torch(activation)
        text = page.stated(activation)
        assert ("Where PyTorch departs" in text or "PyTorch departs nowhere" in text) != own
        assert ("Where this module departs" in text or "This module departs nowhere" in text) == own
        assert ("What is measured is the module" in text) == own


def test_a_convention_is_pytorchs_if_pytorch_has_it():
    for name, said in {
        "relu": "; the value given there is PyTorch's convention.",
        "thresholded_relu": "; the value given there is a convention, that of the module below.",
    }.items():
        assert said in page.derivative(pick(name))
        cell = pick(name).cells["SymPy"]
        other = cell.replace(
            "derivative = sp.Piecewise((1, x > ", "derivative = sp.Piecewise((1, x >= "
        )
        assert other != cell
        text = page.derivative(mutants.read(pick(name), "SymPy", f"{other}\n"))
        voice = "PyTorch" if name == "relu" else "the module below"
        assert f"the value given there is a convention, and {voice} gives 0 at $" in text
        assert "PyTorch's convention" not in text
