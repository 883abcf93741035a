"""What people call colours that Pillow names otherwise."""

from __future__ import annotations

SHADES = ("light", "dark", "pale", "medium", "deep", "hot", "sky")

UNSAID_COLOURS = {
    "saddlebrown": "dark brown",
    "sandybrown": "light orange, pale orange",
    "lightcoral": "light red, pale red",
    "mistyrose": "pale pink, baby pink",
    "mediumvioletred": "dark pink",
    "lemonchiffon": "pale yellow",
    "darkgoldenrod": "dark yellow",
    "plum": "light purple, pale purple, light violet",
}
"""Pillow's names for shades that people call otherwise, as the first phrase is told."""
MORE_COLOURS = UNSAID_COLOURS | {
    "lightblue": "pale blue, baby blue",
    "indigo": "dark purple, deep purple, dark violet",
    "tan": "light brown, pale brown",
    "maroon": "deep red",
    "navy": "deep blue, navy blue",
    "darkgreen": "deep green",
}
VIVID = ("red", "orange", "yellow", "green", "blue", "turquoise", "purple", "violet", "pink", "magenta")
"""Colours that are bright and vivid anyway."""
