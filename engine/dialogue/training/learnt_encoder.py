"""A new BlenderBot whose encoder begins as a sentence encoder's, which has read far more English.

BlenderBot-small and BERT have the same layers, so that weights can be taken over as they are: evenly chosen
layers, the strongest units of each feed-forward part, and for every token of our own tokenizer the mean of
the word pieces that it is made of there.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoModel,
    AutoTokenizer,
    BertModel,
    BlenderbotSmallConfig,
    BlenderbotSmallForConditionalGeneration,
    PreTrainedTokenizerBase,
)

from engine.dialogue.context import POSITIONS
from engine.dialogue.training.new_model import checked_shape, learn_to_copy, sines

_BEFORE_THE_WORDS = 1
"""BERT begins with [CLS], our texts with their first word."""


def begin_with(
    folder: Path, shape: dict[str, Any], tokenizer: PreTrainedTokenizerBase, seed: int
) -> BlenderbotSmallForConditionalGeneration:
    """A BlenderBot-small with the encoder of the BERT in `folder` and an untrained decoder.

    `shape` has keys of transformers' BlenderbotSmallConfig; width and heads are the BERT's. Raises ValueError
    with one sentence when they don't fit.
    """
    bert = AutoModel.from_pretrained(folder, dtype=torch.float32)
    if not isinstance(bert, BertModel):
        raise ValueError(f"{folder} holds a {type(bert).__name__}; the encoder must be a BERT.")
    known = bert.config
    fixed = {
        "vocab_size": len(tokenizer),
        "max_position_embeddings": POSITIONS,
        "d_model": known.hidden_size,
        "encoder_attention_heads": known.num_attention_heads,
        "decoder_attention_heads": known.num_attention_heads,
        "init_std": known.initializer_range,
    }
    shape = fixed | checked_shape(shape, BlenderbotSmallConfig())
    for name, most in (
        ("d_model", known.hidden_size),
        ("encoder_layers", known.num_hidden_layers),
        ("encoder_ffn_dim", known.intermediate_size),
    ):
        if shape[name] > most or (name == "d_model" and shape[name] != most):
            raise ValueError(f"The encoder in {folder} has {name} {most}; {shape[name]} does not fit.")
    torch.manual_seed(seed)
    model = BlenderbotSmallForConditionalGeneration(BlenderbotSmallConfig(**shape))
    with torch.no_grad():
        _take_encoder(model, bert)
        _take_words(model, bert, tokenizer, AutoTokenizer.from_pretrained(folder))
        model.model.decoder.embed_positions.weight.copy_(0.3 * sines(POSITIONS, known.hidden_size))
        # The words' vectors are long: an untrained decoder would be very sure of the word just written.
        model.model.decoder.layers[-1].final_layer_norm.weight.mul_(0.2)
    learn_to_copy(model)
    return model


def _take_encoder(model: BlenderbotSmallForConditionalGeneration, bert: BertModel) -> None:
    encoder, embeddings = model.model.encoder, bert.embeddings
    places = slice(_BEFORE_THE_WORDS, _BEFORE_THE_WORDS + POSITIONS)
    kind = embeddings.token_type_embeddings.weight[0]
    encoder.embed_positions.weight.copy_(embeddings.position_embeddings.weight[places] + kind)
    encoder.layernorm_embedding.load_state_dict(embeddings.LayerNorm.state_dict())
    ours, theirs = len(encoder.layers), len(bert.encoder.layer)
    for at, layer in enumerate(encoder.layers):
        _take_layer(layer, bert.encoder.layer[math.ceil(at * (theirs - 1) / max(1, ours - 1))])


def _take_layer(layer: Any, bert: Any) -> None:
    """One encoder layer's weights from a BERT layer's."""
    attention = layer.self_attn
    for part, source in (
        (attention.q_proj, bert.attention.self.query),
        (attention.k_proj, bert.attention.self.key),
        (attention.v_proj, bert.attention.self.value),
        (attention.out_proj, bert.attention.output.dense),
        (layer.self_attn_layer_norm, bert.attention.output.LayerNorm),
        (layer.final_layer_norm, bert.output.LayerNorm),
    ):
        part.load_state_dict(source.state_dict())
    inward, outward = bert.intermediate.dense, bert.output.dense
    strength = inward.weight.norm(dim=1) * outward.weight.norm(dim=0)
    kept = strength.topk(layer.fc1.out_features).indices.sort().values
    layer.fc1.weight.copy_(inward.weight[kept])
    layer.fc1.bias.copy_(inward.bias[kept])
    layer.fc2.weight.copy_(outward.weight[:, kept])
    layer.fc2.bias.copy_(outward.bias)


def _take_words(
    model: BlenderbotSmallForConditionalGeneration,
    bert: BertModel,
    tokenizer: PreTrainedTokenizerBase,
    theirs: PreTrainedTokenizerBase,
) -> None:
    """Vectors for our tokens; what has no letters for them (spaces, special tokens) takes their markers'."""
    words, known = bert.embeddings.word_embeddings.weight, theirs.get_vocab()
    special = {
        tokenizer.pad_token_id: theirs.pad_token_id,
        tokenizer.bos_token_id: theirs.cls_token_id,
        tokenizer.eos_token_id: theirs.sep_token_id,
        tokenizer.unk_token_id: theirs.unk_token_id,
    }
    for token in range(len(tokenizer)):
        text = tokenizer.decode([token])
        if token in special:
            pieces = [special[token]]
        elif not text.startswith(" ") and (inside := known.get(f"##{text.strip()}")) is not None:
            pieces = [inside]
        else:
            pieces = theirs(text, add_special_tokens=False).input_ids or [theirs.sep_token_id]
        model.model.shared.weight[token] = words[pieces].mean(0)
