"""A press never leaves the admin's bounds, and Subtler is the way back from Stronger."""

from __future__ import annotations

from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Version
from bot.settings import Strength
from bot.strength import Scales, beyond, offered

LIMITS = Strength()
SCALES = st.builds(Scales, st.floats(1, 20), st.floats(0.5, 5))
WAYS = st.sampled_from(["stronger", "subtler"])
Way = Literal["stronger", "subtler"]


def version(editor: str | None, text: float | None = 7.5, image: float | None = 1.5) -> Version:
    return Version("b", "a", "", "ann", "make it winter", None, 7, text, image, editor)


def within(value: float, start: float, bounds: tuple[float, float]) -> bool:
    """Inside its bounds, or no further out than it was."""
    return min(start, bounds[0]) <= value <= max(start, bounds[1])


@settings(deadline=None)
@given(SCALES, WAYS)
def test_pressing_on_ends_at_a_bound_and_never_turns_round(scales: Scales, way: Way) -> None:
    start, seen = scales, [scales]
    while (further := beyond(scales, way, (), LIMITS)) is not None:
        more, less = (further, scales) if way == "stronger" else (scales, further)
        assert more.text >= less.text and more.image <= less.image
        assert within(further.text, start.text, LIMITS.text_guidance)
        assert within(further.image, start.image, LIMITS.image_guidance)
        seen.append(scales := further)
        assert len(seen) < 50


@settings(deadline=None)
@given(st.integers(100, 1000), st.integers(110, 170))
def test_subtler_after_stronger_is_the_very_same_edit(text: int, image: int) -> None:
    scales = Scales(text / 100, image / 100)
    more = beyond(scales, "stronger", (), LIMITS)
    assert more is not None
    assert beyond(more, "subtler", (), LIMITS) == scales


def test_each_press_changes_both_scales_by_the_ratio() -> None:
    assert beyond(Scales(7.5, 1.5), "stronger", (), LIMITS) == Scales(9.375, 1.2)
    assert beyond(Scales(7.5, 1.5), "subtler", (), LIMITS) == Scales(6.0, 1.875)
    assert beyond(Scales(7.5, 1.5), "stronger", (), Strength(ratio=2.0)) == Scales(15.0, 0.8)


def test_what_was_made_is_not_made_again() -> None:
    made = {Scales(9.375, 1.2), Scales(11.7188, 0.96)}
    assert beyond(Scales(7.5, 1.5), "stronger", made, LIMITS) == Scales(14.6485, 0.8)
    assert beyond(Scales(14.0, 0.8), "stronger", {Scales(15.0, 0.8)}, LIMITS) is None


def test_scales_outside_of_changed_bounds_stay_where_they_are() -> None:
    tight = Strength(text_guidance=(2.0, 5.0), image_guidance=(1.0, 2.0))
    assert beyond(Scales(7.5, 0.9), "stronger", (), tight) is None
    assert beyond(Scales(7.5, 0.9), "subtler", (), tight) == Scales(6.0, 1.125)


@pytest.mark.parametrize(
    ("made", "names"),
    [
        (version("diffusion"), ("again", "stronger", "subtler")),
        (version("diffusion", None, None), ("again",)),
        (version("exact", None, None), ()),
        (Version("a", None, "", "ann"), ()),
    ],
    ids=["painted", "without scales", "exact", "upload"],
)
def test_only_what_works_is_offered(made: Version, names: tuple[str, ...]) -> None:
    assert offered(made) == names
