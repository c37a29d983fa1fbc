"""The drawings say what the curves say, and stand in any page without touching the rest of it."""

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import figures
from figures import Curve, plot, sample, thumbnail

X = sample(-4, 4, [0])
RELU = Curve("f", X, np.maximum(X, 0))
STEP = Curve(
    "f\N{PRIME}",
    X,
    (X > 0) * 1.0,
    breaks=(0.0,),
    open_dots=((0.0, 1.0),),
    closed_dots=((0.0, 0.0),),
)
SMOOTH = Curve("tanh", X, np.tanh(X))
FRAME = figures.LEFT, figures.WIDTH - figures.RIGHT


def draw(key="relu", curves=(RELU, STEP), **options):
    options = {"title": "ReLU", "description": "A kink.", "xlim": (-4, 4), **options}
    return plot(key, curves, **options)


def curve_paths(picture, number):
    """Return a curve's pieces, each an (n, 2) array; the last path of its class is the swatch."""
    paths = [p.get("d") for p in ET.fromstring(picture).iter("path") if p.get("class") == number]
    pieces = paths[0].removeprefix("M").split("M")
    return [np.array([pair.split() for pair in p.split("L")], dtype=float) for p in pieces]


def dots(picture, kind):
    circles = [c for c in ET.fromstring(picture).iter("circle") if kind in c.get("class")]
    return [(c.get("class"), float(c.get("cx")), float(c.get("cy"))) for c in circles]


def at_zero():
    """Return where x = 0 is, the frame being symmetric about it."""
    return sum(FRAME) / 2


def test_jump_is_broken():
    left, right = curve_paths(draw(), "c2")
    assert left[:, 0].max() == right[:, 0].min() == at_zero()
    assert np.ptp(left[:, 1]) == np.ptp(right[:, 1]) == 0
    assert left[0, 1] > right[0, 1] + 20


def test_jump_is_broken_where_no_sample_lies_on_it():
    x = np.linspace(-4, 4, 100)
    curve = Curve("step", x, (x > 0) * 1.0, breaks=(0.0,))
    left, right = curve_paths(draw(curves=[curve]), "c1")
    assert left[:, 0].max() < at_zero() < right[:, 0].min()


def test_the_value_at_a_jump_is_left_to_the_dot():
    y = np.where(X == 0, 5.0, (X > 0) * 1.0)
    pieces = curve_paths(draw(curves=[Curve("step", X, y, breaks=(0.0,))], ylim=(-1, 6)), "c1")
    assert [np.ptp(piece[:, 1]) for piece in pieces] == [0, 0]


def test_dots_sit_on_the_limits_and_values():
    left, right = curve_paths(draw(), "c2")
    assert dots(draw(), "dot-open") == [("dot-open c2", at_zero(), right[0, 1])]
    assert dots(draw(), "dot-closed") == [("dot-closed c2", at_zero(), left[0, 1])]


def test_kink_is_sharp():
    (piece,) = curve_paths(draw(), "c1")
    assert len(piece) == 3
    assert piece[1].tolist() == [at_zero(), piece[0, 1]]


def test_thinned_curve_stays_on_the_function():
    (piece,) = curve_paths(draw(curves=[SMOOTH], ylim=(-1.2, 1.2)), "c1")
    assert 20 < len(piece) < 100
    x = np.linspace(-3.99, 3.99, 2000)
    across = np.interp(x, (-4, 4), FRAME)
    down = np.interp(np.tanh(x), (-1.2, 1.2), (190, 0)) + figures.ROW + figures.TOP
    # Steepness turns a distance from the curve into a larger vertical one.
    slope = np.abs(np.gradient(down, across))
    gap = np.abs(np.interp(across, *piece.T) - down) / np.hypot(1, slope)
    assert gap.max() < figures.TOLERANCE + 0.02


def test_curve_is_clipped_at_the_frame():
    huge = Curve("exp", X, np.exp(100 * X))
    (piece,) = curve_paths(draw(curves=[huge], ylim=(0, 2)), "c1")
    # Matplotlib clips one unit outside the frame.
    assert piece[:, 1].min() == figures.ROW + figures.TOP - 1
    assert np.ptp(piece[:, 1]) == 191


@pytest.mark.parametrize("picture", [draw(), thumbnail([RELU, STEP], xlim=(-4, 4))])
def test_picture_leaves_colour_and_the_rest_of_the_page_alone(picture):
    for tag in ET.fromstring(picture).iter():
        assert tag.tag in {"figure", "svg", "title", "desc", "path", "circle", "text"}
        assert set(tag.keys()) <= {
            *("class", "role", "aria-labelledby", "aria-hidden", "id"),
            *("viewBox", "width", "height", "d", "cx", "cy", "r", "x", "y", "text-anchor"),
            *("font-size", "fill", "stroke-width", "stroke-dasharray"),
        }
        assert tag.get("fill") in {None, "none"}
        assert set((tag.get("class") or "plot").split()) <= {
            *("plot", "grid", "ink", "math", "dot-open", "dot-closed"),
            *(f"c{number}" for number in range(1, 7)),
        }
    assert not re.search(r"#|rgb|\d\.\d{3}|\d[eE][-+]?\d|\n", picture)


def test_ids_are_of_the_key_and_name_the_picture():
    svg = ET.fromstring(draw("gelu"))[0]
    ids = {tag.get("id"): tag.text for tag in svg.iter() if tag.get("id")}
    assert ids == {"gelu-title": "ReLU", "gelu-desc": "A kink."}
    assert svg.get("role") == "img"
    assert svg.get("aria-labelledby").split() == list(ids)


def test_two_figures_share_no_id():
    one, two = (set(re.findall(r'\bid="(.*?)"', draw(key))) for key in ("relu", "gelu"))
    assert one
    assert one.isdisjoint(two)


def test_thumbnail_has_no_id_and_no_words():
    picture = thumbnail([RELU, STEP], xlim=(-4, 4))
    svg = ET.fromstring(picture)
    assert svg.get("aria-hidden") == "true"
    assert (svg.get("width"), svg.get("height")) == ("96", "56")
    assert not [tag for tag in svg.iter() if tag.get("id") or tag.tag == "text"]
    assert len(curve_paths(picture, "c2")) == 2


def test_text_is_escaped():
    hostile = r"<b> & 'q' \$x ]]>"
    curve = Curve(hostile, X, np.tanh(X))
    svg = ET.fromstring(draw(curves=[curve], title=hostile, description=hostile))
    for tag in "title", "desc":
        assert [found.text for found in svg.iter(tag)] == [hostile]
    assert hostile in [found.text for found in svg.iter("text")]


def test_curves_differ_without_colour():
    curves = [Curve(f"curve {n}", X, n * X) for n in range(6)]
    svg = ET.fromstring(draw(curves=curves))
    drawn = [
        (path.get("class"), path.get("stroke-dasharray"))
        for path in svg.iter("path")
        if re.fullmatch(r"c\d", path.get("class"))
    ]
    assert len(drawn) == 12, "each curve and its swatch"
    assert len(set(drawn)) == len({dashes for _, dashes in drawn}) == 6
    with pytest.raises(ValueError, match="6 curves"):
        draw(curves=[*curves, RELU])


def test_legend_stays_in_the_drawing_and_off_the_curves():
    names = ["Identity", "ReLU", "Leaky ReLU", "Sigmoid", "Hyperbolic tangent", "Softplus"]
    svg = ET.fromstring(draw(curves=[Curve(name, X, X) for name in names]))
    entries = {tag.text: tag for tag in svg.iter("text") if tag.text in names}
    assert list(entries) == names
    for tag in entries.values():
        assert float(tag.get("x")) + 7 * len(tag.text) < figures.WIDTH
    for one, two in pairwise(entries.values()):
        same_row = one.get("y") == two.get("y")
        assert not same_row or float(one.get("x")) + 6 * len(one.text) < float(two.get("x"))
    lowest = max(float(tag.get("y")) for tag in entries.values())
    highest = min(y for line in curve_paths(ET.tostring(svg), "c1") for y in line[:, 1])
    assert lowest < highest


def test_text_is_legible_on_a_phone():
    svg = ET.fromstring(draw())[0]
    width = float(svg.get("viewBox").split()[2])
    assert float(svg.get("font-size")) * 358 / width >= 11


def test_equal_aspect():
    curve = Curve("identity", X, X)
    (line,) = curve_paths(draw(curves=[curve], equal_aspect=True), "c1")
    across, up = np.ptp(line, axis=0)
    assert across == pytest.approx(up, abs=0.02)


def test_axes_are_labelled_where_asked():
    labels = {"xlabel": "layer", "ylabel": "largest gradient (log₁₀)"}
    svg, bare = (ET.fromstring(draw(**given)) for given in (labels, {}))
    texts = {tag.text: tag for tag in svg.iter("text")}
    x, y = (texts[text] for text in labels.values())
    assert [tag.get("class") for tag in (x, y)] == ["ink", "ink"]
    assert (float(x.get("x")), x.get("text-anchor")) == (FRAME[1], "end")
    assert (float(y.get("x")), y.get("text-anchor")) == (6, "start")

    def down(tag):
        return float(tag.get("y"))

    ticks = [tag for tag in svg.iter("text") if tag.get("text-anchor") == "middle"]
    assert max(map(down, ticks)) + figures.FONT < down(x) < float(svg[0].get("height"))
    (line,) = curve_paths(ET.tostring(svg), "c1")
    assert down(texts["f"]) + figures.FONT < down(y) < min(line[:, 1])
    assert float(svg[0].get("height")) == float(bare[0].get("height")) + 2 * figures.LABEL
    assert len(texts) == len({tag.text for tag in bare.iter("text")}) + 2


def test_limits_show_everything():
    alone = Curve("f", X, np.zeros_like(X), open_dots=((0.0, 3.0),))
    picture = draw(curves=[alone])
    ((_, _, dot),) = dots(picture, "dot-open")
    (line,) = curve_paths(picture, "c1")
    top = figures.ROW + figures.TOP
    assert top < dot < line[0, 1] < top + 190


@pytest.mark.filterwarnings("error")
def test_a_constant_lies_in_the_middle():
    (line,) = curve_paths(draw(curves=[Curve("two", X, np.full_like(X, 2))]), "c1")
    assert line[:, 1].tolist() == [figures.ROW + figures.TOP + 95] * 2


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite_are_refused(bad):
    y = np.where(X == 0, bad, X)
    with pytest.raises(ValueError, match=rf"curve 'log' *: y is {bad} at x = 0\.0"):
        Curve("log", X, y)


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (np.arange(3.0), np.arange(4.0)),
        (np.arange(4.0).reshape(2, 2), np.zeros((2, 2))),
        (np.zeros(1), np.zeros(1)),
        (np.array([0.0, 0.0, 1.0]), np.zeros(3)),
        (np.array([0.0, np.nan, 1.0]), np.zeros(3)),
    ],
)
def test_what_is_no_curve_is_refused(x, y):
    with pytest.raises(ValueError, match="curve 'f'"):
        Curve("f", x, y)


def test_sample_holds_specials_and_their_neighbours():
    grid = sample(-1, 2, [1 / 3, 0.0, 2.0, 7.0], n=11)
    assert np.all(np.diff(grid) > 0)
    assert (grid[0], grid[-1]) == (-1, 2)
    for special in 0.0, 1 / 3:
        at = list(grid).index(special)
        assert grid[at - 1] == np.nextafter(special, -np.inf)
        assert grid[at + 1] == np.nextafter(special, np.inf)
    assert len(grid) == 11 + 3 + 3 + 1


def test_earlier_figures_leave_no_trace():
    first = draw()
    draw(curves=[SMOOTH], equal_aspect=True)
    assert draw() == first


def test_bytes_are_the_same_in_every_process():
    program = (
        "import numpy as np; from figures import Curve, plot, sample; x = sample(-4, 4, [0]);"
        "c = Curve('f', x, np.tanh(x), open_dots=((0., 0.),));"
        "print(plot('k', [c], title='t', description='d', xlim=(-4, 4)))"
    )
    scripts = str(Path(figures.__file__).parent)
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": scripts, "PYTHONHASHSEED": seed, "LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(printed) == 1
    assert b"<svg" in printed.pop()
