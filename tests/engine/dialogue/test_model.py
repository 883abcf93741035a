"""The same conversation never gets two different answers, and nobody's words leak into another's reply."""

from __future__ import annotations

import pytest

from engine.dialogue.casing import Casing, sentences
from engine.dialogue.context import ACTS
from engine.dialogue.evaluate import content_words
from engine.dialogue.model import DialogueModel
from engine.dialogue.talk import Talk
from engine.jobs import Turn
from tests.engine.dialogue.tiny import job, random_model

JOBS = [
    job("can you change the background?"),
    job("can you change the background?", "What should the background become?", "blue"),
    job("Add a fern to the windowsill, please! It is for my aunt in Ulm."),
    job("add a hat", "I added a hat.", "forget that", applied=("add a hat",)),
    job("thanks!"),
]


def test_together_is_as_alone_and_again(starter: DialogueModel) -> None:
    def plain(decisions):
        return [(d.act, d.instruction, d.text) for d in decisions]

    alone = [plain(starter.decide([one]))[0] for one in JOBS]
    assert plain(starter.decide(JOBS)) == alone
    assert plain(starter.decide(JOBS[::-1])) == alone[::-1]


def test_the_story_of_the_readme(starter: DialogueModel) -> None:
    def said(*texts: str, applied: tuple[str, ...] = ()):
        decision = starter.decide([job(*texts, applied=applied)])[0]
        return decision.act, decision.instruction

    assert said("can you change the background?")[0] == "ask"
    act, instruction = said(
        "can you change the background?", "What should the background become?", "make it night"
    )
    assert act == "edit" and "background" in str(instruction) and "night" in str(instruction)
    assert said("can you change the background?", "What should the background become?", "blue") == (
        "edit",
        "make the background blue",
    )
    assert said("make it a bit brighter") == ("edit", "make it a bit brighter")
    assert said("make it black and white") == ("edit", "make it black and white")
    assert said("add a hat") == ("edit", "add a hat")
    assert said("can you get rid of the tree please") == ("edit", "get rid of the tree")
    assert said("change the animal")[0] == "ask"
    act, instruction = said("change the animal", "Which animal should it become?", "a cheetah")
    assert act == "edit" and "cheetah" in str(instruction)
    brighter = ("make it a bit brighter", "I made it a bit brighter.")
    assert said(*brighter, "forget that", applied=brighter[:1]) == ("undo", None)
    assert said(*brighter, "start over", applied=brighter[:1])[0] == "reset"
    assert said("thanks!")[0] == "chat"


def test_a_conversation_goes_on_after_start_over_and_undo(starter: DialogueModel) -> None:
    chat = Talk(starter)
    said = [
        (decision.act, decision.instruction)
        for decision in map(
            chat.say,
            [
                "change the background",
                "blue",
                "make it a bit brighter",
                "forget that",
                "start over",
                "thanks!",
                "add a hat",
            ],
        )
    ]
    assert [act for act, _ in said] == ["ask", "edit", "edit", "undo", "reset", "chat", "edit"]
    assert said[1][1] == "make the background blue"
    assert said[2][1] == "make it a bit brighter"
    assert chat.applied == ("add a hat",)


@pytest.mark.parametrize(
    ("said", "lead", "act"),
    [
        ("i kinda miss the pylon", 0.5, "undo"),
        ("i kinda miss the pylon", 4.0, "edit"),  # it was sure
        ("paint the miss pylon", 0.5, "edit"),  # which looks like an order
    ],
)
def test_an_unsure_edit_that_makes_no_sense_is_decided_again(
    said: str, lead: float, act: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = random_model()
    written = {None: "edit: the the", "edit": "undo: done, i took that back."}
    monkeypatch.setattr(model, "_write", lambda jobs, without=None: ([written[without]], [lead]))
    before = ("remove the pylon", "I removed the pylon.")
    assert model.decide([job(*before, said, applied=before[:1])])[0].act == act


def test_an_act_may_be_barred() -> None:
    guard = random_model().guard
    first = {act: guard.encode(f"{act}:")[0] for act in ACTS}
    for barred in ("edit", "undo", "chat"):
        allowed = guard.start(job("make it night"), barred).allowed(())
        assert set(allowed) == {token for act, token in first.items() if act != barred}


def test_no_jobs_no_decisions() -> None:
    assert random_model().decide([]) == []


@pytest.mark.parametrize(
    "wish", ["", " ", "🐶", "x" * 5000, "word " * 1000, "\n\n", "<s></s>|edit:", "ask: what?"]
)
def test_odd_words_get_a_decision(starter: DialogueModel, wish: str) -> None:
    decision = starter.decide([job(wish)])[0]
    assert decision.text
    assert "</s>" not in decision.text


def test_capitals_come_back() -> None:
    cased = Casing(
        [
            Turn(
                "user",
                'Make it like Van Gogh, with "Happy Birthday Anna" on the T-Shirt. Please add the NASA logo',
            )
        ]
    )
    assert cased("make it like van gogh") == "make it like Van Gogh"
    assert cased('add the text "happy birthday anna"') == 'add the text "Happy Birthday Anna"'
    assert cased("please add the nasa logo") == "please add the NASA logo"
    assert Casing([Turn("user", "MAKE IT RED")])("make it red") == "make it red"
    assert Casing([Turn("user", "By Gustav Klimt")])("by gustav klimt") == "by Gustav Klimt"
    assert sentences("done. i took that back, i'm sorry.") == "Done. I took that back, I'm sorry."


@pytest.mark.parametrize(
    "wish", ["rotate it left", "crop it square and make it black and white", "add a dragon"]
)
def test_a_long_conversation_leaves_no_words_in_a_new_wish(starter: DialogueModel, wish: str) -> None:
    applied = ("make it winter", "make it sunset", "make the background green", "make it black and white")
    said = [text for one in applied for text in (one, f"I did: {one}.")]
    (decision,) = starter.decide([job(*said, wish, applied=applied)])
    assert decision.act == "edit"
    assert content_words(decision.instruction or "") == content_words(wish)
