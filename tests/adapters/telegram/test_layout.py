"""Never does a piece of text exceed Telegram's limit, nor a word get lost where it is cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.telegram.layout import LABELS, fits_photo, keyboard_of, split, units, unping
from adapters.telegram.recent import Recent
from bot.events import Action, Picture

WORDS = st.lists(st.text(st.characters(exclude_categories=("Cs", "Z", "Cc")), min_size=1, max_size=30))


@given(WORDS, st.sampled_from([" ", "\n"]), st.integers(2, 40), st.integers(2, 60))
def test_every_piece_fits_and_nothing_is_lost(words: list[str], gap: str, first: int, then: int) -> None:
    text = gap.join(words)
    pieces = split(text, first, then)
    limits = [first] + [then] * (len(pieces) - 1)
    assert all(units(piece) <= limit for piece, limit in zip(pieces, limits, strict=True))
    assert "".join("".join(pieces).split()) == "".join(text.split())


def test_a_text_is_cut_between_words() -> None:
    assert split("one two three four", 9, 10) == ["one two", "three four"]


def test_a_long_word_is_cut_anywhere_but_never_through_a_character() -> None:
    assert split("🐆🐆🐆🐆", 3, 5) == ["🐆", "🐆🐆", "🐆"]


@given(st.text())
def test_no_name_is_left_to_be_notified_and_nothing_else_changes(text: str) -> None:
    quiet = unping(text)
    assert quiet.replace("\u2060", "") == text.replace("\u2060", "")


def test_the_longest_target_fits_into_every_button_and_no_row_is_cut_off() -> None:
    keyboard = keyboard_of([Action(name, "f" * 32) for name in LABELS])
    assert keyboard is not None
    assert [len(row) for row in keyboard.inline_keyboard] == [3, 3, 2, 1, 1, 1, 5, 1, 1]
    assert all(len(str(button.callback_data)) <= 64 for row in keyboard.inline_keyboard for button in row)
    assert keyboard_of(()) is None


def test_versions_to_choose_from_are_rows_of_numbers() -> None:
    keyboard = keyboard_of(
        [Action("select", f"{number:032x}", number, "make it night") for number in range(8, 20)]
    )
    assert keyboard is not None
    labels = [[button.text for button in row] for row in keyboard.inline_keyboard]
    assert labels == [["8", "9", "10", "11", "12"], ["13", "14", "15", "16", "17"], ["18", "19"]]
    assert keyboard.inline_keyboard[0][0].callback_data == f"select:{8:032x}"


def test_what_is_shown_as_a_photo() -> None:
    def shown(width: int, height: int, size: int = 1000, mime: str = "image/jpeg") -> bool:
        return fits_photo(Picture(bytes(size), mime, width, height, "p"))

    assert shown(4000, 3000)
    assert shown(5000, 5000) and not shown(5001, 5000)
    assert shown(2000, 100) and not shown(2001, 100)
    assert shown(10, 10, 10_000_000) and not shown(10, 10, 10_000_001)
    assert not shown(10, 10, mime="image/tiff")


@given(st.lists(st.integers(0, 9)))
def test_what_is_remembered_never_grows_beyond_its_size(keys: list[int]) -> None:
    recent: Recent[int, int] = Recent(3)
    for key in keys:
        recent.setdefault(key, key)
        recent[key] = key
    newest = list(dict.fromkeys(reversed(keys)))[:3]
    assert list(recent) == newest[::-1]
