"""Charts as small SVG: a renderer of matplotlib that writes each thing once, to a tenth of a point, letters as letters.

Colours and lines are attributes of the elements themselves: a chart carries no style sheet and no names, so that
several can be part of one page, and the sheet of the page gives each colour the shade of its theme."""

from __future__ import annotations

from collections.abc import Callable
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

TIP = "tip: "
"""How the name (gid) of an artist begins whose other words are shown where it is pointed at or focused."""

INK, SIZE, FAMILY = "#1b1f24", 9.0, "DejaVu Sans,Verdana,Arial,sans-serif"
"""What letters are unless they say otherwise."""

_TALL, _BELOW = 0.968, 0.208  # from the top of an l to the foot of a p, and below the line, as parts of the size
_ANCHORS = {"center": "middle", "right": "end"}
_DISC = Path.unit_circle().vertices
_CURVES = {Path.CURVE3: "Q", Path.CURVE4: "C"}
_RAW = None
"""The look of a part that stands for itself."""

Wide = Callable[[str, float, str], float]


def svg_of(figure: Figure, alt: str, wide: Wide) -> str:
    """Return a figure as SVG with its words; ``wide`` says how many points a letter of a size and weight takes."""
    dpi, figure.dpi = figure.dpi, 72
    try:
        width, height = 72 * figure.get_size_inches()
        renderer = _Renderer(width, height, wide)
        figure.draw(renderer)
    finally:
        figure.dpi = dpi
    role = "group" if renderer.pointed else "img"  # an image has no parts that can be focused
    size = f'width="{_n(width)}pt" height="{_n(height)}pt" viewBox="0 0 {_n(width)} {_n(height)}"'
    look = f'font-family="{FAMILY}" font-size="{SIZE:g}" fill="{INK}" stroke-linejoin="round"'
    head = f'<svg role="{role}" aria-label="{escape(alt)}" xmlns="http://www.w3.org/2000/svg" {size} {look}>'
    return "\n".join([head, *renderer.lines(), "</svg>"])


def _n(value: float) -> str:
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def _attributes(**values: str) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in values.items() if value)


class _Renderer(RendererBase):
    """What matplotlib draws on: each part as its look, which neighbours may share, its tag, and the rest."""

    def __init__(self, width: float, height: float, wide: Wide) -> None:
        super().__init__()
        self.width, self.height, self._wide = width, height, wide
        self.pointed = False
        self._parts: list[tuple[str | None, str, str]] = []
        self._names: list[bool] = []
        self._flip = Affine2D().scale(1, -1).translate(0, height)

    def lines(self) -> list[str]:
        """Return what was drawn, a line for each part."""
        lines: list[str] = []
        for look, run in groupby(self._parts, itemgetter(0)):
            own = [(tag, rest) for _, tag, rest in run]
            alone = look if len(own) == 1 else ""
            told = [f"<{tag}{alone}{rest}" if tag else rest for tag, rest in own]
            lines += [f"<g{look}>", *told, "</g>"] if len(own) > 1 and look else told
        return lines

    def open_group(self, s: str, gid: str | None = None) -> None:
        """Begin an artist, which may have words of its own."""
        self._names.append(bool(gid and gid.startswith(TIP)))
        if gid and self._names[-1]:
            self.pointed, words = True, escape(gid.removeprefix(TIP), quote=False)
            self._parts.append((_RAW, "", f'<g tabindex="0" role="img"><title>{words}</title>'))

    def close_group(self, s: str) -> None:
        """End it."""
        if self._names.pop():
            self._parts.append((_RAW, "", "</g>"))

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:  # noqa: N803
        """Write a path, a disc as a circle; what leaves its axes is cut off."""
        look, disc = _drawn_as(gc, rgbFace), np.array_equal(path.vertices, _DISC)
        if not look:
            return
        placed = (transform + self._flip).transform_path(path)
        if disc:
            box = placed.get_extents()
            middle = f' cx="{_n((box.x0 + box.x1) / 2)}" cy="{_n((box.y0 + box.y1) / 2)}"'
            self._parts.append((look, "circle", f'{middle} r="{_n(box.width / 2)}"/>'))
            return
        clip = gc.get_clip_rectangle()
        room: Any = np.sort(clip.transformed(self._flip).get_points(), axis=0).ravel() if clip else None
        if room is not None and rgbFace is not None:
            ends = np.asarray(placed.vertices, dtype=float)
            if (ends < room[:2] - 0.1).any() or (ends > room[2:] + 0.1).any():
                placed = placed.clip_to_bbox(Bbox.from_extents(*room))
            room = None
        if words := _path_words(placed, room):
            self._parts.append((look, "path", f' d="{words}"/>'))

    def draw_text(
        self, gc: GraphicsContextBase, x: float, y: float, s: str, prop: FontProperties, angle: float,
        ismath: Any = False, mtext: Text | None = None,
    ) -> None:  # fmt: skip
        """Write letters, anchored where they were placed."""
        size, ink, anchor = prop.get_size_in_points(), to_hex(gc.get_rgb()), ""
        if mtext and angle == 0:
            x = mtext.get_transform().transform(mtext.get_unitless_position())[0]
            anchor = _ANCHORS.get(mtext.get_horizontalalignment(), "")
        look = _attributes(
            font_size="" if size == SIZE else f"{size:g}", font_weight="bold" * (prop.get_weight() == "bold"),
            fill="" if ink == INK else ink, text_anchor=anchor,
        )  # fmt: skip
        turn = f' transform="rotate({-angle:g} {_n(x)} {_n(y)})"' if angle else ""
        self._parts.append((look, "text", f' x="{_n(x)}" y="{_n(y)}"{turn}>{escape(s, quote=False)}</text>'))

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        """Return the room that letters take, in points."""
        size, weight = prop.get_size_in_points(), str(prop.get_weight())
        return sum(self._wide(letter, size, weight) for letter in s), _TALL * size, _BELOW * size

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the size of the sheet, in points."""
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
        stroke_width="" if not outer or width == 1 else f"{width:g}",
        stroke_opacity="" if not outer or fade == 1 else f"{fade:g}",
        stroke_dasharray=",".join(map(_n, dashes)) if outer and dashes is not None else "",
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
