"""Starts a new model's word embeddings from a sentence encoder, so that like words begin alike.

A model that is trained from scratch on some thousand hand-written sentences has seen "ghastly" never and
"awful" often. A sentence encoder that read the web knows that they are one; of it only the direction of each
word of the vocabulary is taken, nothing of it is needed afterwards.
"""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    BlenderbotForConditionalGeneration,
    PreTrainedTokenizerBase,
)

_OWN = 0.3
"""Share of the random start that stays, so that no two words begin as one."""
_BATCH = 256


def whole_words(tokenizer: PreTrainedTokenizerBase) -> dict[int, str]:
    """The tokens that are a word of their own (they begin with the space before it), by id."""
    texts = {i: tokenizer.decode([i]) for i in range(len(tokenizer)) if i not in tokenizer.all_special_ids}
    return {i: text.strip() for i, text in texts.items() if text[:1] == " " and len(text.strip()) > 1}


@torch.inference_mode()
def sentence_vectors(words: list[str], folder: Path | str) -> torch.Tensor:
    """(words, width) mean-pooled states of a sentence encoder, the usual way to read one."""
    tokenizer, encoder = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    found: list[torch.Tensor] = []
    for start in range(0, len(words), _BATCH):
        encoded = tokenizer(words[start : start + _BATCH], padding=True, return_tensors="pt")
        mask = encoded["attention_mask"][..., None]
        states = encoder(**encoded).last_hidden_state
        found.append((states * mask).sum(1) / mask.sum(1))
    return torch.cat(found)


def start_from(
    model: BlenderbotForConditionalGeneration, tokenizer: PreTrainedTokenizerBase, folder: Path | str
) -> int:
    """Set the embeddings of whole words to the encoder's main directions; how many words there were.

    Norms stay those of the random start; `model.config.init_std` says them. Raises OSError if `folder` (or
    Hub id) holds no encoder.
    """
    words = whole_words(tokenizer)
    vectors = sentence_vectors(list(words.values()), folder)
    vectors = torch.nn.functional.normalize(vectors, dim=-1)
    vectors -= vectors.mean(0)
    weight = model.get_input_embeddings().weight
    width = weight.shape[1]
    directions = torch.linalg.svd(vectors, full_matrices=False).Vh[:width]
    # Main directions first would leave the last dimensions empty: turn them all alike.
    turn = torch.linalg.qr(torch.randn(width, width)).Q[: len(directions)]
    meaning = torch.nn.functional.normalize(vectors @ directions.T @ turn, dim=-1)
    length = width**0.5 * model.config.init_std
    with torch.no_grad():
        ids = list(words)
        weight[ids] = (1 - _OWN**2) ** 0.5 * length * meaning + _OWN * weight[ids]
    return len(words)
