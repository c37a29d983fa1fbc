"""Whatever is wrong is said in one message that names the file, and nothing is lost."""

import hashlib
import shutil
import subprocess
import sys

import pytest

from project import ROOT, SNIPPETS


def run(folder, script, *arguments):
    done = subprocess.run(
        [sys.executable, f"scripts/{script}.py", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def refused(folder, words, script="build", *arguments):
    done = run(folder, script, *arguments)
    assert done.returncode == 1, done.stderr
    lines = [line for line in done.stderr.splitlines() if not line.endswith("…")]
    assert len(lines) == 1, done.stderr
    assert words in lines[0]


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {path.name}: mend this test"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


FORMULA = "formula = sp.Piecewise((x, x > 0), (0, True))"
SNIPPET = [
    ("sigmoid", "# %% PyTorch", "#", "needs the cells SymPy, NumPy, PyTorch, Facts"),
    ("sigmoid", "# %% Facts", "# %% Fakts", "needs the cells"),
    ("sigmoid", '"""Sigmoid. ', '"""Sigmoid ', 'must begin with """Title. One sentence."""'),
    ("sigmoid", "formula = 1 /", "formel = 1 /", "the SymPy cell must define `formula`"),
    ("sigmoid", "derivative =", "slope =", "the SymPy cell must define `derivative`"),
    ("sigmoid", "def sigmoid(x)", "def logistic(x)", "the NumPy cell must define `sigmoid`"),
    ("sigmoid", "def sigmoid_grad", "def grad", "the NumPy cell must define `sigmoid_grad`"),
    ("sigmoid", "module =", "layer =", "the PyTorch cell must define `module`"),
    ("relu", '    """Return max(0, x)', '    b"""Return max(0, x)', "`relu` needs a docstring"),
    ("relu", "import numpy as np", "import nunpy as np", "the NumPy cell does not run: ModuleNot"),
    ("relu", "import numpy as np", "import sys\nsys.exit()", "cell does not run: SystemExit"),
    ("relu", "import numpy as np", "import os\nos._exit(3)", "ended the process that ran it, with"),
    ("relu", "return np.maximum(", "raise SystemExit(3, ", "SystemExit: (3, array(["),
    ("relu", "x = sp.Symbol(", "raise OSError('a\\nb')\nx = sp.Symbol(", "OSError: a b"),
    ("relu", "x = sp.Symbol(", "x = sp.Symbol((", "the SymPy cell does not run: SyntaxError"),
    ("relu", FORMULA, "formula = sp.Max(x, 0)", "cannot differentiate"),
    ("relu", FORMULA, "formula = 0.5 * x", "must be exact"),
    ("relu", "aliases = [", "alias = [", "the Facts cell defines `alias`"),
    ("relu", 'family = "rectifiers"', "", "must define `family`, one of rectifiers, smooth rect"),
    ("relu", 'family = "rect', 'family = "erect', "must define `family`, one of rectifiers,"),
    ("tanh", 'descends = "sigmoid', 'descends = "sigmoyd', "it `descends` from sigmoyd, which has"),
    ("relu", "((1, x > 0), (0, True))", "((2, x > 0), (0, True))", "is not the derivative of"),
    ("relu", "((1, x > 0), (0, True))", "((1, x >= 0), (0, True))", "relu_grad(0.0) = 0.0"),
    ("relu", "np.sign(", "0.5 * np.sign(", "relu_grad(inf) = 0.5 in float16, not 1.0"),
    ("relu", "return np.maximum(", "return np.fmax(", "relu(nan) = 0.0 in float16"),
    ("relu", '"np.where(x > 0, x, 0)"', '"np.maximum(x, 0)"', "does not break anywhere"),
    ("tanh", "4 / (_p + _m) ** 2, ", "5 / (_p + _m) ** 2, ", "step 3 is wrong"),
    ("tanh", "sp.Derivative((_p - _m) / (_p + _m), x)", "derivative", "step 1 must be"),
    ("leaky_relu", '"negative_slope": (', '"slope": (', "`parameters` in the Facts cell names"),
    ("leaky_relu", "_grad(x, negative_slope=0.01)", "_grad(x, negative_slope=1)", "same default"),
    ("leaky_relu", "(sp.Reals,", "(sp.Interval(0, 1),", "= 2.0 lies outside its domain"),
    ("leaky_relu", "[0.2, 1.0", "[0, 1.0", "{'negative_slope': 0} does not keep the relations"),
    ("leaky_relu", "+ np.float64(negative_slope)", "+ min(np.float64(negative_slope), 9e9)",
     "with negative_slope = "),
    ("leaky_relu", "parameters = {", 'learned = ["negative_slope"]\nparameters = {',
     "the NumPy cell must define `leaky_relu_grad_negative_slope`"),
]  # fmt: skip


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("name", "old", "new", "words"), SNIPPET, ids=[s[3][:30] for s in SNIPPET])
def test_snippet(copy, name, old, new, words):
    edit(copy / "snippets" / f"{name}.py", old, new)
    done = run(copy, "build")
    lines = [line for line in done.stderr.splitlines() if not line.endswith("…")]
    assert done.returncode == 1
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith(f"snippets/{name}.py: ")
    assert words in lines[0]


PAGE = [
    ("# Tanh\n", "# Tangens\n", "must begin with `# Tanh`"),
    ("## Shape\n", "", "needs the sections"),
    ("## Shape\n", "## Form\n", "needs the sections"),
    ("## Error\n", "## In practice\n", "needs the sections"),
    ('--8<-- "tanh/shape.md"\n', "", "under “Shape” must stand"),
    ('--8<-- "tanh/shape.md"', '--8<-- "relu/shape.md"', "under “Shape” must stand"),
]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("old", "new", "words"), PAGE)
def test_page(copy, old, new, words):
    edit(copy / "docs" / "activations" / "tanh.md", old, new)
    refused(copy, f"docs/activations/tanh.md: {words}")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda data: b"\xef\xbb\xbf" + data, "{}: begins with a byte-order mark"),
        (lambda data: data.replace(b"\n", b"\ncaf\xe9\n", 1), "{}: is not in UTF-8, at line 2"),
    ],
)
@pytest.mark.parametrize(
    "file",
    [
        "snippets/relu.py",
        "docs/activations/relu.md",
        "docs/index.md",
        "docs/compare/four.md",
        "docs/learn/index.md",
        "docs/learn/why-nonlinearity.py",
    ],
)
def test_a_source_that_is_not_plain_utf8(copy, file, damage, words):
    (copy / file).write_bytes(damage((copy / file).read_bytes()))
    refused(copy, words.format(file))


def test_page_without_snippet(copy):
    (copy / "docs" / "activations" / "elu.md").write_text("# ELU\n")
    refused(copy, "docs/activations/elu.md has no snippets/elu.py")


def test_snippet_without_page(copy):
    shutil.copy(copy / "snippets" / "relu.py", copy / "snippets" / "elu.py")
    refused(copy, "snippets/elu.py has no page docs/activations/elu.md")


def test_comparison_of_an_unknown_function(copy, site):
    edit(copy / "docs" / "compare" / "four.md", "[sigmoid, ", "[sigmoyd, ")
    refused(copy, "docs/compare/four.md: there is no snippets/sigmoyd.py")


@pytest.mark.parametrize(
    "script", ["bench", "build", "departures", "mutants", "prove", "vector", "verify"]
)
def test_unknown_name(script):
    known = ", ".join(sorted(path.stem for path in SNIPPETS.glob("*.py")))
    refused(ROOT, f"there is no snippets/sigmoyd.py; there are: {known}", script, "sigmoyd")


@pytest.mark.parametrize(
    ("script", "name", "words"),
    [
        ("verify", "softmax", "softmax is a function of vectors: see scripts/vector.py"),
        ("prove", "glu", "glu is a function of vectors: see scripts/vector.py"),
        ("vector", "tanh", "tanh works on single elements: use scripts/verify.py"),
    ],
)
def test_the_other_kind_of_function(script, name, words):
    refused(ROOT, words, script, name)


def tree(folder):
    return {
        p.relative_to(folder): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in folder.rglob("*")
        if p.is_file()
    }


BROKEN = [
    ("snippets/relu.py", "return np.maximum(", "return 1 + np.maximum(", "snippets/relu.py: relu("),
    (
        "docs/learn/why-nonlinearity.py",
        "assert ",
        "assert 0 and ",
        "docs/learn/why-nonlinearity.py: cell",
    ),
    ("docs/index.md", "Activation functions", r"$\foo$", "docs/index.md"),
    ("docs/index.md", "overview/catalog.md", "overview/katalog.md", "docs/index.md"),
    ("docs/index.md", "learn/why-nonlinearity.py", "learn/why.py", "learn/why.py"),
    (
        "scripts/page.py",
        '"shape.md": shape(activation)',
        '"form.md": shape(activation)',
        "shape.md",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "words"), BROKEN)
def test_a_failing_build_leaves_the_last_good_site(copy, site, file, old, new, words):
    shutil.copytree(site, copy / "site")
    before = tree(copy / "site")
    edit(copy / file, old, new)
    done = run(copy, "website")
    assert done.returncode != 0
    assert words in done.stderr
    assert "site/ is left as it was" in done.stderr
    assert tree(copy / "site") == before
    assert not list((copy / ".cache").glob("site.*"))
