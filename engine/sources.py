"""Find the weights: the starter set of the package, a folder, or a pinned revision on the Hub."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from safetensors import SafetensorError, safe_open

from engine.config import EngineConfig
from engine.errors import WeightsError, one_line

Kind = Literal["dialogue", "editor", "safety"]

__all__ = ["Kind", "WeightsError", "check", "checker_parts", "resolve", "resolve_checker"]

_STARTER = Path(__file__).parent / "weights"
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_SMALL = ("json", "txt", "safetensors")
_EDITOR_PARTS = ("scheduler", "text_encoder", "tokenizer", "unet", "vae")
_SETTING: dict[Kind, str] = {
    "dialogue": "engine.dialogue",
    "editor": "engine.editor",
    "safety": "safety.checker",
}
_WANTED: dict[Kind, list[str]] = {
    "dialogue": [f"*.{ending}" for ending in _SMALL],
    # The checker alone, or in a pipeline's folder.
    "safety": [
        *("config.json", "preprocessor_config.json", "model.safetensors"),
        *("safety_checker/*.json", "safety_checker/*.safetensors", "feature_extractor/*.json"),
    ],
    # Not the single-file checkpoint beside the folders: 8 GB that nobody loads.
    "editor": ["model_index.json", *(f"{part}/*.{ending}" for part in _EDITOR_PARTS for ending in _SMALL)],
}
_UNWANTED = ["*.fp16.safetensors", "*.non_ema.safetensors"]


Say = Callable[[str], None]
"""Told in a sentence how far a download is."""


def resolve(kind: Kind, source: str, revision: str | None = None, say: Say | None = None) -> Path:
    """The folder of complete weights for `source`, downloaded into the Hub's cache when need be.

    Raises `WeightsError` with one sentence that names the setting, the repository or the file.
    """
    folder = _find(kind, source, revision, say)
    check(kind, folder)
    return folder


def resolve_checker(config: EngineConfig, say: Say | None = None) -> Path | None:
    """The folder that holds the safety checker's complete weights; None where there is to be no check.

    Raises `WeightsError`: a checker that is there in part is not passed over in silence.
    """
    auto = config.safety_checker == "auto"
    if config.safety_checker == "off" or (auto and config.editor == "starter"):
        return None
    if not auto:
        return resolve("safety", config.safety_checker, config.safety_checker_revision, say)
    folder = _find("safety", config.editor, config.editor_revision, say)
    if not (folder / "safety_checker").is_dir():
        return None
    try:
        check("safety", folder)
    except WeightsError as error:
        raise WeightsError(
            f'{error.sentence} Put the whole safety checker there, or set safety.checker = "off".'
        ) from error
    return folder


def checker_parts(folder: Path) -> tuple[Path, Path]:
    """Where in `folder` (a pipeline's, or the checker's own) the checker and its preprocessing lie."""
    if (folder / "safety_checker").is_dir():
        return folder / "safety_checker", folder / "feature_extractor"
    return folder, folder


def _find(kind: Kind, source: str, revision: str | None, say: Say | None) -> Path:
    if source == "starter":
        folder = _STARTER / kind
        if not folder.is_dir():
            raise WeightsError(f"The starter weights are not in this installation: {folder} is missing.")
    elif source and Path(source).expanduser().is_dir():
        folder = Path(source).expanduser().resolve()
    elif _HUB_ID.fullmatch(source) and not source.startswith("."):
        folder = _download(kind, source, revision, say)
    else:
        raise WeightsError(
            f'{_SETTING[kind]} is "{source}", which is neither a folder here nor an id on the Hub.'
        )
    return folder


def _download(kind: Kind, repo: str, revision: str | None, say: Say | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import (
        GatedRepoError,
        HFValidationError,
        LocalEntryNotFoundError,
        RepositoryNotFoundError,
        RevisionNotFoundError,
    )

    from engine.download import told

    at = f" at revision {revision}" if revision else ""
    try:
        folder = snapshot_download(
            repo,
            revision=revision,
            allow_patterns=_WANTED[kind],
            ignore_patterns=_UNWANTED,
            tqdm_class=told(repo, say) if say is not None else None,
        )
    except GatedRepoError as error:
        raise WeightsError(f"The Hub asks for a licence agreement or a token for {repo}.") from error
    except RepositoryNotFoundError as error:
        raise WeightsError(
            f'{_SETTING[kind]} is "{repo}": there is no such folder here and no such model on the Hub.'
        ) from error
    except (RevisionNotFoundError, HFValidationError) as error:
        raise WeightsError(f"The Hub's model {repo} can't be had{at}: {one_line(error)}.") from error
    except LocalEntryNotFoundError as error:
        raise WeightsError(
            f"{repo}{at} is not in the cache, and the Hugging Face Hub can't be reached.", temporary=True
        ) from error
    except Exception as error:  # the network and the disk have many ways to fail
        raise WeightsError(f"The download of {repo} broke off: {one_line(error)}.", temporary=True) from error
    return Path(folder)


def check(kind: Kind, folder: Path) -> None:
    """Raise `WeightsError`, naming the file, unless all parts are there and every weight file is whole."""
    if kind == "dialogue":
        for name in ("config.json", "tokenizer.json"):
            _json(folder / name)
        _check_weights(folder, "model")
    elif kind == "safety":
        folder, processor = checker_parts(folder)
        for file in (folder / "config.json", processor / "preprocessor_config.json"):
            _json(file)
        _check_weights(folder, "model")
    else:
        parts = _json(folder / "model_index.json")
        for part in _EDITOR_PARTS:
            match parts.get(part):
                case [str(), str()] if not (folder / part).is_dir():
                    raise WeightsError(f"The editor's weights are not complete: {folder / part} is missing.")
                case _:
                    pass
        _json(folder / "unet" / "config.json")
        _check_weights(folder / "unet", "diffusion_pytorch_model")
    for file in sorted(folder.rglob("*.json")):
        _json(file)
    for file in sorted(folder.rglob("*.safetensors")):
        try:
            with safe_open(
                file, framework="numpy"
            ):  # reads the header and compares it with the file's length
                pass
        except (SafetensorError, OSError) as error:
            raise WeightsError(f"The weight file {file} is broken ({one_line(error)}).") from error


def _json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise WeightsError(f"The weights are not complete: {file} is missing.") from error
    except (OSError, ValueError) as error:
        raise WeightsError(f"{file} can't be read ({one_line(error)}).") from error
    if not isinstance(value, dict):
        raise WeightsError(f"{file} can't be read (it holds no JSON object).")
    return value


def _check_weights(folder: Path, stem: str) -> None:
    """One safetensors file, or the shards that its index names."""
    index = folder / f"{stem}.safetensors.index.json"
    names = [f"{stem}.safetensors"]
    if index.is_file():
        names = sorted(set(_json(index).get("weight_map", {}).values()))
    for name in names:
        if not (folder / name).is_file():
            raise WeightsError(f"The weights are not complete: {folder / name} is missing.")
