# Makes tests/goldens/dequantize.json: random quantized bytes of every tensor type and their values by the `gguf` package.
# Run by scripts/goldens.mjs. Usage: dequantize.py <out.json>   (needs: pip install gguf==0.19.0 numpy)
import base64
import json
import sys
from importlib.metadata import version

import numpy as np
from gguf import GGML_QUANT_SIZES, GGMLQuantizationType
from gguf.quants import dequantize

SEED = 20240607
NUM_BLOCKS = 3
# Byte offsets of the half-precision scales inside a block; random bytes there would be infinities and NaNs.
HALVES = {
    "Q8_0": [0], "Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
    "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208],
}
PLAIN = {"F32": np.float32, "F16": np.float16}

rng = np.random.default_rng(SEED)
cases = []
for name in ["F32", "F16", "BF16", *HALVES]:
    kind = GGMLQuantizationType[name]
    block_elements, block_bytes = GGML_QUANT_SIZES[kind]
    if name in PLAIN:
        values = np.concatenate([rng.normal(size=60), [0.0, -0.0, 65504.0, 6e-8]]).astype(PLAIN[name])
        raw = values.view(np.uint8)
        out = values.astype(np.float32)
    elif name == "BF16":
        raw = (rng.normal(size=64).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
        out = dequantize(raw, kind)
    else:
        blocks = rng.integers(0, 256, size=(NUM_BLOCKS, block_bytes), dtype=np.uint8)
        for at in HALVES[name]:
            blocks[:, at:at + 2] = rng.normal(scale=0.1, size=(NUM_BLOCKS, 1)).astype(np.float16).view(np.uint8)
        raw = blocks.reshape(-1)
        out = dequantize(raw, kind)
    encode = lambda array: base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    cases.append({"type": name, "numElements": int(out.size), "bytes": encode(raw), "values": encode(out.astype("<f4"))})

with open(sys.argv[1], "w") as file:
    json.dump({
        "version": 1, "seed": SEED, "howToRemake": "node scripts/goldens.mjs --python", "gguf": version("gguf"),
        "cases": cases,
    }, file, indent=1)
    file.write("\n")
