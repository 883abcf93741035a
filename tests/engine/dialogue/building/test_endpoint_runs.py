"""A run against an endpoint that fails, lies or is killed ends with the data set of a good day."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from engine.dialogue.building.command import data, instructions
from engine.dialogue.building.endpoint import KEY, MODEL, URL
from engine.dialogue.written.reader import library_of
from tests.fakes.completions import CompletionServer, completion, failure, half_json, hang, html, instruction

CAPTIONS = [f"a {what} number {n}" for what in ("boat", "house", "river", "horse") for n in range(30)]
SIZE = ("--train", "20", "--held-out", "6", "--examples", "3", "--json")
SECRET = "sk-very-secret"


@pytest.fixture
def captions(tmp_path: Path) -> Path:
    path = tmp_path / "captions.txt"
    path.write_text("\n".join(CAPTIONS))
    return path


def environment(server: CompletionServer) -> dict[str, str]:
    return {URL: server.url, MODEL: "tiny", KEY: SECRET}


def run(command: click.Command, server: CompletionServer, *arguments: Any) -> dict[str, Any]:
    result = CliRunner().invoke(command, list(map(str, arguments)), env=environment(server))
    assert result.exit_code == 0, result.stderr
    assert SECRET not in result.output
    return json.loads(result.stdout)


def dialogues(server: CompletionServer, captions: Path, out: Path, *more: Any) -> dict[str, Any]:
    return run(data, server, "--completer", "endpoint", "--captions", captions, "--out", out, *SIZE, *more)


def hashes(card: dict[str, Any]) -> list[str]:
    return [split["sha256"] for split in card["splits"].values()]


def test_a_good_day(captions: Path, tmp_path: Path) -> None:
    with CompletionServer(jitter=0.02) as server:
        card = dialogues(server, captions, tmp_path / "a", "--price", "0.5", "1.5")
        count = len(server.requests)
        again = dialogues(server, captions, tmp_path / "b", "--answers", tmp_path / "a" / "answers")
    assert hashes(again) == hashes(card) and len(server.requests) == count
    assert [split["dialogues"] for split in card["splits"].values()] == [20, 6, 6]
    assert [split["sources"]["tiny"] for split in card["splits"].values()] == [18, 5, 5]
    assert card["completer"]["answers"] == count and card["completer"]["tokens"] == [100 * count, 20 * count]
    assert card["completer"]["cost"] == pytest.approx(count * (100 * 0.5 + 20 * 1.5) / 1e6)
    assert set(server.keys) == {f"Bearer {SECRET}"}
    rows = [json.loads(line) for line in (tmp_path / "a" / "train.jsonl").read_text().splitlines()]
    completed = [row for row in rows if row["source"] == "tiny"]
    assert len(completed) == 18 * 4 and {row["caption"] for row in completed} <= set(CAPTIONS)
    for file in filter(Path.is_file, (tmp_path / "a").rglob("*")):
        assert SECRET not in file.read_text()


def test_prompts_show_only_what_is_trained_on(captions: Path, tmp_path: Path) -> None:
    with CompletionServer() as server:
        dialogues(server, captions, tmp_path / "a")
    trained = {written.caption for written in library_of("train")}
    assert server.requests
    for request in server.requests:
        head, *examples, _ = (message["content"] for message in request["messages"])
        assert "edit:" in head and len(examples) == 6
        assert {question.removeprefix("caption: ") for question in examples[::2]} <= trained


def test_a_bad_day(captions: Path, tmp_path: Path) -> None:
    script = (
        partial(failure, 500),
        partial(failure, 429, Retry_After="0.05"),
        hang,
        html,
        half_json,
        partial(completion, "user: make it", "length"),
        partial(completion, None),
        partial(failure, 400, "blocked", "content_filter"),
        "Sure! Here is a dialogue.",
        "user: make the dog a cat\nedit: make the dog a tiger",
    )
    with CompletionServer(*script) as server:
        card = dialogues(server, captions, tmp_path / "a", "--timeout", "8", "--parallel", "2")
    assert [split["dialogues"] for split in card["splits"].values()] == [20, 6, 6]
    reasons = {
        reason: card["rejected"][reason] for reason in ("garbled", "cut off", "refused", "not grounded")
    }
    assert reasons == {"garbled": 2, "cut off": 1, "refused": 1, "not grounded": 1}
    assert card["rejected"]["not in the form"] == 2


def test_a_model_that_repeats_its_examples_adds_nothing(captions: Path, tmp_path: Path) -> None:
    def repeated(request: dict[str, Any]) -> str:
        return request["messages"][2]["content"]

    with CompletionServer(answer=repeated) as server:
        card = dialogues(server, captions, tmp_path / "a")
    assert [split["sources"].get("tiny", 0) for split in card["splits"].values()] == [0, 0, 0]
    assert card["rejected"]["duplicate"] == len(server.requests)


def test_a_model_that_never_learns_is_given_up(captions: Path, tmp_path: Path) -> None:
    with CompletionServer(answer=lambda _: "As a language model, I can't.") as server:
        card = dialogues(server, captions, tmp_path / "a", "--tries", "2")
    assert [split["sources"].get("tiny", 0) for split in card["splits"].values()] == [0, 0, 0]
    assert card["rejected"]["not in the form"] == len(server.requests) == 2 * 3 * (18 + 5 + 5)


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_stopped(captions: Path, tmp_path: Path) -> None:
    arguments = ["--completer", "endpoint", "--captions", str(captions), *SIZE, "--parallel", "3"]
    program = [sys.executable, "-c", "from bot.cli import main; main()", "data", "dialogue", *arguments]
    out = tmp_path / "killed"
    with CompletionServer(jitter=0.05) as server:
        whole = dialogues(server, captions, tmp_path / "whole")
    with CompletionServer(jitter=0.05) as server:
        process = subprocess.Popen(
            [*program, "--out", str(out)],
            env={**os.environ, **environment(server)},
            stderr=subprocess.DEVNULL,
        )
        server.wait_for(12, alive=lambda: process.poll() is None)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert not list(out.glob("*.jsonl"))
        resumed = dialogues(server, captions, out, "--parallel", "3")
    assert hashes(resumed) == hashes(whole)
    assert resumed["completer"] == whole["completer"] and resumed["rejected"] == whole["rejected"]
    assert len(server.requests) <= whole["completer"]["answers"] + 3  # only what was under way is asked again


def test_instructions_with_captions_before_and_after(captions: Path, tmp_path: Path) -> None:
    script = ("instruction: make it blue", "instruction: do nothing\nafter: {}", partial(failure, 500))
    arguments = ("--captions", captions, "--size", 25, "--examples", 4, "--json")
    with CompletionServer(*script, answer=instruction, jitter=0.02) as server:
        card = run(instructions, server, *arguments, "--out", tmp_path / "a")
        again = run(instructions, server, *arguments, "--out", tmp_path / "a")
    assert hashes(card) == hashes(again)
    rows = [json.loads(line) for line in (tmp_path / "a" / "instructions.jsonl").read_text().splitlines()]
    assert len(rows) == 25 == card["splits"]["train"]["instructions"]
    assert set(rows[0]) == {"before", "instruction", "after", "source"}
    assert all(row["before"] in CAPTIONS and row["after"].startswith(row["before"]) for row in rows)
    assert card["rejected"]["not in the form"] >= 1


@pytest.mark.parametrize(
    ("variables", "arguments", "said"),
    [
        ({}, ["--captions", "captions.txt"], URL),
        ({URL: "http://127.0.0.1:9"}, ["--captions", "captions.txt"], MODEL),
        ({URL: "http://127.0.0.1:9", MODEL: "tiny"}, [], "--captions"),
        ({URL: "http://x", MODEL: "tiny"}, ["--captions", "captions.txt", "--setting", "warm"], "NAME=VALUE"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(
    variables: dict[str, str],
    arguments: list[str],
    said: str,
    captions: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(captions.parent)
    nothing = dict.fromkeys((URL, MODEL, KEY))
    result = CliRunner().invoke(
        data, ["--completer", "endpoint", "--out", "x", *arguments], env={**nothing, **variables}
    )
    assert result.exit_code == 2 and result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1 and said in result.stderr


def test_a_refused_key_is_one_sentence_without_the_key(captions: Path, tmp_path: Path) -> None:
    with CompletionServer(*[partial(failure, 401, f"no such key: {SECRET}")] * 9) as server:
        result = CliRunner().invoke(
            data,
            ["--completer", "endpoint", "--captions", str(captions), "--out", str(tmp_path / "a"), *SIZE],
            env=environment(server),
        )
    assert result.exit_code == 2 and result.stdout == ""
    assert KEY in result.stderr.splitlines()[-1] and SECRET not in result.stderr


def test_settings_are_sent_as_they_are_named(captions: Path, tmp_path: Path) -> None:
    settings = ("--setting", "stop=", "--setting", "max_tokens=7", "--setting", "reasoning_effort=low")
    with CompletionServer() as server:
        dialogues(server, captions, tmp_path / "a", *settings)
    sent = {name: value for name, value in server.requests[0].items() if name not in ("messages", "model")}
    assert sent == {"temperature": 0.8, "max_tokens": 7, "reasoning_effort": "low"}
