# Makes tests/goldens/tiny-llama.gguf, a seeded random llama, and tiny-llama.json, its logits by Hugging Face transformers.
# Run by scripts/goldens.mjs --tiny. Usage: tiny-llama.py <folder>   (needs: torch transformers gguf numpy)
import base64
import json
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFWriter
from transformers import LlamaConfig, LlamaForCausalLM

from tiny_gguf import permute, vocabulary

SEED = 11
VOCAB = 96
CONTEXT = 128
SEQUENCE_LENGTHS = [1, 7, 40, 100]  # the last crosses a block of 64
SIZES = dict(
    vocab_size=VOCAB, hidden_size=48, intermediate_size=96, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=2,
    head_dim=8, max_position_embeddings=CONTEXT, rms_norm_eps=1e-5,
)
ROPE_THETA = 10000.0


def make_model() -> LlamaForCausalLM:
    config = LlamaConfig(
        **SIZES, rope_parameters={"rope_type": "default", "rope_theta": ROPE_THETA}, tie_word_embeddings=False,
        attention_bias=False, mlp_bias=False, attn_implementation="eager", dtype=torch.float32,
    )
    model = LlamaForCausalLM(config).eval().float()
    generator = torch.Generator().manual_seed(SEED)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            # Wide enough that attention is far from uniform; norms near 1.
            weight.copy_(1 + 0.2 * noise if weight.dim() == 1 else noise if "embed" in name else 1.5 * noise / weight.shape[1] ** 0.5)
    return model


def write_gguf(model: LlamaForCausalLM, path: Path) -> None:
    writer = GGUFWriter(path, "llama")
    writer.add_name("tiny random llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(SIZES["hidden_size"])
    writer.add_block_count(SIZES["num_hidden_layers"])
    writer.add_feed_forward_length(SIZES["intermediate_size"])
    writer.add_head_count(SIZES["num_attention_heads"])
    writer.add_head_count_kv(SIZES["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(SIZES["rms_norm_eps"])
    writer.add_rope_freq_base(ROPE_THETA)
    writer.add_rope_dimension_count(SIZES["head_dim"])
    writer.add_vocab_size(VOCAB)
    writer.add_file_type(0)
    tokens, merges = vocabulary()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] + [1] * (VOCAB - 1))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)

    weights = {name: weight.detach().numpy().astype(np.float32) for name, weight in model.named_parameters()}
    tensors = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
    for layer in range(SIZES["num_hidden_layers"]):
        tensors |= {f"blk.{layer}.{ours}": f"model.layers.{layer}.{theirs}" for ours, theirs in {
            "attn_norm": "input_layernorm", "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
            "attn_output": "self_attn.o_proj", "ffn_norm": "post_attention_layernorm", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
            "ffn_down": "mlp.down_proj",
        }.items()}
    for ours, theirs in tensors.items():
        weight = weights.pop(f"{theirs}.weight")
        if ours.endswith("attn_q"):
            weight = permute(weight, SIZES["num_attention_heads"])
        if ours.endswith("attn_k"):
            weight = permute(weight, SIZES["num_key_value_heads"])
        writer.add_tensor(f"{ours}.weight", weight)
    assert not weights, weights.keys()
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(folder: Path) -> None:
    model = make_model()
    write_gguf(model, folder / "tiny-llama.gguf")
    rng = np.random.default_rng(SEED)
    lines = []
    for length in SEQUENCE_LENGTHS:
        tokens = rng.integers(0, VOCAB, length)
        with torch.no_grad():
            logits = model(torch.tensor(tokens[None])).logits[0].numpy()
        encoded = base64.b64encode(logits.astype("<f4").tobytes()).decode()
        lines.append("  " + json.dumps({"tokens": tokens.tolist(), "logits": encoded}))
    head = {
        "version": 1, "seed": SEED, "howToRemake": "node scripts/goldens.mjs --tiny",
        "madeWith": {name: version(name) for name in ["transformers", "torch", "gguf", "numpy"]}, "config": {**SIZES, "rope_theta": ROPE_THETA},
    }
    text = "{\n" + "".join(f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    (folder / "tiny-llama.json").write_text(text + ' "cases": [\n' + ",\n".join(lines) + "\n ]\n}\n")


main(Path(sys.argv[1]))
