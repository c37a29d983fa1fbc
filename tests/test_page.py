"""The words that a page says of its function are no stronger than what is found."""

import json

import page
import vector
import verify
from catalog import catalog, known, pick


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
            bounded = any(
                (r.bound is not None and not r.relative) or r.blurred for r in part.regions
            )
            said = page._proved(part)
            assert bounded == ("far out" in said or "if that is more" in said), activation


def test_what_torch_brings_as_a_function_is_in_torch():
    for name in ("relu", "arctan", "sine", "heaviside", "softmax"):
        assert page.in_torch(known(name)), name
    for name in ("quick_gelu", "relu_squared", "bilinear", "crelu"):
        assert not page.in_torch(known(name)), name


def test_a_column_tells_whether_a_result_depends_on_several_inputs():
    rows = {name: json.loads(vector.about(known(name)))["row"] for name in ("crelu", "softmax")}
    assert [rows[name]["vector"] for name in rows] == [False, True]


def test_a_distance_says_that_it_is_one_at_the_defaults():
    texts = {row.key: row.text for row in page.rows(pick("hardtanh"))}
    assert texts["gap.tanh"].startswith(page.BY_DEFAULT)
    texts = {row.key: row.text for row in page.rows(pick("hardsigmoid"))}
    assert not texts["gap.sigmoid"].startswith(page.BY_DEFAULT)
