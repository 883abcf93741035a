"""Weights that are missing, cut short or unreachable are never loaded: one sentence says which file it is."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

import numpy as np
import pytest
from safetensors.numpy import save_file

from engine.config import EngineConfig
from engine.download import told
from engine.sources import WeightsError, check, checker_parts, resolve, resolve_checker

ROOT = Path(__file__).parents[2]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def write_weights(file: Path) -> None:
    """Each file has a content of its own: the Hub's cache downloads none twice."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file({"weight": np.ones((4, 4), np.float32)}, file, metadata={"file": file.parent.name + file.name})


def dialogue_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    write_weights(folder / "model.safetensors")
    return folder


def editor_folder(folder: Path) -> Path:
    parts = {"scheduler": ["diffusers", "EulerAncestralDiscreteScheduler"], "unet": ["diffusers", "X"]}
    for part in ("scheduler", "unet"):
        (folder / part).mkdir(parents=True)
    index = {"_class_name": "P", **parts, "safety_checker": [None, None]}
    (folder / "model_index.json").write_text(json.dumps(index))
    (folder / "scheduler" / "scheduler_config.json").write_text('{"a": 1}')
    (folder / "unet" / "config.json").write_text("{}")
    write_weights(folder / "unet" / "diffusion_pytorch_model.safetensors")
    return folder


def checker_folder(folder: Path) -> Path:
    """A pipeline's folder with a safety checker."""
    for name in ("safety_checker/config.json", "feature_extractor/preprocessor_config.json"):
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(json.dumps({"file": name}))
    write_weights(folder / "safety_checker" / "model.safetensors")
    return folder


def test_a_complete_folder_is_taken_as_it_is(tmp_path: Path):
    assert resolve("dialogue", str(dialogue_folder(tmp_path / "d"))) == tmp_path / "d"
    assert resolve("editor", str(editor_folder(tmp_path / "e"))) == tmp_path / "e"


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_missing_file_of_the_dialogue_is_named(tmp_path: Path, name: str):
    (dialogue_folder(tmp_path) / name).unlink()
    with pytest.raises(WeightsError, match=name) as caught:
        check("dialogue", tmp_path)
    assert not caught.value.temporary


@pytest.mark.parametrize(
    "name", ["model_index.json", "unet/config.json", "unet/diffusion_pytorch_model.safetensors"]
)
def test_a_missing_file_of_the_editor_is_named(tmp_path: Path, name: str):
    (editor_folder(tmp_path) / name).unlink()
    with pytest.raises(WeightsError, match=name):
        check("editor", tmp_path)


def test_a_missing_part_of_the_editor_is_named(tmp_path: Path):
    (editor_folder(tmp_path) / "scheduler").rename(tmp_path / "elsewhere")
    with pytest.raises(WeightsError, match="scheduler"):
        check("editor", tmp_path)


def test_auto_takes_the_checker_that_the_editor_brings(tmp_path: Path):
    editor = editor_folder(tmp_path)
    assert resolve_checker(EngineConfig(editor=str(editor))) is None
    checker_folder(editor)
    assert resolve_checker(EngineConfig(editor=str(editor))) == editor
    assert resolve_checker(EngineConfig(editor=str(editor), safety_checker="off")) is None
    assert resolve_checker(EngineConfig()) is None
    assert resolve_checker(EngineConfig(safety_checker=str(editor))) == editor


def test_a_checker_in_a_folder_of_its_own_is_taken(tmp_path: Path):
    for name in ("config.json", "preprocessor_config.json"):
        (tmp_path / name).write_text("{}")
    write_weights(tmp_path / "model.safetensors")
    assert resolve_checker(EngineConfig(safety_checker=str(tmp_path))) == tmp_path
    assert checker_parts(tmp_path) == (tmp_path, tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "safety_checker/config.json",
        "safety_checker/model.safetensors",
        "feature_extractor/preprocessor_config.json",
    ],
)
def test_a_checker_that_is_there_in_part_is_not_passed_over(tmp_path: Path, name: str):
    (checker_folder(editor_folder(tmp_path)) / name).unlink()
    with pytest.raises(WeightsError, match=name) as caught:
        resolve_checker(EngineConfig(editor=str(tmp_path)))
    assert 'safety.checker = "off"' in str(caught.value)


def test_a_checker_that_is_nothing_names_the_setting():
    with pytest.raises(WeightsError, match=r'^safety\.checker is "nowhere"'):
        resolve_checker(EngineConfig(safety_checker="nowhere"))


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-8])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def only_a_pointer(file: Path) -> None:
    file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n")


@pytest.mark.parametrize("damage", [cut_short, empty, only_a_pointer])
def test_a_broken_weight_file_is_named(tmp_path: Path, damage: Callable[[Path], None]):
    damage(editor_folder(tmp_path) / "unet" / "diffusion_pytorch_model.safetensors")
    with pytest.raises(WeightsError, match=r"diffusion_pytorch_model\.safetensors is broken"):
        check("editor", tmp_path)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff\xfe\x00"])
def test_a_broken_json_file_is_named(tmp_path: Path, content: bytes):
    (dialogue_folder(tmp_path) / "config.json").write_bytes(content)
    with pytest.raises(WeightsError, match=r"config\.json can't be read"):
        check("dialogue", tmp_path)


@pytest.mark.parametrize("name", ["tokenizer/tokenizer_config.json", "scheduler/scheduler_config.json"])
def test_a_broken_json_file_of_any_part_is_named(tmp_path: Path, name: str):
    file = editor_folder(tmp_path) / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b'{"half": ')
    with pytest.raises(WeightsError, match=f"{name} can't be read"):
        check("editor", tmp_path)


def test_a_missing_shard_is_named(tmp_path: Path):
    (dialogue_folder(tmp_path) / "model.safetensors").rename(tmp_path / "model-00001-of-00002.safetensors")
    shards = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    (tmp_path / "model.safetensors.index.json").write_text(json.dumps({"weight_map": shards}))
    with pytest.raises(WeightsError, match=r"model-00002-of-00002\.safetensors is missing"):
        check("dialogue", tmp_path)
    write_weights(tmp_path / "model-00002-of-00002.safetensors")
    check("dialogue", tmp_path)


@pytest.mark.parametrize(
    "source", ["./nowhere", "/no/such/folder", "weights", "a/b/c", "", "../..x", "x y/z"]
)
def test_a_source_that_is_nothing_names_the_setting(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(WeightsError, match=r"^engine\.editor is .*\.$"):
        resolve("editor", source)


# ---------------------------------------------------------------- the Hub, on the wire


class FakeHub(BaseHTTPRequestHandler):
    """Serves the files of `repos` the way huggingface.co does, at one commit; notes what was downloaded."""

    repos: dict[str, Path]
    downloads: list[str]

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        api = path.startswith("/api/models/")
        owner, name, action, revision, *rest = [*path.removeprefix("/api/models").strip("/").split("/"), ""]
        repo = self.repos.get(f"{owner}/{name}")
        if repo is None:
            return self._answer(404, X_Error_Code="RepoNotFound")
        if revision not in ("main", COMMIT):
            return self._answer(404, X_Error_Code="RevisionNotFound")
        files = [file for file in sorted(repo.rglob("*")) if file.is_file()]
        if api and action == "revision":
            siblings = [{"rfilename": str(file.relative_to(repo))} for file in files]
            info = {
                "id": f"{owner}/{name}",
                "sha": COMMIT,
                "siblings": siblings,
                "tags": [],
                "private": False,
            }
            return self._answer(200, json.dumps(info).encode(), Content_Type="application/json")
        if api:
            tree = [
                {
                    "type": "file",
                    "path": str(file.relative_to(repo)),
                    "size": file.stat().st_size,
                    "oid": hashlib.sha1(file.read_bytes()).hexdigest(),
                }
                for file in files
            ]
            return self._answer(200, json.dumps(tree).encode(), Content_Type="application/json")
        file = repo.joinpath(*rest[:-1])
        if self.command == "GET":
            self.downloads.append("/".join(rest[:-1]))
        etag = f'"{hashlib.sha1(file.read_bytes()).hexdigest()}"'
        return self._answer(200, file.read_bytes(), ETag=etag, X_Repo_Commit=COMMIT)

    do_HEAD = do_GET

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[ThreadingHTTPServer]:
    class Handler(FakeHub):
        repos: dict[str, Path] = {}  # noqa: RUF012
        downloads: list[str] = []  # noqa: RUF012

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


SCRIPT = """
import sys
from engine.config import EngineConfig
from engine.sources import WeightsError, resolve, resolve_checker
try:
    def say(progress):
        print(progress, file=sys.stderr)
    print(resolve("editor", sys.argv[1], sys.argv[2] or None, say))
    if sys.argv[3]:
        print(resolve_checker(EngineConfig(
            editor=sys.argv[1], editor_revision=sys.argv[2] or None, safety_checker=sys.argv[3]
        ), say))
except WeightsError as error:
    print(error.temporary, error)
"""


def ask(endpoint: str, cache: Path, repo: str, revision: str = "", checker: str = "") -> str:
    """In a process of its own: the client reads its address once, at import."""
    environment = {
        **os.environ,
        "HF_ENDPOINT": endpoint,
        "HF_HOME": str(cache),
        "HF_HUB_DISABLE_TELEMETRY": "1",
    }
    environment.pop("HF_HUB_OFFLINE", None)
    command = [sys.executable, "-c", SCRIPT, repo, revision, checker]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "%|" not in done.stderr, "a bar among the lines of the log"
    return done.stdout.strip()


def test_a_download_says_how_far_it_is():
    said: list[str] = []
    bar = told("ann/editor", said.append)(desc="Reconstructing", total=0, unit="B", unit_scale=True)
    bar.total += 4_000_000  # file after file is added
    bar.refresh()
    assert said == [], "nothing is there yet"
    bar.update(1_000_000)
    bar.refresh()
    bar.close()
    files = told("ann/editor", said.append)(total=2, unit="it")
    files.update(1)
    files.refresh()
    assert set(said) == {"Downloading ann/editor: 1 of 4 MB."}


def test_a_hub_id_is_downloaded_once_and_then_works_offline(tmp_path: Path, hub: ThreadingHTTPServer):
    repo = editor_folder(tmp_path / "repo")
    write_weights(repo / "instruct-pix2pix-00-22000.safetensors")
    write_weights(repo / "unet" / "diffusion_pytorch_model.fp16.safetensors")
    (repo / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"a pickle")
    (repo / "unet" / "code.py").write_text("raise SystemExit")
    handler = hub.RequestHandlerClass
    assert issubclass(handler, FakeHub)
    handler.repos["ann/editor"] = repo
    address = f"http://127.0.0.1:{hub.server_port}"
    folder = ask(address, tmp_path / "cache", "ann/editor", COMMIT)
    assert folder.endswith(COMMIT)
    assert sorted(set(handler.downloads)) == [
        "model_index.json",
        "scheduler/scheduler_config.json",
        "unet/config.json",
        "unet/diffusion_pytorch_model.safetensors",
    ]
    assert ask("http://127.0.0.1:9", tmp_path / "cache", "ann/editor", COMMIT) == folder


def test_the_hub_s_checker_is_downloaded_only_where_it_is_wanted(tmp_path: Path, hub: ThreadingHTTPServer):
    repo = checker_folder(editor_folder(tmp_path / "repo"))
    write_weights(repo / "safety_checker" / "model.fp16.safetensors")
    (repo / "safety_checker" / "pytorch_model.bin").write_bytes(b"a pickle")
    handler = hub.RequestHandlerClass
    assert issubclass(handler, FakeHub)
    handler.repos["ann/editor"] = repo
    address = f"http://127.0.0.1:{hub.server_port}"
    assert ask(address, tmp_path / "cache", "ann/editor", COMMIT, "off").endswith("None")
    assert not any("safety" in name for name in handler.downloads)
    editor, checker = ask(address, tmp_path / "cache", "ann/editor", COMMIT, "auto").splitlines()
    assert checker == editor
    assert sorted(name for name in set(handler.downloads) if "safety" in name or "feature" in name) == [
        "feature_extractor/preprocessor_config.json",
        "safety_checker/config.json",
        "safety_checker/model.safetensors",
    ]


def test_what_the_hub_does_not_have_is_said(tmp_path: Path, hub: ThreadingHTTPServer):
    handler = hub.RequestHandlerClass
    assert issubclass(handler, FakeHub)
    handler.repos["ann/editor"] = editor_folder(tmp_path / "repo")
    address = f"http://127.0.0.1:{hub.server_port}"
    assert ask(address, tmp_path / "cache", "ann/other") == (
        'False engine.editor is "ann/other": there is no such folder here and no such model on the Hub.'
    )
    answer = ask(address, tmp_path / "cache", "ann/editor", "no-such-tag")
    assert answer.startswith("False The Hub's model ann/editor can't be had at revision no-such-tag")


def test_no_network_is_said_and_may_pass(tmp_path: Path):
    assert ask("http://127.0.0.1:9", tmp_path / "cache", "ann/editor") == (
        "True ann/editor is not in the cache, and the Hugging Face Hub can't be reached."
    )
