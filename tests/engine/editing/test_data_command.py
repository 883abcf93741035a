"""What a person struck never comes back, and nothing else changes by it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.editing.data.command import data
from engine.editing.data.review import read_strikes
from tests.adapters.web.browser import chromium
from tests.engine.editing.pairs import own_pairs
from tests.engine.editing.tiny import save, standard_parts, text_to_image_parts


def run(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(data, [*map(str, arguments), "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def rows(out: Path) -> dict[str, dict[str, Any]]:
    files = [out / f"{split}.jsonl" for split in ("train", "val", "test")]
    found = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    return {row["id"]: row for row in found}


def test_struck_pairs_are_gone_and_the_others_are_as_before(tmp_path: Path) -> None:
    folder, out = own_pairs(tmp_path / "own"), tmp_path / "out"
    run(out, "--pairs", folder)
    before = rows(out)
    gone, *others = before
    strikes = tmp_path / "strike.txt"
    strikes.write_text(f"{gone}\n\n{'0' * 12}\n")
    result = run(out, "--pairs", folder, "--strike", strikes)
    assert rows(out) == {name: before[name] for name in others}
    assert result["rejected"] == {"struck by hand": 1} and result["struck_without_item"] == 1
    assert not list(out.rglob(f"{gone}*")) and len(list((out / "pictures").rglob("*.png"))) == 10


@pytest.mark.slow
async def test_the_page_makes_a_list_of_what_was_ticked_and_what_was_struck_before(tmp_path: Path) -> None:
    folder, out = own_pairs(tmp_path / "own", 40), tmp_path / "out"
    folder_row = folder / "pairs.jsonl"
    folder_row.write_text(folder_row.read_text().replace("invert the", "<b>invert</b> & the"))
    run(out, "--pairs", folder)
    struck_before = json.loads((out / "train.jsonl").read_text().splitlines()[0])["id"]
    (tmp_path / "first.txt").write_text(struck_before + "\n")
    run(out, "--pairs", folder, "--strike", tmp_path / "first.txt")
    async with chromium() as browser:
        page = await browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        await page.goto((out / "review-train.html").as_uri())
        assert "<b>invert</b> & the colours" in await page.locator("label").first.inner_text()
        shown = await page.locator("img").first.evaluate("i => i.decode().then(() => i.naturalWidth)")
        assert shown == 60
        ticked = [await page.locator("input").nth(n).get_attribute("value") for n in (0, 2)]
        for number in (0, 2):
            await page.locator("input").nth(number).check()
        await page.reload()  # a closed tab costs no tick
        async with page.expect_download() as waiting:
            await page.get_by_role("button").click()
        await (await waiting.value).save_as(tmp_path / "second.txt")
    assert all(url.startswith(("file://", "blob:")) for url in asked)
    assert read_strikes([tmp_path / "second.txt"]) == {struck_before, *ticked}
    run(out, "--pairs", folder, "--strike", tmp_path / "second.txt")
    assert rows(out).keys().isdisjoint({struck_before, *ticked})


@pytest.mark.slow
def test_captions_become_pairs_and_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    weights = save(text_to_image_parts(), tmp_path / "weights")
    orders = [
        {"before": f"a cat on the {side}", "instruction": "make it a dog", "after": f"a dog on the {side}"}
        for side in ("left", "right")
    ]
    (tmp_path / "captions.jsonl").write_text("\n".join(map(json.dumps, orders)))
    given = ("--stable-diffusion", weights, "--captions", tmp_path / "captions.jsonl", "--device", "cpu")
    one, two = (run(tmp_path / str(number), *given) for number in (1, 2))
    other = run(tmp_path / "3", *given, "--seed", 1)
    assert one == two and one["sha256"] != other["sha256"]
    for name, row in rows(tmp_path / "1").items():
        again = rows(tmp_path / "2")[name]
        assert (tmp_path / "1" / row["target"]).read_bytes() == (
            tmp_path / "2" / again["target"]
        ).read_bytes()
        assert row["instruction"] == "make it a dog" and row["caption_after"].startswith("a dog")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "Nothing to make pairs from"),
        (("--photos", "."), "all three"),
        (("--pairs", "out/own"), "inside"),
        (("--pairs", "own", "--strike", "own/pairs.jsonl"), "no item's name"),
        (("--pairs", "own", "--clip", "own"), "is not a CLIP"),
        (("--stable-diffusion", "nowhere at all"), "neither a folder"),
    ],
)
def test_what_is_missing_is_one_sentence(
    options: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own_pairs(tmp_path / "own", 1)
    own_pairs(tmp_path / "out/own", 1)
    result = CliRunner().invoke(data, ["out", *options])
    assert result.exit_code == 2 and said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1 and result.stdout == ""


def test_an_editors_weights_draw_no_pairs_and_say_so(tmp_path: Path) -> None:
    weights = save(standard_parts(), tmp_path / "weights")
    arguments = [str(tmp_path / "out"), "--stable-diffusion", str(weights), "--device", "cpu"]
    result = CliRunner().invoke(data, arguments)
    assert result.exit_code == 2 and "text-to-image" in result.stderr
