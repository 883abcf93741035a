"""No picture leaves the bot that its owner did not send, share and rate well."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot import replies
from bot.cli import main
from bot.events import ConversationMoved, ConversationRef, MessageRef, UserRef
from engine.editing.data.build import build
from engine.editing.data.from_store import from_store
from engine.editing.data.own_pairs import OwnPairs
from tests.bot.world import ANN, BOB, HERE, World, cleaned, photo, png

ELSEWHERE = ConversationRef("web", "elsewhere")
OWNER = UserRef("web", "ann", "Wendeline Zimmerli")


def exported(world: World, name: str = "out", least_stars: int = 4) -> list[dict[str, Any]]:
    out = world.data_dir / name
    result = from_store(world.data_dir / "dialogpaint.db", out, least_stars)
    rows = [json.loads(line) for line in (out / "pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    assert result == {"pairs": len(rows), "missing": 0}
    kept = {row[part] for row in rows for part in ("source", "target")}
    assert {f"pictures/{file.name}" for file in (out / "pictures").iterdir()} == kept
    return rows


def instructions(rows: list[dict[str, Any]]) -> list[str]:
    return [row["instruction"] for row in rows]


async def rated(world: World, wish: str, stars: int = 5, *pictures: Any, user: UserRef = ANN) -> None:
    await world.say(wish, *pictures, author=user)
    await world.command("rate", str(stars), user=user)


async def test_well_rated_pairs_become_a_folder_that_a_set_is_built_from(world: World) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    await rated(world, "paint a hat", 4)
    await rated(world, "paint a wig", 3)
    await rated(world, "brighter", 5)  # done exactly: nothing for a model to learn
    await world.command("share", "pictures")
    assert world.last.text == f"Thank you! {replies.SHARED_WITH_PICTURES}"
    first, second = exported(world)
    assert (first["instruction"], second["instruction"]) == ("paint a cheetah", "paint a hat")
    assert first["target"] == second["source"]
    assert first["photo"] == second["photo"] == Path(first["source"]).stem
    assert (world.data_dir / "out" / first["source"]).read_bytes() == cleaned(png())
    assert instructions(exported(world, "more", 3)) == ["paint a cheetah", "paint a hat", "paint a wig"]

    card = build([OwnPairs(world.data_dir / "out")], world.data_dir / "set")
    assert sorted(card[split] for split in ("train", "val", "test")) == [0, 0, 2]  # one photo, one split


@pytest.mark.parametrize("argument", ["", "on", "off"])
async def test_only_pictures_shared_in_so_many_words_are_exported(world: World, argument: str) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    if argument != "":
        await world.command("share", "pictures")
        assert len(exported(world)) == 1
        await world.command("share", argument)
    assert exported(world, "after") == []
    await world.command("share")
    assert world.last.text == (replies.SHARED if argument == "on" else replies.NOT_SHARED)


async def test_what_somebody_else_had_a_hand_in_stays(world: World) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    await rated(world, "paint a hat", 5, user=BOB)
    await rated(world, "paint a wig", 5)  # on Bob's
    await rated(world, "paint a cat", 5, photo(png("blue")), user=BOB)
    await rated(world, "paint a dog", 5)  # on Bob's photo
    await world.command("share", "pictures")
    assert instructions(exported(world)) == ["paint a cheetah"]


async def test_a_wish_done_once_more_is_its_wisher_s_and_a_series_is_no_pair(world: World) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    await world.command("again")
    await world.command("rate", "5")
    await rated(world, "paint a hat", 5)
    await world.command("original")
    await world.command("rate", "5")
    await world.command("again")
    await world.command("rate", "5")
    await world.command("share", "pictures")
    assert instructions(exported(world)) == ["paint a cheetah", "paint a cheetah", "paint a hat"]


async def test_somebody_else_s_wish_done_once_more_stays_theirs(world: World) -> None:
    await world.say("paint a cheetah", photo(png()))
    await world.say("paint a hat", author=BOB)
    for _ in range(2):
        await world.command("again")
        await world.command("rate", "5")
    await world.command("share", "pictures")
    assert exported(world) == []


async def test_a_picture_taken_from_the_message_answered_is_not_the_owners(world: World) -> None:
    bobs = MessageRef(HERE, "bobs-message")
    await world.say("paint a cheetah", reply_to=bobs, replied_attachments=(photo(png()),))
    await world.command("rate", "5")
    await world.command("share", "pictures")
    assert exported(world) == []


async def test_one_bad_rating_is_enough_to_leave_it_out(world: World) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    await world.command("rate", "2", user=BOB)
    await world.command("share", "pictures")
    assert exported(world) == []


@pytest.mark.parametrize(("old", "new"), [(True, False), (False, True), (True, True)])
async def test_a_chat_joined_with_another_is_shared_if_both_were(world: World, old: bool, new: bool) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    await world.say("sepia", photo(png()), at=ELSEWHERE)
    for shared, place in ((old, HERE), (new, ELSEWHERE)):
        await world.command("share", "pictures" if shared else "on", at=place)
    await world.director.handle(ConversationMoved("moved", HERE, ELSEWHERE))
    assert bool(exported(world)) == (old and new)


async def test_names_and_ids_are_not_in_it(world: World) -> None:
    wish = "paint a cheetah like Wendeline and @quentin, see https://chat.example/12345678901"
    await rated(world, wish, 5, photo(png()), user=OWNER)
    await world.command("share", "pictures", user=OWNER)
    exported(world)
    text = (world.data_dir / "out/pairs.jsonl").read_text(encoding="utf-8").lower()
    told = [str(row["id"]) for table in ("conversations", "versions") for row in await world.table(table)]
    for secret in (*told, "wendeline", "zimmerli", "quentin", "chat.example", "12345678901"):
        assert secret not in text


async def test_a_folder_with_something_in_it_is_left_alone(world: World) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    await world.command("share", "pictures")
    database, out = world.data_dir / "dialogpaint.db", world.data_dir / "out"
    command = ["data", "editing", str(out), "--from-store", str(database), "--least-stars", "5", "--json"]
    first = CliRunner().invoke(main, command)
    assert json.loads(first.stdout) == {"pairs": 1, "missing": 0}
    again = CliRunner().invoke(main, command)
    assert (again.exit_code, again.stdout) == (2, "")
    assert "is not empty" in again.stderr


async def test_a_file_that_is_gone_is_counted(world: World) -> None:
    await rated(world, "paint a cheetah", 5, photo(png()))
    await world.command("share", "pictures")
    for file in (world.data_dir / "images").glob("*/*"):
        file.unlink()
    result = from_store(world.data_dir / "dialogpaint.db", world.data_dir / "out", 4)
    assert result == {"pairs": 0, "missing": 1}
