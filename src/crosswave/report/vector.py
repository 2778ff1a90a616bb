"""Charts as small SVG: a renderer of matplotlib that writes each thing once, to a tenth of a pixel, letters as letters.

Colours and lines are attributes of the elements themselves: a chart carries no style sheet and no names, so that
several can be part of one page, and the sheet of the page gives each colour the shade of its theme. What is where
from left to right is a part of the width, so that a chart is as wide as its room while its letters keep their size."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox, Transform

TIP, HEAD, WIDE, TOP, PANEL = "tip: ", "head", "wide", "top: ", "panel: "
"""Names (gid) of artists: words to be shown where it is pointed at or focused; a line of the title; a label that a
narrow sheet has no room for; a figure with the pixels that its title takes; axes with the box (pixels from the left and
the top, width, height) that moves as one."""

PIXELS = 96 / 72
"""Of a point."""

INK, SIZE, FAMILY = "#1b1f24", 9.0, "DejaVu Sans,Verdana,Arial,sans-serif"
"""What letters are unless they say otherwise."""

_TALL, _BELOW = 0.968, 0.208  # from the top of an l to the foot of a p, and below the line, as parts of the size
_ANCHORS = {"center": "middle", "right": "end"}
_DISC = Path.unit_circle().vertices
_CURVES = {Path.CURVE3: "Q", Path.CURVE4: "C"}
_LARGEST_MARK = 30  # pixels
_RAW = None
"""The look of a part that stands for itself."""

Wide = Callable[[str, float, str], float]


def svg_of(figure: Figure, alt: str, wide: Wide) -> str:
    """Return a figure as SVG with its words; ``wide`` says how many points a letter of a size and weight takes."""
    dpi, figure.dpi = figure.dpi, 96
    figure.patch.set_visible(False)
    try:
        width, height = 96 * figure.get_size_inches()
        renderer = _Renderer(width, height, wide)
        figure.draw(renderer)
    finally:
        figure.dpi = dpi
        figure.patch.set_visible(True)
    role = "group" if renderer.pointed else "img"  # an image has no parts that can be focused
    size = f'width="{_n(width)}" height="{_n(height)}"'
    look = f'font-family="{FAMILY}" font-size="{SIZE * PIXELS:g}" fill="{INK}" stroke-linejoin="round"'
    head = f'<svg role="{role}" aria-label="{escape(alt)}" xmlns="http://www.w3.org/2000/svg" {size} {look}>'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#ffffff"/>', *renderer.lines(), "</svg>"])


def _n(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _attributes(**values: str) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in values.items() if value)


def _grouped(parts: Iterable[tuple[str | None, str, str]]) -> list[str]:
    """Parts, a line for each, neighbours of one look in a group that has it."""
    lines: list[str] = []
    for look, run in groupby(parts, itemgetter(0)):
        own = [(tag, rest) for _, tag, rest in run]
        alone = look if len(own) == 1 else ""
        told = [f"<{tag}{alone}{rest}" if tag else rest for tag, rest in own]
        lines += [f"<g{look}>", *told, "</g>"] if len(own) > 1 and look else told
    return lines


class _Panel:
    """A part of the sheet that moves as one: below, what is as wide as it; above, marks and letters of fixed size."""

    def __init__(self, left: float, top: float, width: float, height: float) -> None:
        self.left, self.top, self.width, self.height = left, top, width, height
        self.below: list[tuple[str | None, str, str]] = []
        self.above: list[tuple[str | None, str, str]] = []

    def x(self, value: float) -> str:
        """How far from its left edge something is."""
        return f"{_n(100 * (value - self.left) / self.width)}%"

    def y(self, value: float) -> str:
        """How far from its top edge something is."""
        return _n(value - self.top)

    def lines(self, sheet: float) -> list[str]:
        """Return its parts; ``sheet`` is the width of all."""
        if not (self.below or self.above):
            return []
        across = "" if self.width == sheet else f' x="{_n(100 * self.left / sheet)}%" width="{self.width / sheet:.1%}"'
        box = " ".join(map(_n, (self.left, self.top, self.width, self.height)))
        stretched = f'<svg viewBox="{box}" preserveAspectRatio="none">'
        return [
            f'<svg class="panel"{across} y="{_n(self.top)}" height="{_n(self.height)}" overflow="visible">',
            *([stretched, *_grouped(self.below), "</svg>"] if self.below else []), *_grouped(self.above), "</svg>",
        ]  # fmt: skip


class _Renderer(RendererBase):
    """What matplotlib draws on: each part as its look, which neighbours may share, its tag, and the rest."""

    def __init__(self, width: float, height: float, wide: Wide) -> None:
        super().__init__()
        self.width, self.height, self._wide = width, height, wide
        self.pointed = False
        self._head: list[tuple[str | None, str, str]] = []
        self._body = _Panel(0, 0, width, height)
        self._panels = [self._body]
        self._panel = self._body
        self._names: list[str] = []
        self._flip = Affine2D().scale(1, -1).translate(0, height)

    def lines(self) -> list[str]:
        """Return what was drawn, a line for each part."""
        head = ['<g class="head">', *(f"<text{look}{rest}" for look, _, rest in self._head), "</g>"]
        return [*head * bool(self._head), *(line for panel in self._panels for line in panel.lines(self.width))]

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Begin an artist, which may have a name."""
        self._names.append(name := gid or "")
        if name.startswith(TOP):
            self._body.top = float(name.removeprefix(TOP))
            self._body.height = self.height - self._body.top
        elif name.startswith(PANEL):
            self._panel = _Panel(*map(float, name.removeprefix(PANEL).split()))
            self._panels.append(self._panel)
        elif name.startswith(TIP):
            words, order = escape(name.removeprefix(TIP), quote=False), -1 if self.pointed else 0
            self._panel.above.append((_RAW, "", f'<g tabindex="{order}" role="img"><title>{words}</title>'))
            self.pointed = True  # the first is reached by the Tab key, the others from it

    def close_group(self, s: str) -> None:
        """End it."""
        name = self._names.pop()
        if name.startswith(TIP):
            self._panel.above.append((_RAW, "", "</g>"))
        elif name.startswith(PANEL):
            self._panel = self._body

    def points_to_pixels(self, points: Any) -> Any:
        """Return a size in pixels."""
        return points * PIXELS

    def draw_markers(
        self, gc: GraphicsContextBase, marker_path: Path, marker_trans: Transform, path: Path, trans: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:  # fmt: skip
        """Write marks, which keep their size: a disc as a circle, any other from where its middle is."""
        look, shape = _drawn_as(gc, rgbFace), (marker_trans + Affine2D().scale(1, -1)).transform_path(marker_path)
        size = shape.get_extents().width
        if size > _LARGEST_MARK:  # an area is drawn as a mark too
            super().draw_markers(gc, marker_path, marker_trans, path, trans, rgbFace)
            return
        for x, y in np.asarray((trans + self._flip).transform_path(path).vertices) if look else ():
            if np.array_equal(marker_path.vertices, _DISC):
                self._disc(look, x, y, size / 2)
            else:
                place = f' x="{self._panel.x(x)}" y="{self._panel.y(y)}" overflow="visible"'
                self._panel.above.append((look, "svg", f'{place}><path d="{_path_words(shape, None)}"/></svg>'))

    def _disc(self, look: str, x: float, y: float, radius: float) -> None:
        place = f' cx="{self._panel.x(x)}" cy="{self._panel.y(y)}" r="{_n(radius)}"/>'
        self._panel.above.append((look, "circle", place))

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:  # noqa: N803
        """Write a path, a disc as a circle; what leaves its axes is cut off."""
        look = _drawn_as(gc, rgbFace)
        if not look:
            return
        placed = (transform + self._flip).transform_path(path)
        if np.array_equal(path.vertices, _DISC):
            box = placed.get_extents()
            self._disc(look, (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2, box.width / 2)
            return
        clip = gc.get_clip_rectangle()
        room: Any = np.sort(clip.transformed(self._flip).get_points(), axis=0).ravel() if clip else None
        if room is not None and rgbFace is not None:
            ends = np.asarray(placed.vertices, dtype=float)
            if (ends < room[:2] - 0.1).any() or (ends > room[2:] + 0.1).any():
                placed = placed.clip_to_bbox(Bbox.from_extents(*room))
            room = None
        words = _path_words(placed, room)
        if any(letter in words for letter in "HVLQC"):
            self._panel.below.append((look, "path", f' d="{words}"/>'))

    def draw_text(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: FontProperties, angle: float,
        ismath: Any = False, mtext: Text | None = None,
    ) -> None:  # fmt: skip
        """Write letters, anchored where they were placed."""
        size, ink, anchor, name = prop.get_size_in_points(), to_hex(gc.get_rgb()), "", (self._names or [""])[-1]
        if mtext and angle == 0:
            x = mtext.get_transform().transform(mtext.get_unitless_position())[0]
            anchor = _ANCHORS.get(mtext.get_horizontalalignment(), "")
        look = _attributes(
            font_size="" if size == SIZE else f"{size * PIXELS:.3g}",
            font_weight="bold" * (prop.get_weight() == "bold"), fill="" if ink == INK else ink, text_anchor=anchor,
        )  # fmt: skip
        words, down = escape(s, quote=False), _n(y) if name == HEAD else self._panel.y(y)
        place = f' x="{self._panel.x(x)}" y="{down}"'
        named = f' class="{WIDE}"' * (name == WIDE)
        if angle:
            turned = f'<text transform="rotate({-angle:g})">{words}</text>'
            self._panel.above.append((look, "svg", f'{place} overflow="visible">{turned}</svg>'))
        else:
            (self._head if name == HEAD else self._panel.above).append((look, "text", f"{place}{named}>{words}</text>"))

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Return the room that letters take, in pixels."""
        size, weight = prop.get_size_in_points(), str(prop.get_weight())
        wide = sum(self._wide(letter, size, weight) for letter in s)
        return PIXELS * wide, PIXELS * _TALL * size, PIXELS * _BELOW * size

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size of the sheet, in pixels."""
        return self.width, self.height


def _drawn_as(gc: GraphicsContextBase, face: Any) -> str:
    """The attributes of what is filled or stroked; nothing where it would not be seen."""
    forced, edge, width = gc.get_forced_alpha(), gc.get_rgb(), gc.get_linewidth()
    inner = "" if face is None or (len(face) == 4 and face[3] == 0) else to_hex(face)
    outer = to_hex(edge) if width and (len(edge) < 4 or edge[3]) else ""
    fade = gc.get_alpha() if forced else 1.0
    seen = fade if forced or face is None or len(face) < 4 else face[3]
    dashes: Any = gc.get_dashes()[1]
    if not inner and not outer:
        return ""
    return _attributes(
        fill=inner or "none", fill_opacity="" if not inner or seen == 1 else f"{seen:g}", stroke=outer,
        stroke_width="" if not outer or width * PIXELS == 1 else f"{width * PIXELS:.2g}",
        stroke_opacity="" if not outer or fade == 1 else f"{fade:g}",
        stroke_dasharray=",".join(_n(PIXELS * dash) for dash in dashes) if outer and dashes is not None else "",
    )  # fmt: skip


def _path_words(path: Path, room: Any) -> str:
    """The commands of a path: level and upright lines with one number."""
    words: list[str] = []
    here = ("", "")
    for points, code in path.iter_segments(simplify=False, clip=None if room is None else tuple(room)):
        numbers = [_n(float(value)) for value in points]
        there = (numbers[-2], numbers[-1])
        if code == Path.MOVETO:
            words.append(f"M{' '.join(there)}")
        elif code == Path.CLOSEPOLY:
            words.append("z")
            continue
        elif code in _CURVES:
            words.append(f"{_CURVES[code]}{' '.join(numbers)}")
        elif there != here:
            level, upright = there[1] == here[1], there[0] == here[0]
            words.append(f"H{there[0]}" if level else f"V{there[1]}" if upright else f"L{' '.join(there)}")
        here = there
    return "".join(words)
