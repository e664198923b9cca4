"""Grafana's named colours as CSS variables with one value for each theme."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

from gendash.engine.read.display import NO_COLOR

Theme = Literal["dark", "light"]

_SHADES = ("super-light-", "light-", "", "semi-dark-", "dark-")
# from the lightest to the darkest shade, as Grafana 12 has them in its dark and in its light theme
_HUES: dict[str, dict[Theme, str]] = {
    "red": {"dark": "FFA6B0 FF7383 F2495C E02F44 C4162A", "light": "FF7383 F2495C E02F44 C4162A AD0317"},
    "orange": {"dark": "FFCB7D FFB357 FF9830 FF780A FA6400", "light": "FFB357 FF9830 FF780A FA6400 E55400"},
    "yellow": {"dark": "FFF899 FFEE52 FADE2A F2CC0C E0B400", "light": "FFEE52 FADE2A F2CC0C E0B400 CC9D00"},
    "green": {"dark": "C8F2C2 96D98D 73BF69 56A64B 37872D", "light": "96D98D 73BF69 56A64B 37872D 19730E"},
    "blue": {"dark": "C0D8FF 8AB8FF 5794F2 3274D9 1F60C4", "light": "8AB8FF 5794F2 3274D9 1F60C4 1250B0"},
    "purple": {"dark": "DEB6F2 CA95E5 B877D9 A352CC 8F3BB8", "light": "CA95E5 B877D9 A352CC 8F3BB8 7C2EA3"},
}
# the page itself: background, panel, lines, text, quiet text, and grey for what has no colour
_PAGE: dict[Theme, dict[str, str]] = {
    "dark": {
        "canvas": "#111217",
        "panel": "#181b1f",
        "line": "#2c2e36",
        "grid": "#25272e",
        "bar": "#22252b",
        "text": "#d5d6e2",
        "quiet": "#9fa2ae",
        "gray": "#8e959e",
        "link": "#6e9fff",
        "scheme-blue": "#1f60c4",
        "scheme-red": "#c4162a",
        "scheme-green": "#37872d",
        "scheme-purple": "#8f3bb8",
    },
    "light": {
        "canvas": "#f4f5f5",
        "panel": "#ffffff",
        "line": "#dcdde0",
        "grid": "#e9eaec",
        "bar": "#f0f1f2",
        "text": "#24292e",
        "quiet": "#5d6470",
        "gray": "#7b8087",
        "link": "#1f62e0",
        "scheme-blue": "#77a8f6",  # dark text stays legible on it
        "scheme-red": "#f58a97",
        "scheme-green": "#7cc47a",
        "scheme-purple": "#c795e0",
    },
}
_SCHEMES = {  # from the lowest to the highest value; those of one hue begin with the panel's own colour
    "blues": ("panel", "scheme-blue"),
    "reds": ("panel", "scheme-red"),
    "greens": ("panel", "scheme-green"),
    "purples": ("panel", "scheme-purple"),
    "grylrd": ("green", "yellow", "red"),
    "rdylgr": ("red", "yellow", "green"),
    "blylrd": ("dark-blue", "super-light-yellow", "dark-red"),
    "ylrd": ("super-light-yellow", "dark-red"),
    "blpu": ("blue", "purple"),
    "ylbl": ("super-light-yellow", "dark-blue"),
}
SINGLE_HUES = ("blues:", "reds:", "greens:", "purples:")
_PLAIN = re.compile(r"#[0-9a-fA-F]{3,8}|rgba?\([0-9., %]+\)|hsla?\([0-9., %deg]+\)")
_SCHEME = re.compile(r"(\w+):([01]\.[0-9]+)")
_SHADE = re.compile(r"(.+)~(\d+)")
_PALER = 0.75  # what each shade of a colour keeps of it, beside the one before
_VARIABLE = re.compile(r"var\(--c-([a-z-]+)\)")
_MIX = re.compile(r"color-mix\(in srgb, (#[0-9a-f]{6}|white|black) (\d+)%, (#[0-9a-f]{6}|white|black)\)", re.IGNORECASE)
_ENDS = {"white": "#ffffff", "black": "#000000"}


def theme_values(theme: Theme) -> dict[str, str]:
    """Every colour of a theme, by the name of its variable without ``--c-``."""
    hues = {
        f"{shade}{hue}": f"#{value}"
        for hue, values in _HUES.items()
        for shade, value in zip(_SHADES, values[theme].split(), strict=True)
    }
    return hues | _PAGE[theme]


def css_variables(theme: Theme) -> str:
    """The declarations of a theme: ``--c-`` colours of shapes, ``--t-`` those of texts, which can be read on panels."""
    values = theme_values(theme)
    shapes = " ".join(f"--c-{name}: {value};" for name, value in values.items())
    return shapes + " ".join(
        f" --t-{name}: {_mixed(value, theme, _share(value, theme))};" for name, value in values.items()
    )


def text_color(color: str) -> str:
    """A colour of a definition for a text, nearer to that of other texts where it would be hard to read."""
    if color in theme_values("dark"):
        return f"var(--t-{color})"
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        return "var(--t-gray)" if color in ("grey", NO_COLOR) else css_color(color)
    share = min(_share(color, "dark"), _share(color, "light"))
    return color if share == 100 else f"color-mix(in srgb, {color} {share}%, var(--c-text))"


@cache
def _share(color: str, theme: Theme) -> int:
    """How much of a colour, in percent, mixed with that of texts, can be read on panels: contrast 4.5 and a bit."""
    grounds = [_PAGE[theme][name] for name in ("panel", "bar", "canvas")]
    shares = range(100, -1, -5)
    return next((one for one in shares if min(_contrast(_mixed(color, theme, one), on) for on in grounds) >= 4.6), 0)


def _mixed(color: str, theme: Theme, share: int) -> str:
    return _between(color, share, _PAGE[theme]["text"])


def _between(color: str, share: int, other: str) -> str:
    """So many percent of a colour and the rest of another one, both as ``#rrggbb``."""
    pairs = zip(_parts(color), _parts(other), strict=True)
    return "#" + "".join(f"{round(a * share / 100 + b * (1 - share / 100)):02x}" for a, b in pairs)


def _parts(color: str) -> list[int]:
    return [int(color[i : i + 2], 16) for i in (1, 3, 5)]


def _contrast(one: str, other: str) -> float:
    """The ratio of contrast of two colours, from 1 to 21, by WCAG 2."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (n / 255 for n in _parts(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def css_color(color: str) -> str:
    """A colour of a definition as CSS; what is no colour is grey, so that no other text ends up in a style."""
    if color in theme_values("dark"):
        return f"var(--c-{color})"
    if color in ("grey", "transparent"):
        return "transparent" if color == "transparent" else "var(--c-gray)"
    if _PLAIN.fullmatch(color):
        return color
    if scheme := _SCHEME.fullmatch(color):
        return _of_scheme(_SCHEMES.get(scheme[1].lower(), _SCHEMES["blues"]), float(scheme[2]))
    if shade := _SHADE.fullmatch(color):
        kept = round(100 * _PALER ** ((int(shade[2]) + 1) // 2))
        return f"color-mix(in srgb, {css_color(shade[1])} {kept}%, {'white' if int(shade[2]) % 2 else 'black'})"
    return "var(--c-gray)"


def _of_scheme(colors: Sequence[str], share: float) -> str:
    """The colour at a share of the way through several."""
    place = share * (len(colors) - 1)
    index = min(int(place), len(colors) - 2)
    percent = round((place - index) * 100)
    return f"color-mix(in srgb, var(--c-{colors[index + 1]}) {percent}%, var(--c-{colors[index]}))"


def with_theme(text: str, theme: Theme) -> str:
    """A drawing with the colours of one theme in the place of variables, for readers that know no CSS."""
    values = theme_values(theme)
    plain = _VARIABLE.sub(lambda match: values[match[1]], text)
    return _MIX.sub(lambda mix: _between(_ENDS.get(mix[1], mix[1]), int(mix[2]), _ENDS.get(mix[3], mix[3])), plain)
