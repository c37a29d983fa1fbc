"""The words that a page says of its function are no stronger than what is found."""

import re

import pytest

import page
import verify
from catalog import catalog


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
            bounded = any(
                (r.bound is not None and not r.relative) or r.blurred for r in part.regions
            )
            said = page._proved(part)
            assert bounded == ("far out" in said or "if that is more" in said), activation
