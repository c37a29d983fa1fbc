"""Draw curves as inline SVG whose colours are left to the page's style sheet, and as PNG."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.ticker import MaxNLocator, MultipleLocator
from matplotlib.transforms import Affine2D, Transform

Array = npt.NDArray[np.float64]
Point = tuple[float, float]
Limits = tuple[float, float]

SHARP = 3  # pixels of a PNG to a unit
DPI = 72  # so that Matplotlib's points are the drawing's units
FONT = 13.0
PRIMES = "\N{PRIME}\N{DOUBLE PRIME}\N{TRIPLE PRIME}"
NARROW = frozenset(" '(),.:;Ifijlrt" + PRIMES)
WIDTH, LEFT, RIGHT, TOP, BOTTOM = 400.0, 40.0, 14.0, 8.0, 24.0
HEIGHT = 190.0  # of the plotting area
ROW, SWATCH = 22.0, 26.0  # of the legend
LABEL = 18.0  # what the label of an axis adds to the height
TOLERANCE = 0.1
ANCHORS = {"left": (0.0, "start"), "center": (0.5, "middle"), "right": (1.0, "end")}
# Dashes and gaps, in widths of the line, for the classes c1 to c6.
DASHES = (None, (3, 1.5), (1.2, 1.2), (5, 1.5, 1.25, 1.5), (5.5, 2), (3, 1, 1, 1, 1, 1))


@dataclass(frozen=True, eq=False)
class Curve:
    """One function, sampled, under its label.

    `x` and `y` are float64, 1-d and of one shape, `x` strictly increasing, `y` finite. At each of
    `breaks` the curve is cut: samples on its two sides are never joined, and a sample at the
    break itself is left to the dots, so give samples close by (see `sample`). Open dots are
    one-sided limits not taken, closed dots are values taken. ValueError names the curve.
    """

    label: str
    x: Array
    y: Array
    breaks: tuple[float, ...] = ()
    open_dots: tuple[Point, ...] = ()
    closed_dots: tuple[Point, ...] = ()

    def __post_init__(self) -> None:
        name = f"curve {self.label!r}"
        if self.x.ndim != 1 or self.x.shape != self.y.shape or self.x.size < 2:
            raise ValueError(f"{name}: x {self.x.shape} and y {self.y.shape} are no list of points")
        if not np.all(np.diff(self.x) > 0):
            raise ValueError(f"{name}: x does not increase strictly")
        if not np.all(finite := np.isfinite(self.y)):
            at = int(np.argmin(finite))
            raise ValueError(f"{name}: y is {self.y[at]} at x = {self.x[at]}")

    def points(self) -> tuple[Array, Array]:
        """Return x and y, float64, with nan in place of each break."""
        kept = ~np.isin(self.x, self.breaks)
        x, y = self.x[kept], self.y[kept]
        at = np.searchsorted(x, self.breaks)
        return np.insert(x, at, np.nan), np.insert(y, at, np.nan)


def sample(low: float, high: float, specials: Iterable[float] = (), n: int = 401) -> Array:
    """Return a 1-d float64 grid that increases from `low` to `high`.

    It holds `n` even values and each of `specials` in the interval, exactly, between its two
    neighbours among the floats: so a kink is sharp, and a jump is met from both sides.
    """
    exact = np.array(sorted(specials), dtype=np.float64)
    around = np.nextafter(exact, -np.inf), exact, np.nextafter(exact, np.inf)
    grid = np.unique(np.concatenate([np.linspace(low, high, n), *around]))
    return grid[(low <= grid) & (grid <= high)]


def plot(
    key: str,
    curves: Sequence[Curve],
    *,
    title: str,
    description: str,
    xlim: Limits,
    ylim: Limits | None = None,
    equal_aspect: bool = False,
    height: float = HEIGHT,
    xlabel: str = "",
    ylabel: str = "",
) -> str:
    """Return `<figure class="plot"><svg …>…</svg></figure>`, one line of HTML.

    `title` and `description` are for those who do not see it; `key` begins every id. Without
    `ylim` all is shown. The drawing is 400 wide and its plotting area `height` high, or, with
    `equal_aspect`, as high as the limits ask. `xlabel` stands below the right end of its axis,
    `ylabel` above its own, both level. ValueError for more than six curves.
    """
    svg = _compose(curves, xlim, ylim, equal_aspect, height, xlabel, ylabel)
    label = f'role="img" aria-labelledby="{key}-title {key}-desc"'
    names = f'<title id="{key}-title">{escape(title)}</title>'
    names += f'<desc id="{key}-desc">{escape(description)}</desc>'
    return f'<figure class="plot">{svg.draw(label, names)}</figure>'


def picture(curves: Sequence[Curve], colours: Mapping[str, str], xlim: Limits) -> bytes:
    """Return the same drawing as a PNG, in these colours."""
    return _png(_compose(curves, xlim).figure, colours, SHARP * DPI)


def card(title: str, below: str, curves: Sequence[Curve], colours: Mapping[str, str]) -> bytes:
    """Return a PNG of 1200 × 630, for links to a page: its title and a line above its curves."""
    width, height = 600.0, 315.0
    svg = _Renderer(width, height)
    low, high = float(curves[0].x[0]), float(curves[0].x[-1])
    box = (30.0, 20.0, width - 60, height - 110)
    axes = svg.axes(box, (low, high), _limits(curves, margin=0.08))
    axes.set(xticks=[], yticks=[])
    _lines(axes, curves, 3.5)
    free = _free(axes)
    size = min(40.0, 40.0 * (width - 60) / _width(title, 40))
    axes.text(30, height - 44, title, size=size, va="center", parse_math=False, **free)
    axes.text(30, height - 78, below, size=15, va="center", parse_math=False, **free)
    x = width - 30 - sum(_width(c.label, 18) + 18 for c in curves) + 18
    for number, curve in enumerate(curves, 1):
        _text(axes, x, height - 84, curve.label, size=18, **free | {"gid": f"c{number}"})
        x += _width(curve.label, 18) + 18
    return _png(svg.figure, colours, 1200 / width * DPI)


def _png(figure: Figure, colours: Mapping[str, str], dpi: float) -> bytes:
    """Return a figure as PNG, each artist in the colour of its class."""
    (axes,) = figure.axes
    axes.tick_params(grid_color=colours["grid"], labelcolor=colours["ink"])
    for line in figure.findobj(Line2D):
        *kind, name = (line.get_gid() or "ink").split()
        line.set_color(colours[name])
        if kind:
            opened = kind == ["dot-open"]
            line.set_markerfacecolor(colours["paper"] if opened else colours[name])
            line.set_markeredgewidth(2)
    for text in figure.findobj(Text):
        name, *kind = (text.get_gid() or "ink").split()
        text.set_color(colours[name])
        if kind:
            letters = text.get_text().replace("\N{DOUBLE PRIME}", "\N{PRIME}" * 2)
            text.set(text=f"${letters}$".replace("\N{PRIME}", "'"), parse_math=True)
            text.set(math_fontfamily="stix", size=1.2 * float(text.get_fontsize()))
    figure.patch.set_visible(True)
    out = io.BytesIO()
    figure.savefig(out, dpi=dpi, facecolor=colours["paper"], metadata={"Software": None})
    return out.getvalue()


def _free(axes: Axes) -> dict[str, Any]:
    """Return Matplotlib's arguments for what stands anywhere in the figure."""
    units = Affine2D().scale(1 / DPI) + axes.figure.dpi_scale_trans
    return {"transform": units, "clip_on": False, "zorder": 5}


def _compose(
    curves: Sequence[Curve],
    xlim: Limits,
    ylim: Limits | None = None,
    equal_aspect: bool = False,
    height: float = HEIGHT,
    xlabel: str = "",
    ylabel: str = "",
) -> _Renderer:
    """Put a drawing together: see `plot`."""
    ylim = ylim or _limits(curves, margin=0.06)
    left, width = LEFT, WIDTH - LEFT - RIGHT
    if equal_aspect:
        across, up = xlim[1] - xlim[0], ylim[1] - ylim[0]
        unit = width / max(across, up)
        left, width, height = left + (width - unit * across) / 2, unit * across, unit * up
    places = _legend(curves, left)
    bottom = BOTTOM + (LABEL if xlabel else 0)
    top = bottom + height + TOP + (LABEL if ylabel else 0)
    svg = _Renderer(WIDTH, top + ROW * (1 + max(row for _, row in places)))
    axes = svg.axes((left, bottom, width, height), xlim, ylim)

    axes.grid(lw=1, gid="grid")
    axes.tick_params(length=0, pad=6, labelsize=FONT)
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    if equal_aspect:
        axes.yaxis.set_major_locator(MultipleLocator(np.diff(axes.get_xticks())[0]))
    _lines(axes, curves, 2)

    free = _free(axes)
    for number, (curve, (x, row)) in enumerate(zip(curves, places, strict=True), 1):
        for kind, dots in ("open", curve.open_dots), ("closed", curve.closed_dots):
            if dots:
                gid = f"dot-{kind} c{number}"
                axes.plot(*np.transpose(dots), "o", ms=7.5, gid=gid, zorder=4, clip_on=False)
        y = svg.height - ROW * (row + 0.5)
        axes.plot([x, x + SWATCH], [y, y], **_style(number, 2), **free)
        _text(axes, x + SWATCH + 6, y - 0.35 * FONT, curve.label, **free)
    if xlabel:
        _text(axes, left + width, 0.35 * FONT, xlabel, ha="right", **free)
    if ylabel:
        _text(axes, left - LEFT + 6, top - LABEL + 2, ylabel, **free)
    return svg


def thumbnail(
    curves: Sequence[Curve], *, xlim: Limits, ylim: Limits | None = None, size: Point = (96, 56)
) -> str:
    """Return `<svg class="plot" aria-hidden="true" …>…</svg>`: curves and axes without a word.

    It has no id and stands in a line or a table's cell; the text beside it must name it.
    ValueError for more than six curves.
    """
    svg = _Renderer(*size)
    axes = svg.axes((1, 1, size[0] - 2, size[1] - 2), xlim, ylim or _limits(curves, margin=0.08))
    axes.set(xticks=[], yticks=[])
    _lines(axes, curves, 1.75)
    return svg.draw('aria-hidden="true"')


def _text(axes: Axes, x: float, y: float, words: str, **options: Any) -> None:
    gid = options.pop("gid", "ink") + " math" * (len(words.rstrip(PRIMES)) == 1)
    axes.text(x, y, words, gid=gid, parse_math=False, **{"size": FONT} | options)


def _limits(curves: Sequence[Curve], margin: float) -> Limits:
    """Return what shows all values, with a share of their range to spare below and above."""
    dots = [y for curve in curves for _, y in (*curve.open_dots, *curve.closed_dots)]
    values = np.concatenate([dots, *(curve.y for curve in curves)])
    low, high = float(values.min()), float(values.max())
    spare = margin * (high - low) or 1.0
    return low - spare, high + spare


def _legend(curves: Sequence[Curve], left: float) -> list[tuple[float, int]]:
    """Return where each entry begins, from the left, and its row; rows are filled in turn."""
    places, x, row = [], left, 0
    for curve in curves:
        end = x + SWATCH + 6 + _width(curve.label, FONT)
        if end > WIDTH and x > left:
            end, x, row = end - x + left, left, row + 1
        places.append((x, row))
        x = end + 14
    return places


def _style(number: int, width: float) -> dict[str, Any]:
    """Return Matplotlib's arguments for the curve of that number, from one."""
    if number > len(DASHES):
        raise ValueError(f"a figure has {len(DASHES)} curves at most")
    return {"gid": f"c{number}", "linewidth": width, "linestyle": (0, DASHES[number - 1])}


def _lines(axes: Axes, curves: Sequence[Curve], width: float) -> None:
    """Draw the lines x = 0 and y = 0 where they are in sight, then the curves above them."""
    axes.axhline(0, lw=1, gid="ink", zorder=2)
    axes.axvline(0, lw=1, gid="ink", zorder=2)
    for number, curve in enumerate(curves, 1):
        axes.plot(*curve.points(), **_style(number, width), zorder=3)


class _Renderer(RendererBase):
    """Matplotlib's drawing orders as SVG: an artist's gid becomes its class, colours are dropped.

    Matplotlib's own SVG writes style attributes, ids and `<use>`, and measures text in a font
    that the page does not have.
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self.elements: list[str] = []
        self.classes: list[str] = []

    def axes(self, box: tuple[float, float, float, float], xlim: Limits, ylim: Limits) -> Axes:
        """Return the axes of a new figure of this size; `box` is left, bottom, width, height."""
        self.figure = Figure(figsize=(self.width / DPI, self.height / DPI), dpi=DPI)
        scale = np.array([self.width, self.height] * 2)
        axes = self.figure.add_axes(tuple(box / scale), xlim=xlim, ylim=ylim, frameon=False)
        self.figure.patch.set_visible(False)
        return axes

    def draw(self, attributes: str, names: str = "") -> str:
        """Return the figure's `<svg>`."""
        self.figure.draw(self)
        width, height = _number(self.width), _number(self.height)
        return (
            f'<svg class="plot" {attributes} viewBox="0 0 {width} {height}" width="{width}"'
            f' height="{height}" font-size="{_number(FONT)}">{names}{"".join(self.elements)}</svg>'
        )

    def open_group(self, s: str, gid: str | None = None) -> None:
        self.classes.append(gid or "ink")

    def close_group(self, s: str) -> None:
        self.classes.pop()

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self.width, self.height

    def get_text_width_height_descent(
        self, s: str, prop: Any, ismath: Any
    ) -> tuple[float, float, float]:
        size = prop.get_size_in_points()
        return _width(s, size), 0.72 * size, 0.0

    def draw_path(
        self,
        gc: GraphicsContextBase,
        path: Path,
        transform: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        clip = gc.get_clip_rectangle()
        corners = None if clip is None else (clip.x0, clip.y0, clip.x1, clip.y1)
        path = path.cleaned(transform, remove_nans=True, clip=corners)
        vertices = np.asarray(path.vertices, dtype=np.float64)
        d = ""
        for start, stop in pairwise(np.flatnonzero(path.codes != Path.LINETO)):
            points = _thin(vertices[start:stop]) * (1, -1) + (0, self.height)
            d += "M" + "L".join(f"{_number(x)} {_number(y)}" for x, y in points)
        if not d:
            return
        _, pattern = gc.get_dashes()
        dashes = " ".join(map(_number, np.asarray(pattern or (), dtype=np.float64)))
        self.elements.append(
            f'<path class="{self.classes[-1]}" d="{d}" fill="none"'
            f' stroke-width="{_number(gc.get_linewidth())}"'
            + (f' stroke-dasharray="{dashes}"/>' if dashes else "/>")
        )

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        radius = _number(marker_path.get_extents(marker_trans).width / 2)
        for x, y in trans.transform(path.vertices):
            self.elements.append(
                f'<circle class="{self.classes[-1]}" cx="{_number(x)}"'
                f' cy="{_number(self.height - y)}" r="{radius}" stroke-width="2"/>'
            )

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: Any,
        angle: float,
        ismath: Any = False,
        mtext: Any = None,
    ) -> None:
        # The browser sets the text to its own width, so it is told the point to align to.
        share, anchor = ANCHORS[mtext.get_horizontalalignment()]
        x += share * self.get_text_width_height_descent(s, prop, ismath)[0]
        self.elements.append(
            f'<text class="{self.classes[-1]}" x="{_number(x)}" y="{_number(y)}"'
            f' text-anchor="{anchor}">{escape(s)}</text>'
        )


def _thin(points: Array) -> Array:
    """Return the fewest-looking points, (n, 2) of (m, 2), whose polyline stays within TOLERANCE.

    Ramer, Douglas and Peucker's method: it keeps given points and moves none, so kinks stay.
    """
    chord, offset = points[-1] - points[0], points - points[0]
    area = np.abs(chord[0] * offset[:, 1] - chord[1] * offset[:, 0])
    far = int(area.argmax())
    if area[far] <= TOLERANCE * np.hypot(*chord):
        return points[[0, -1]]
    return np.concatenate([_thin(points[: far + 1])[:-1], _thin(points[far:])])


def _width(text: str, size: float) -> float:
    """Return about how wide `text` is, rather more than less: the page's font is not known here."""
    return size * sum(0.33 if letter in NARROW else 0.58 for letter in text)


def _number(value: float) -> str:
    """Return `value` with two decimals at most."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
