# Makes tests/goldens/tiny-<name>.gguf, seeded random models of every other architecture, and tiny-<name>.json, their logits by Hugging Face
# transformers. Matrices are F16 in the file and exactly those numbers in transformers, which computes in float32.
# And tiny-<name>/, the same models as save_pretrained writes them: Gemma's in F32, the llama in several files.
# Run by scripts/goldens.mjs --tiny. Usage: tiny-models.py <folder>   (needs: torch transformers gguf numpy)
import base64
import json
import math
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from gguf import GGUFWriter
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, Gemma3TextConfig, LlamaConfig, PreTrainedTokenizerFast, Qwen2Config, Qwen3Config

from tiny_gguf import permute, vocabulary

SEED = 23
VOCAB = 96
CONTEXT = 128
SEQUENCE_LENGTHS = [7, 100]  # the last crosses a block of 64, and several windows
NUM_ROWS = 24  # of logits that are kept, from the end
SIZES = dict(
    vocab_size=VOCAB, hidden_size=32, intermediate_size=48, num_hidden_layers=3, num_attention_heads=4, num_key_value_heads=2, head_dim=8,
    max_position_embeddings=CONTEXT, rms_norm_eps=1e-5, attn_implementation="eager", dtype=torch.float32,
)
LLAMA3 = dict(rope_type="llama3", rope_theta=10_000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0, original_max_position_embeddings=64)
WINDOW = 16
GEMMA_LINEAR_FACTOR = 4.0
DEFAULT_ROPE = dict(rope_type="default", rope_theta=10_000.0)

CONFIGS = {
    "llama3": LlamaConfig(**{**SIZES, "head_dim": 16}, rope_parameters=LLAMA3, tie_word_embeddings=True, attention_bias=False, mlp_bias=False),
    "qwen2": Qwen2Config(**SIZES, rope_parameters=DEFAULT_ROPE, tie_word_embeddings=True, use_sliding_window=False),
    "qwen3": Qwen3Config(**{**SIZES, "head_dim": 16}, rope_parameters=DEFAULT_ROPE, tie_word_embeddings=False, use_sliding_window=False),
    "gemma3": Gemma3TextConfig(
        **{**SIZES, "head_dim": 16, "num_key_value_heads": 1}, query_pre_attn_scalar=16, sliding_window=WINDOW, tie_word_embeddings=True,
        hidden_activation="gelu_pytorch_tanh", layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_parameters={
            "sliding_attention": DEFAULT_ROPE,
            "full_attention": dict(rope_type="linear", rope_theta=1_000_000.0, factor=GEMMA_LINEAR_FACTOR),
        },
    ),
}

NAMES = {
    "attn_q.weight": "self_attn.q_proj.weight", "attn_k.weight": "self_attn.k_proj.weight", "attn_v.weight": "self_attn.v_proj.weight",
    "attn_q.bias": "self_attn.q_proj.bias", "attn_k.bias": "self_attn.k_proj.bias", "attn_v.bias": "self_attn.v_proj.bias",
    "attn_q_norm.weight": "self_attn.q_norm.weight", "attn_k_norm.weight": "self_attn.k_norm.weight",
    "attn_output.weight": "self_attn.o_proj.weight", "attn_norm.weight": "input_layernorm.weight",
    "ffn_gate.weight": "mlp.gate_proj.weight", "ffn_up.weight": "mlp.up_proj.weight", "ffn_down.weight": "mlp.down_proj.weight",
}
NORMS = {"ffn_norm.weight": "post_attention_layernorm.weight"}
GEMMA_NORMS = {
    "post_attention_norm.weight": "post_attention_layernorm.weight", "ffn_norm.weight": "pre_feedforward_layernorm.weight",
    "post_ffw_norm.weight": "post_feedforward_layernorm.weight",
}


def make_model(config):
    model = AutoModelForCausalLM.from_config(config).eval().float()
    generator = torch.Generator().manual_seed(SEED)
    norm_mean = 0 if config.model_type == "gemma3_text" else 1  # its norms multiply by 1 + weight
    with torch.no_grad():
        for name, weight in model.named_parameters():
            noise = torch.randn(weight.shape, generator=generator)
            if weight.dim() == 1:
                weight.copy_(0.5 * noise if name.endswith("bias") else norm_mean + 0.2 * noise)
            else:
                weight.copy_((noise if "embed" in name else 1.5 * noise / weight.shape[1] ** 0.5).half().float())
    return model


def llama3_factors(head_dim: int) -> np.ndarray:
    """By what Llama 3 divides each frequency: long waves by the factor, short ones by 1, a smooth way between. As llama.cpp's converter has it."""
    factors = []
    for i in range(head_dim // 2):
        wave = 2 * math.pi * LLAMA3["rope_theta"] ** (2 * i / head_dim)
        low, high = LLAMA3["low_freq_factor"], LLAMA3["high_freq_factor"]
        length = LLAMA3["original_max_position_embeddings"]
        smooth = min(1.0, max(0.0, (length / wave - low) / (high - low)))
        factors.append(1 / ((1 - smooth) / LLAMA3["factor"] + smooth))
    return np.array(factors, np.float32)


def write_gguf(name: str, config, model, path: Path) -> None:
    architecture = "llama" if name == "llama3" else name
    writer = GGUFWriter(path, architecture)
    writer.add_name(f"tiny random {name}")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(1_000_000.0 if name == "gemma3" else 10_000.0)
    if name == "gemma3":
        writer.add_sliding_window(WINDOW)
        writer.add_uint32("gemma3.attention.sliding_window_pattern", 2)
        writer.add_string("gemma3.rope.scaling.type", "linear")
        writer.add_float32("gemma3.rope.scaling.factor", GEMMA_LINEAR_FACTOR)
    writer.add_file_type(1)
    tokens, merges = vocabulary()
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3] + [1] * (VOCAB - 1))
    writer.add_token_merges(merges)
    writer.add_bos_token_id(0)
    writer.add_eos_token_id(0)

    weights = {each: weight.detach().numpy().astype(np.float32) for each, weight in model.named_parameters()}
    tensors = {"token_embd.weight": "model.embed_tokens.weight", "output_norm.weight": "model.norm.weight", "output.weight": "lm_head.weight"}
    for layer in range(config.num_hidden_layers):
        names = {**NAMES, **(GEMMA_NORMS if name == "gemma3" else NORMS)}
        tensors |= {f"blk.{layer}.{ours}": f"model.layers.{layer}.{theirs}" for ours, theirs in names.items()}
    for ours, theirs in tensors.items():
        if theirs not in weights:
            continue
        weight = weights.pop(theirs)
        if name == "llama3" and ours.endswith(("attn_q.weight", "attn_k.weight")):
            weight = permute(weight, config.num_attention_heads if ours.endswith("attn_q.weight") else config.num_key_value_heads)
        if name == "gemma3" and "norm" in ours:
            weight = weight + 1
        writer.add_tensor(ours, weight if weight.ndim == 1 else weight.astype(np.float16))
    assert not weights, weights.keys()
    if name == "llama3":
        writer.add_tensor("rope_freqs.weight", llama3_factors(config.head_dim))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def save_safetensors(name: str, model, folder: Path) -> None:
    state = {each: weight.detach() if weight.dim() == 1 or name == "gemma3" else weight.detach().half() for each, weight in model.named_parameters()}
    model.save_pretrained(folder, state_dict=state, max_shard_size="30KB" if name == "llama3" else "1MB")
    tokens, merges = vocabulary()
    tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, [tuple(merge.split(" ")) for merge in merges]))
    digits, bytes_ = pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, bytes_])
    tokenizer.decoder = decoders.ByteLevel()
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<|end|>", eos_token="<|end|>").save_pretrained(folder)
    (folder / "generation_config.json").unlink()


def write_logits(name: str, config, model, path: Path) -> None:
    rng = np.random.default_rng(SEED)
    lines = []
    for length in SEQUENCE_LENGTHS:
        tokens = rng.integers(0, VOCAB, length)
        with torch.no_grad():
            logits = model(torch.tensor(tokens[None])).logits[0].numpy()[-NUM_ROWS:]
        encoded = base64.b64encode(logits.astype("<f4").tobytes()).decode()
        lines.append("  " + json.dumps({"tokens": tokens.tolist(), "logits": encoded}))
    head = {
        "version": 1, "seed": SEED, "howToRemake": "node scripts/goldens.mjs --tiny",
        "madeWith": {each: version(each) for each in ["transformers", "torch", "gguf", "numpy"]}, "model": name,
        "config": json.loads(config.to_json_string(use_diff=True)),
    }
    text = "{\n" + "".join(f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
    path.write_text(text + ' "cases": [\n' + ",\n".join(lines) + "\n ]\n}\n")


def main(folder: Path) -> None:
    for name, config in CONFIGS.items():
        model = make_model(config)
        write_gguf(name, config, model, folder / f"tiny-{name}.gguf")
        write_logits(name, config, model, folder / f"tiny-{name}.json")
        save_safetensors(name, model, folder / f"tiny-{name}")


main(Path(sys.argv[1]))
