# Makes tests/goldens/hf-tokenizers.json: tiny tokenizers of every kind that is read, trained here, and their ids by the tokenizers library.
# Run by scripts/goldens.mjs --tokenizers. Usage: hf-tokenizers.py <texts.json> <out.json>   (needs: pip install tokenizers)
import json
import sys
from importlib.metadata import version

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

texts = json.load(open(sys.argv[1]))
LLAMA3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]


def byte_level(pre_tokenizer, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=520, special_tokens=["<|end|>", "<|im_end|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False))
    return tokenizer


def splitting(expression):
    return pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(expression), "isolated"), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])


def byte_fallback(normalizer, pre_tokenizer):
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizer
    # Trained on single words, so that most tokens hold a blank in front only.
    words = [word for text in texts for word in text.replace(" ", "\n ").split("\n")]
    tokenizer.train_from_iterator(words, trainers.BpeTrainer(
        vocab_size=620, special_tokens=["<pad>", "<end>", "<unk>", *BYTES], limit_alphabet=120, show_progress=False))
    # The byte tokens are not special: they are only in the vocabulary.
    saved = json.loads(tokenizer.to_str())
    saved["added_tokens"] = [token for token in saved["added_tokens"] if token["content"] not in BYTES]
    tokenizer = Tokenizer.from_str(json.dumps(saved))
    tokenizer.add_tokens([AddedToken("<b>", normalized=False), AddedToken("\n\n", normalized=False)])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse()])
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    return tokenizer


blanks = normalizers.Replace(" ", "\u2581")
digits = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
TOKENIZERS = {
    "gpt2": byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False)),
    "smollm2": byte_level(digits),
    "llama3": byte_level(splitting(LLAMA3), ignore_merges=True),
    "qwen2": byte_level(splitting(QWEN2)),
    "gemma": byte_fallback(blanks, pre_tokenizers.Split(" ", "merged_with_previous")),
    "llama2": byte_fallback(normalizers.Sequence([normalizers.Prepend("\u2581"), blanks]), None),
}

# Ids follow the saved tokenizers: id lists in the order of `texts`.
cases = [{"name": name, "tokenizer": json.loads(tokenizer.to_str()), "ids": [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]}
         for name, tokenizer in TOKENIZERS.items()]
lines = ",\n".join("  " + json.dumps(case, ensure_ascii=False, separators=(",", ":")) for case in cases)
head = {"version": 1, "howToRemake": "node scripts/goldens.mjs --tokenizers", "madeWith": {"tokenizers": version("tokenizers")}, "texts": texts}
with open(sys.argv[2], "w") as file:
    file.write("{\n" + "".join(f" {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)},\n" for key, value in head.items()) + ' "cases": [\n' + lines + "\n ]\n}\n")
