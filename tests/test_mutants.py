"""The mutants: what each slip makes of a cell, who sees it, and that an unseen one is told."""

import functools
import sys

import pytest

import departures
import mutants
import page
from catalog import known, paths, pick
from project import Problem

CELL = '''
def toy(x, slope=0.5):
    """Return a toy."""
    y = np.where(x > 0, -x, slope * 3)
    with np.errstate(over="ignore"):
        y += np.minimum(x, 7)
    return y
'''


def changed(place, code):
    return {line.partition(": ")[2] for line, _ in mutants.slips(place, code)}


@pytest.mark.parametrize(
    "line",
    [
        "slope * 3 → slope + 3",
        "slope * 3 → slope ** 3",
        "slope * 3 → 3",
        "-x → x",
        "3 → 4",
        "3 → 2",
        "0.5 → 0.5005",
        "0.5 → -0.5",
        "x > 0 → x >= 0",
        "x > 0 → x != 0",
        "slope → 0.5",
        "np.minimum(x, 7) → np.maximum(x, 7)",
        "np.minimum(x, 7) → np.fmin(x, 7)",
        "np.minimum(x, 7) → x",
        "np.where(x > 0, -x, slope * 3) → np.where(x > 0, slope * 3, -x)",
        "y = np.where(x > 0, -x, slope * 3) → pass",
        "y += np.minimum(x, 7) → y -= np.minimum(x, 7)",
        "with np.errstate(over='ignore'): y += np.minimum(x, 7) → if True: y += np.minimum(x, 7)",
    ],
)
def test_a_slip_of_each_kind(line):
    assert line in changed("NumPy", CELL)


@pytest.mark.parametrize(
    "line",
    [
        "axis → -1",
        "axis → 0",
        "axis → ~axis",
        "np.max(x, axis=axis, initial=7) → np.max(x, axis=axis)",
        "np.max(x, axis=axis, initial=7) → np.max(x, initial=7)",
    ],
)
def test_a_keyword_may_be_left_out_and_an_axis_mistaken(line):
    cell = "def toy(x, axis=-1):\n    return np.max(x, axis=axis, initial=7)"
    assert line in changed("NumPy", cell)


def test_a_slip_changes_one_thing_and_none_comes_twice():
    texts = [text for _, text in mutants.slips("NumPy", CELL)]
    assert len(texts) == len(set(texts)) > 30
    line, text = next((a, b) for a, b in mutants.slips("NumPy", CELL) if "→ slope + 3" in a)
    assert line == "NumPy, line 4: slope * 3 → slope + 3"
    assert text == mutants.ast.unparse(mutants.ast.parse(CELL.replace("slope * 3", "slope + 3")))


def test_numbers_with_many_digits_are_nudged():
    assert list(mutants.numbers(2)) == [3, 1]
    assert list(mutants.numbers(0.044715)) == pytest.approx(
        [1.044715, -0.955285, 0.044715 * 1.001, 0.044715 * 1.000001], rel=1e-12
    )


def test_a_cut_off_is_moved_by_far():
    found = changed("NumPy", "def f(x, a):\n    return np.minimum(x * 3, -40 / a) + (x > 7) + 5")
    assert {"40 → 40000", "40 → 0.04", "3 → 3000", "7 → 7000"} <= found
    assert not {"5 → 5000", "0 → 0"} & found


def test_slips_in_the_other_cells():
    formula = 'x = sp.Symbol("x")\nformula = sp.Piecewise((sp.exp(x) - 1, x > 0), (0, True))'
    found = changed("SymPy", formula)
    assert {"x > 0 → x >= 0", "sp.exp(x) → sp.cosh(x)", "0 → 1"} <= found
    assert not any("Symbol" in line for line in found)
    module = changed("PyTorch", "module = torch.nn.GELU(approximate='tanh')")
    assert "approximate='tanh' → approximate='none'" in module
    assert "torch.nn.GELU(approximate='tanh') → torch.nn.SiLU()" in module
    facts = changed("Facts", 'aliases = ["a", 2]\nsteps = [(x + 1, "Why.")]\nnaive = ["x + 1"]')
    assert facts >= {"x + 1 → x - 1", "1 → 2", "'x + 1' → (x)"}
    assert not any("a" in line for line in facts)


@pytest.mark.parametrize(
    ("place", "old", "new", "check"),
    [
        ("SymPy", "(x, x > 0)", "(x, x < 0)", "derive.prove_steps"),
        ("NumPy", "maximum", "minimum", "test_numpy.test_"),
        ("NumPy", "np.asarray(x) * 1.0  #", "np.asarray(x)  #", "test_numpy.test_integers"),
        ("PyTorch", "ReLU()", "ReLU(1, 2, 3)", "test_numpy.test_cell_runs_alone"),
        ("Facts", "aliases", "alias", "catalog.read"),
    ],
)
def test_a_slip_of_each_cell_is_seen(place, old, new, check):
    relu = pick("relu")
    code = relu.cells[place]
    assert old in code
    make = functools.partial(mutants.read, relu, place, code.replace(old, new))
    assert (mutants.killer(make, place, mutants.checks) or "").startswith(check)


@pytest.mark.parametrize(
    ("name", "place", "old", "new", "check"),
    [
        ("softmax", "SymPy", "- f[k])", "- f[i])", "test_vector.test_derivative_and_product"),
        (
            "softmax",
            "NumPy",
            "return np.sum(x, axis=axis",
            "return np.sum(x, axis=~axis",
            "test_vector.test_takes_any",
        ),
        ("softmax", "NumPy", "if x.ndim > 1", "if x.ndim > 2", "test_vector.test_takes_any_length"),
        ("glu", "NumPy", "axis, dtype=a.dtype", "axis", "test_vector.test_takes_any_shape"),
        ("reglu", "NumPy", "np.maximum(a", "np.minimum(a", "test_vector.test_"),
        ("reglu", "PyTorch", "* b", "+ b", "test_vector.test_"),
        ("maxout", "NumPy", "// pieces, pieces)", "// 2, 2)", "test_prose.test_what_the_sentences"),
        ("maxout", "PyTorch", "max(-1)", "max(1)", "test_vector.test_module_takes_a_batch"),
    ],
)
def test_a_slip_of_each_cell_of_a_vector_is_seen(name, place, old, new, check):
    function = known(name)
    assert old in function.cells[place]
    code = function.cells[place].replace(old, new)
    make = functools.partial(mutants.read, function, place, code)
    assert (mutants.killer(make, place, mutants.checks) or "").startswith(check)


@pytest.mark.parametrize(
    ("name", "place", "old", "new", "same"),
    [
        ("crelu", "SymPy", "(x[i], x[i] > 0)", "(x[i], x[i] >= 0)", True),
        ("crelu", "SymPy", "Piecewise((1, x[i] > 0)", "Piecewise((1, x[i] >= 0)", False),
        ("maxout", "SymPy", "(a, a >= b)", "(a, a > b)", True),
        ("maxout", "SymPy", "(1, a >= b)", "(1, a > b)", False),
        ("bilinear", "NumPy", "return a * b", "return b * a", True),
        ("bilinear", "NumPy", "return a * b", "return a + b", False),
        ("bilinear", "PyTorch", "return a * b", "return b * a", True),
        ("bilinear", "PyTorch", "return a * b", "return a * b * 1.5", False),
    ],
)
def test_what_changes_nothing_in_a_vector_is_proved_to(name, place, old, new, same):
    function = known(name)
    assert old in function.cells[place]
    mutant = mutants.read(function, place, function.cells[place].replace(old, new))
    assert bool(mutants.equivalent(function, mutant, place)) is same


def test_another_module_and_a_copied_formula_that_is_right_are_seen():
    relu = pick("relu")
    for place, old, new, check in (
        ("PyTorch", "torch.nn.ReLU", "torch.nn.ReLU6", "test_torch.test_stated_departures_hold"),
        ("Facts", "np.where(x > 0, x, 0)", "relu(x)", "page.naive"),
    ):

        def only(activation, place, check=check):
            return (c for c in mutants.checks(activation, place) if c[0] == check)

        make = functools.partial(mutants.read, relu, place, relu.cells[place].replace(old, new))
        assert mutants.killer(make, place, only) == check
    assert page.naive(relu)


def test_a_mistake_in_what_is_stated_is_seen():
    stated = departures.of(pick("tanh"), "DEFAULT")
    found = [line for line, r in mutants.misstated(stated) if departures.compare(r, stated)]
    for word in ("left out", "order", "dtype", "code", "ulp", "region", "added"):
        made = [line for line, _ in mutants.misstated(stated) if line.startswith(word)]
        assert made
        assert set(made) <= set(found)


def test_what_hangs_counts_as_killed():
    def forever(activation, place):
        def run():
            while True:
                pass

        yield "forever", run

    assert mutants.killer(lambda: pick("relu"), "NumPy", forever, 0.05) == "no answer in time"


def weak(activation, place):
    """A suite as weak as one number."""

    def run():
        assert activation.function(2.0) == 2

    yield "weak", run


def test_a_weak_check_lets_mutants_survive(monkeypatch, capsys):
    result = mutants.score(pick("relu"), 3, weak, places=("NumPy",))
    assert result.killed["weak"] > 0
    assert any("np.maximum" in line for line in result.survivors)
    assert result.mutants == result.killed.total() + len(result.equivalent + result.survivors)
    again = mutants.score(pick("relu"), 3, weak, places=("NumPy",))
    assert (again.survivors, again.killed) == (result.survivors, result.killed)
    monkeypatch.setattr(mutants, "in_processes", lambda names, every: [result])
    monkeypatch.setattr(sys, "argv", ["mutants.py", "relu", "--quick"])
    assert mutants.main() == 1
    told = capsys.readouterr().out
    assert all(f"SURVIVOR: relu: {line}" in told for line in result.survivors)
    result.survivors.clear()
    assert mutants.main() == 0


def test_a_slip_that_changes_nothing_is_proved_to_be_none():
    relu = pick("relu")
    for place, old, new, same in (
        ("NumPy", "np.asarray(x) * 1.0", "np.asarray(x) / 1.0", True),
        ("NumPy", "np.maximum(x, 0)", "x", False),
        ("SymPy", "(x, x > 0)", "(x, x >= 0)", True),
        ("SymPy", "(1, x > 0)", "(1, x >= 0)", False),
    ):
        assert old in relu.cells[place]
        mutant = mutants.read(relu, place, relu.cells[place].replace(old, new))
        assert bool(mutants.equivalent(relu, mutant, place)) is same


def test_a_derivative_that_is_zero_does_not_hide_its_factor():
    sigmoid = pick("sigmoid")
    code = sigmoid.cells["Facts"]
    wrong = code.replace(
        "sp.Mul(sp.Derivative(1, x), 1 + _e,", "sp.Mul(sp.Derivative(1, x), 2 + _e,"
    )
    assert wrong != code
    mutant = mutants.read(sigmoid, "Facts", wrong)
    assert mutants.equivalent(sigmoid, sigmoid, "Facts")
    assert not mutants.equivalent(sigmoid, mutant, "Facts")


def test_the_stated_scores_are_of_what_is_there_and_add_up():
    """What is not yet gone through is named on the page; what has changed since must not be."""
    stated = mutants.stated()["functions"]
    assert set(stated) <= {path.stem for path in paths()}
    for name, score in stated.items():
        parts = sum(score["killed"].values()), len(score["equivalent"]), len(score["survivors"])
        assert score["mutants"] == sum(parts) > 0, name
        assert score["survivors"] == [], name
    assert not set(stated) & set(mutants.changed()), "run `make mutants`"


def test_a_function_that_has_changed_is_measured_again(monkeypatch, tmp_path):
    monkeypatch.setattr(mutants, "FILE", tmp_path / "mutants.json")
    mutants.write([mutants.Score("relu"), mutants.Score("softmax")])
    assert not {"relu", "softmax"} & set(mutants.changed())
    assert "tanh" in mutants.changed()
    text = mutants.FILE.read_text().replace(mutants.subject(pick("relu")), "of old")
    mutants.FILE.write_text(text)
    assert "relu" in mutants.changed()
    assert "softmax" not in mutants.changed()


def test_words_are_not_what_is_measured():
    relu = pick("relu")
    for place, old, new, same in (
        ("Facts", "aliases = [", "aliases = ['other', ", True),
        ("NumPy", '"""Return', '"""Returns', False),
        ("SymPy", "x > 0", "x >= 0", False),
    ):
        assert old in relu.cells[place]
        other = mutants.read(relu, place, relu.cells[place].replace(old, new, 1))
        assert (mutants.subject(other) == mutants.subject(relu)) is same


@pytest.mark.parametrize(
    ("name", "place", "old", "new"),
    [
        ("isrlu", "NumPy", "-1e20 / np.sqrt(alpha)", "-1e20 / alpha**0.0"),
        ("hardtanh", "Facts", "relations = [sp.Lt(", "relations = [sp.Le("),
        ("leaky_relu", "Facts", "sp.Ne(negative_slope, 0)", "sp.Ne(negative_slope, 3)"),
    ],
)
def test_a_slip_that_other_parameters_show_is_seen(name, place, old, new):
    function = pick(name)
    assert old in function.cells[place]
    code = function.cells[place].replace(old, new)
    make = functools.partial(mutants.read, function, place, code)
    seen = mutants.killer(make, place, mutants.checks) or ""
    assert seen.startswith(("sweep.check", "test_numpy.test_the_domain", "test_numpy.test_is_w"))


def test_a_test_that_is_gone_is_missed():
    """Else its mutants would be held against nothing, and survive or be called equivalent."""
    relu = pick("relu")
    assert list(mutants._tests("test_torch", relu, "test_stated"))
    with pytest.raises(Problem, match=r"test_torch\.py has no test_gone"):
        list(mutants._tests("test_torch", relu, "test_stated", "test_gone"))
