"""The report never counts anything but ratings, and its numbers are the ones of the textbook."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bot import satisfaction
from bot.cli import main
from bot.settings import Ratings
from engine.bot_database import reading
from tests.bot.world import BOB, World, photo, png

NOBODY = {"n": 0, "mean": None, "low": None, "high": None}


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=2, max_size=40))
def test_mean_and_interval_are_those_of_a_t_test(votes: list[int]) -> None:
    found = satisfaction.opinion(votes)
    assert (found["n"], found["mean"]) == (len(votes), pytest.approx(fmean(votes), abs=1e-3))
    assert 1 <= found["low"] <= found["mean"] <= found["high"] <= 5
    if len(set(votes)) > 1:
        expected = stats.ttest_1samp(votes, 3).confidence_interval(0.95)
        bounds = [max(1, expected.low), min(5, expected.high)]
        assert [found["low"], found["high"]] == pytest.approx(bounds, abs=1e-3)


def test_too_few_votes_have_no_interval() -> None:
    assert satisfaction.opinion([]) == NOBODY
    assert satisfaction.opinion([4]) == {"n": 1, "mean": 4, "low": None, "high": None}


async def test_pictures_and_whole_conversations(tmp_path: Path, at_once: None) -> None:
    world = World(tmp_path)
    world.settings = world.settings.model_copy(update={"ratings": Ratings(ask="always")})
    await world.start()
    for wish, stars in (("paint a cat", "5"), ("paint a dog", "4"), ("brighter", "3"), ("sepia", "")):
        await world.say(wish, *([photo(png())] if wish == "paint a cat" else []))
        if stars:
            await world.command("rate", stars)
    await world.command("rate", "1", user=BOB)
    database = tmp_path / "dialogpaint.db"
    with reading(database) as db:  # the bot is running
        found = satisfaction.report(db)
    assert found["mos"] | {"low": 0, "high": 0} == {"n": 4, "mean": 3.25, "low": 0, "high": 0}
    overall = found["overall_satisfaction"]
    assert (overall["n"], overall["mean"]) == (2, fmean([4, 1]))
    assert (found["people"], found["asked"], found["answered"]) == (2, 4, 3)
    assert found["by_stars"] == {"1": 1, "2": 0, "3": 1, "4": 1, "5": 1}
    assert {name: value["mean"] for name, value in found["by_editor"].items()} == {
        "diffusion": 4.5,
        "exact": 2.0,
    }
    assert {name: value["n"] for name, value in found["by_weights"].items()} == {"starter": 2}
    await world.stop()

    shown = CliRunner().invoke(main, ["evaluate", "ratings", "--database", str(database), "--json"])
    assert json.loads(shown.stdout) == found
    words = CliRunner().invoke(main, ["evaluate", "ratings", "--database", str(database)])
    assert "MOS                   3.25" in words.stdout
    assert "3 of 4 who were asked answered" in words.stdout


async def test_no_ratings_yet(world: World) -> None:
    found = await world.store.run(satisfaction.report)
    assert found["mos"] == found["overall_satisfaction"] == NOBODY
    assert "no ratings yet" in satisfaction.sentences(found)[0]


@pytest.mark.parametrize("content", [None, b"no database" * 99, b""], ids=["missing", "other", "empty"])
def test_anything_but_the_bot_s_database_is_one_sentence(tmp_path: Path, content: bytes | None) -> None:
    database = tmp_path / "dialogpaint.db"
    if content is not None:
        database.write_bytes(content)
    result = CliRunner().invoke(main, ["evaluate", "ratings", "--database", str(database)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert "database" in result.stderr and "\n" not in result.stderr.strip()
