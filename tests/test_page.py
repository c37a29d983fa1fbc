"""The words that a page says of its function are no stronger than what is found."""

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
            assert bounded == ("but for less" in said or "if that is more" in said), activation
