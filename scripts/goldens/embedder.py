# Makes tests/goldens/embedder.json: token ids and normalised characters by Hugging Face's tokenizers, and vectors by transformers (Flax, which
# computes in float32 as torch does and is a tenth of its size). Run by scripts/goldens.mjs --embedder.
# Usage: embedder.py <texts.json> <model folder> <out.json>
import base64
import hashlib
import json
import sys
from importlib.metadata import version

import jax
import numpy as np
from tokenizers import Tokenizer
from transformers import FlaxBertModel

texts_path, folder, out_path = sys.argv[1:]
texts = json.load(open(texts_path))
jax.config.update("jax_default_matmul_precision", "highest")

tokenizer = Tokenizer.from_file(f"{folder}/tokenizer.json")
tokenizer.no_padding()
tokenizer.no_truncation()
tokenizer.encode_special_tokens = True  # text that looks like a special token is text
cases = [{"text": text, "ids": tokenizer.encode(text).ids} for text in texts["tokenized"]]

# Every code point between two letters, in blocks of 4,096: what stands between them as words.
blocks = []
for start in range(0, 0x110000, 0x1000):
    words = []
    for code in range(start, start + 0x1000):
        if not 0xD800 <= code <= 0xDFFF:
            normalised = tokenizer.normalizer.normalize_str(f"a{chr(code)}b")
            words.append(" ".join(word for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalised)))
    blocks.append(hashlib.sha256("\n".join(words).encode()).hexdigest()[:12])

model = FlaxBertModel.from_pretrained(folder, from_pt=True)
vectors = []
for text in texts["embedded"]:
    ids = np.array([tokenizer.encode(text).ids])
    hidden = np.asarray(model(input_ids=ids, attention_mask=np.ones_like(ids)).last_hidden_state, dtype=np.float64)[0]
    mean = hidden.mean(axis=0)
    vector = (mean / np.linalg.norm(mean)).astype("<f4")
    vectors.append({"text": text, "numTokens": ids.shape[1], "vector": base64.b64encode(vector.tobytes()).decode()})

head = {"version": 1, "howToRemake": "node scripts/goldens.mjs --embedder",
        "madeWith": {name: version(name) for name in ("tokenizers", "transformers", "flax", "jax")},
        "weightsSha256": hashlib.sha256(open(f"{folder}/model.safetensors", "rb").read()).hexdigest(), "codePointBlocks": blocks}


def lines(items):
    return ",\n".join("  " + json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items)


with open(out_path, "w") as file:
    file.write("{\n" + "".join(f" {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items())
               + ' "cases": [\n' + lines(cases) + '\n ],\n "vectors": [\n' + lines(vectors) + "\n ]\n}\n")
