"""No thing that a person asked for gets lost on the way into an instruction."""

from __future__ import annotations

import pytest

from engine.dialogue.joined import bare_answer, joined
from engine.dialogue.own_words import (
    begins_as_an_order,
    goes_too_far,
    is_complete,
    looks_by_somebody,
    looks_like_a_wish,
    loses_something,
    nonsense,
    own_words,
    repeats_itself,
    scrambled,
)
from engine.dialogue.summary import said_back
from engine.jobs import Turn


def said(*texts: str) -> list[Turn]:
    speakers = ("user", "bot")
    return [Turn(speakers[at % 2], text) for at, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("wish", "instruction"),
    [
        ("I prefer it to be orange and blue", "make it orange"),
        ("replace the mountains with futuristic skyscrapers", "replace the mountains with skyscrapers"),
        ("Floating in the sky", "make the sky look sky"),
        ("drive a motorcycle", "make it a motorcycle"),
        ("Change it to more pleasant weather, please!", "change it to more pleasant"),
        ("the left red car should be green", "make the left car green"),
    ],
)
def test_a_lost_word_is_noticed(wish: str, instruction: str) -> None:
    assert loses_something(said(wish), instruction)


@pytest.mark.parametrize(
    ("wish", "instruction"),
    [
        ("could you please make the hat red, thanks a lot", "make the hat red"),
        ("the photo is way too dark", "make it brighter"),
        ("The mountains should become spaceships", "turn the mountains into spaceships"),
        ("My gran was 90 last week. We had a party. Please remove the bin.", "remove the bin"),
    ],
)
def test_politeness_stories_and_translation_are_no_loss(wish: str, instruction: str) -> None:
    assert not loses_something(said(wish), instruction)


@pytest.mark.parametrize(
    ("question", "answer", "instruction"),
    [
        ("what should the background become?", "a foggy harbour", "change the background to a foggy harbour"),
        ("which colour should your jacket be?", "mint green", "make my jacket mint green"),
        ("which animal should it become?", "a lynx", "turn the animal into a lynx"),
        ("which style would you like?", "caspar david friedrich", "make it look like caspar david friedrich"),
        ("which style would you like?", "like a comic", "make it look like a comic"),
        ("what should the text say?", "happy birthday", 'add the text "happy birthday"'),
        ("where should the lamp go?", "to the left", "move the lamp to the left"),
        ("which style would you like?", "cubist", "make it look cubist"),
        ("which way should i turn it?", "to the left", "rotate it to the left"),
        ("what should the background become?", "into a beach", "change the background to a beach"),
        ("which part should stay?", "only the dog", "crop it to only the dog"),
        ("should the hat be bigger or smaller?", "yes", None),
        ("what bothers you most?", "the bin", None),
        ("which of the chairs should i remove?", "the left one", "remove the left chair"),
        ("which filter would you like?", "a comic", "make it look like a comic"),
        ("which topping would you like for your cake?", "jam", "change the topping of my cake to jam"),
        ("which roof would you like?", "a thatched one", "change the roof to a thatched one"),
    ],
)
def test_a_question_and_its_answer_become_one_instruction(
    question: str, answer: str, instruction: str | None
) -> None:
    assert joined(question, answer) == instruction


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("hm, maybe teal", "teal"),
        ("i'd say mint green i think", "mint green"),
        ("a cat please", "a cat"),
        ("to the left", "to the left"),
        ("in the style of van gogh", "in the style of van gogh"),
        ("let's go with a beach!", "a beach"),
    ],
)
def test_an_answer_is_bare(said: str, answer: str) -> None:
    assert bare_answer(said) == answer


def test_the_person_s_own_words_are_the_last_resort() -> None:
    assert own_words(said("Hey, could you please make the zebu purple, thanks!")) == "make the zebu purple"
    asked = said("new colours", "Which colour should the sofa be?", "hm, maybe teal")
    assert own_words(asked) == "make the sofa teal"
    open_question = said("edit this", "What bothers you most?", "the bin")
    assert own_words(open_question) == "edit this: the bin"
    assert own_words(said("👍")) == ""
    placed = said("put something on the roof please", "What should I add?", "a weathercock")
    assert own_words(placed) == "add a weathercock on the roof"
    asked_there = said("a little detail on my cup", "What should I add on your cup?", "a tiny heart")
    assert own_words(asked_there) == "add a tiny heart on my cup"
    written = said("some words on the van", "What should the text on the van say?", "Back soon")
    assert own_words(written) == 'add the text "back soon" on the van'
    elsewhere = said("put something on the roof", "What should I add?", "a swing under the tree")
    assert own_words(elsewhere) == "add a swing under the tree"


def test_nonsense_is_seen() -> None:
    assert nonsense("it the of")
    assert nonsense("make the red red red red red red red")
    assert not nonsense("make it winter")


def test_own_words_leave_the_politeness_out() -> None:
    assert own_words([Turn("user", "Give the Gnu a hat!")]) == "give the gnu a hat"
    assert (
        own_words([Turn("user", "hey, could you please swap the gnu for a zebu? Thanks")])
        == "swap the gnu for a zebu"
    )
    assert own_words([Turn("user", "As a linocut, please")]) == "as a linocut"
    assert own_words([Turn("user", "🐶 ...")]) == ""
    assert len(own_words([Turn("user", "word " * 1000)]).split()) == 40


def test_a_lost_word_is_noticed_only_where_the_wish_is_the_whole_text() -> None:
    wish = Turn("user", "Can you give the Zarquon a feathered trilby please?")
    assert loses_something([wish], "give the zarquon a trilby")
    assert not loses_something([wish], "give the zarquon a feathered trilby")
    assert not loses_something([Turn("user", "it's too dark")], "make it brighter")
    asked = [Turn("user", "Replace the vase please"), Turn("bot", "What should the vase become?")]
    assert not loses_something([*asked, Turn("user", "Let's go for a teapot")], "turn the vase into a teapot")
    assert loses_something([*asked, Turn("user", "an old brass teapot")], "make the vase old")
    assert own_words([*asked, Turn("user", "hmm, maybe an old teapot")]) == "turn the vase into an old teapot"
    assert own_words([*asked, Turn("user", "Add a lighthouse!")]) == "add a lighthouse"
    story = Turn("user", "We were in Ulm with my aunt. Remove the crane.")
    assert not loses_something([story], "remove the crane")


def test_words_in_an_order_that_nobody_said_are_noticed() -> None:
    wish = [Turn("user", "crop it square and make it black and white")]
    assert scrambled(wish, "make it black square and white")
    assert not scrambled(wish, "make it black and white")
    assert not scrambled([Turn("user", "blue background please")], "make the background blue")


def test_what_is_said_once_is_wished_for_once() -> None:
    assert repeats_itself(said("old photo look"), "make it old photo look old photo")
    assert not repeats_itself(
        said("make the left hat dark red and the right one dark red"), "make both dark red"
    )
    both = "make the left hat dark red and the right hat dark red"
    assert not repeats_itself(said(both), both)
    assert repeats_itself(said("a pink one"), "make it a pink one, pink one, pink one")


def test_a_wish_about_somebody_only_is_not_one_about_the_whole_picture() -> None:
    assert goes_too_far(said("only her, not the rest, make it brighter"), "make it brighter")
    assert not goes_too_far(said("make only her brighter, not the rest"), "make only her brighter")
    assert not goes_too_far(said("make it brighter, she is only here today"), "make it brighter")


def test_a_name_is_no_mistyped_word_of_the_trade() -> None:
    assert loses_something(said("In Spain instead"), "put it in front")  # not "spin"
    assert not loses_something(said("Incraese the contrast"), "increase the contrast")


def test_the_summary_puts_each_verb_in_the_past() -> None:
    assert said_back("make it brighter and crop it") == "i made it brighter and cropped it."
    assert said_back("make it black and white") == "i made it black and white."
    assert said_back("add salt and light") == "i added salt and light."


@pytest.mark.parametrize(
    ("turns", "order", "wish"),
    [
        (("please put the beach on Uranus",), True, True),
        (("the beach is on my list",), False, False),
        (("the cat is called brenda",), False, False),
        (("add a hat", "I added a hat.", "make it green"), True, True),
        (("add a hat", "I added a hat.", "looks like my uncle"), False, False),
        (("add something", "What should I add?", "a hat"), False, True),
    ],
)
def test_what_begins_as_an_order_looks_like_a_wish_and_so_does_an_answer(
    turns: tuple[str, ...], order: bool, wish: bool
) -> None:
    assert begins_as_an_order(said(*turns)) == order
    assert looks_like_a_wish(said(*turns)) == wish


@pytest.mark.parametrize(
    ("turns", "complete"),
    [
        (("can you get rid of the tree please",), True),
        (("Remove that bin on the left!",), True),
        (("add another balloon",), True),
        (("remove the old lamp post from the picture",), True),
        (("remove the thing",), False),
        (("get rid of the ugly stuff",), False),
        (("remove something",), False),
        (("remove the tree or the bin, you choose",), False),
        (("the tree is gone",), False),
        (("add something", "What should I add?", "add another tree"), False),
    ],
)
def test_an_order_that_names_its_thing_leaves_nothing_open(turns: tuple[str, ...], complete: bool) -> None:
    assert is_complete(said(*turns)) == complete


def test_which_one_is_meant_is_no_talk_in_an_answer() -> None:
    asked = ("one of the chairs has to go", "Which of the chairs should I remove?", "the left one")
    assert loses_something(said(*asked), "remove the chairs")
    assert not loses_something(said(*asked), "remove the left chair")
    assert own_words(said(*asked)) == "remove the left chair"


def test_a_picture_does_not_look_by_somebody() -> None:
    assert looks_by_somebody(said("by lisa frank"), "make it look by lisa frank")
    assert looks_by_somebody(said("shot on film"), "make it look shot on film")
    assert not looks_by_somebody(said("make it look old"), "make it look old")
