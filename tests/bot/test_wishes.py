"""No text raises anything but a sentence; an English wish is never taken for another language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wishes import BadWish, read


@pytest.mark.parametrize(
    "text",
    [
        "make it night",
        "Can you change the background?",
        "b&w pls",
        "add a café sign",
        "more Rococo",
        "by Frida Kahlo",
        "en plein air",
        "make it look like Tour de France",
        "no, the left one",
        "crop to 16:9",
        "2",
        "photo in noir",
        "change el niño into la niña",
    ],
)
def test_english_wishes_pass(text: str) -> None:
    assert read(text, 1000).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Bitte mach den Hintergrund blau",
        "Kannst du das Bild heller machen?",
        "rends le fond plus sombre",
        "haz el fondo más oscuro por favor",
        "сделай фон синим",
        "背景を青にしてください",
        "اجعل الخلفية زرقاء",
    ],
)
def test_other_languages_get_a_polite_sentence(text: str) -> None:
    with pytest.raises(BadWish, match="only understand English"):
        read(text, 1000)


def test_emoji_alone_is_answered() -> None:
    with pytest.raises(BadWish, match="in words"):
        read("🔥🔥🔥", 1000)


def test_a_long_wish_names_both_lengths() -> None:
    with pytest.raises(BadWish, match=r"5,000 characters.*1,000"):
        read("x" * 5000, 1000)


def test_white_space_and_control_characters_go() -> None:
    assert read("  make\u200b it\n\tnight\x00 ", 1000).text == "make it night"


@given(st.text(max_size=300))
def test_any_text_is_a_wish_or_a_sentence(text: str) -> None:
    try:
        wish = read(text, 200)
    except BadWish as sentence:
        assert str(sentence).endswith((".", "?"))
    else:
        assert len(wish.text) <= 200
        assert wish.text == wish.text.strip()
