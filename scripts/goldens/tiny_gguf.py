# What the tiny models of tiny-llama.py and tiny-models.py share: a vocabulary, and the order of rows in a llama's file.
import numpy as np


def permute(weight: np.ndarray, num_heads: int) -> np.ndarray:
    """Rows of each head from (first half, second half) to interleaved pairs, as GGUF's llama has them."""
    rows, columns = weight.shape
    halves = weight.reshape(num_heads, 2, rows // num_heads // 2, columns)
    return np.ascontiguousarray(halves.swapaxes(1, 2).reshape(rows, columns))


def vocabulary() -> tuple[list[str], list[str]]:
    """One control token, some bytes, some merges: 96 tokens in all. \\u0120 is the blank, \\u010a the line end."""
    pairs = "t h,i n,e r,a n,o n,r e,a t,e n,o r,e s,th e,\u0120 th,\u0120 a,\u0120th e,an d,\u0120 i,in g,\u0120 s,o u,\u0120 w,i s,\u0120 o,e d,i t,a s"
    merges = [pair for pair in pairs.split(",")]
    bytes_ = ["\u0120", "\u010a", *(chr(code) for code in range(0x21, 0x7F) if not "A" <= chr(code) <= "Z")]
    tokens = ["<|end|>", *bytes_, *(pair.replace(" ", "") for pair in merges)]
    assert len(tokens) == 96 == len(set(tokens)), len(tokens)
    return tokens, merges
