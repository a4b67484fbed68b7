// The normalizers and pre-tokenizers of tokenizer.json that are known, by the names that GGUF has for them.
import { z } from 'zod';
import { unsupportedFile } from '../gguf/errors.ts';

const CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const REST = '| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+';
const WORDS = '[^\\r\\n\\p{L}\\p{N}]?\\p{L}+';

/** The expression of a Split -> tokenizer.ggml.pre */
const SPLITS: ReadonlyMap<string, string> = new Map([
  [`${CONTRACTIONS}|${WORDS}|\\p{N}{1,3}${REST}`, 'llama-bpe'],
  [`${CONTRACTIONS}|${WORDS}|\\p{N}${REST}`, 'qwen2'],
]);

const split = z.looseObject({ type: z.literal('Split'), pattern: z.object({ Regex: z.string() }), behavior: z.literal('Isolated'), invert: z.literal(false) });
const digits = z.looseObject({ type: z.literal('Digits'), individual_digits: z.literal(true) });
const byteLevel = (usesRegex: boolean) => z.looseObject({ type: z.literal('ByteLevel'), add_prefix_space: z.literal(false), use_regex: z.literal(usesRegex).default(true as never) });
const sequence = <T extends z.ZodType>(first: T, usesRegex: boolean) => z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.tuple([first, byteLevel(usesRegex)]) });

/** Of a byte-level BPE. */
export function byteLevelPre(path: string, pre: unknown): string {
  if (byteLevel(true).safeParse(pre).success) return 'gpt-2';
  if (sequence(digits, true).safeParse(pre).success) return 'smollm';
  const splitting = sequence(split, false).safeParse(pre);
  const name = splitting.success ? SPLITS.get(splitting.data.pretokenizers[0].pattern.Regex) : undefined;
  if (name !== undefined) return name;
  throw unsupportedFile(path, `its pre-tokenizer is ${JSON.stringify(pre).slice(0, 300)}; those of GPT-2, SmolLM2, Llama 3 and Qwen 2 are known`);
}

const SIGN = '\u2581';
const nfc = z.looseObject({ type: z.literal('NFC') });
const replace = z.looseObject({ type: z.literal('Replace'), pattern: z.object({ String: z.literal(' ') }), content: z.literal(SIGN) });
const prepend = z.looseObject({ type: z.literal('Prepend'), prepend: z.literal(SIGN) });
const both = z.looseObject({ type: z.literal('Sequence'), normalizers: z.tuple([prepend, replace]) });

export function normalizerOf(path: string, normalizer: unknown): { blanksAreSigns: boolean; addsBlank: boolean } {
  if (normalizer === null || normalizer === undefined || nfc.safeParse(normalizer).success) return { blanksAreSigns: false, addsBlank: false };
  if (replace.safeParse(normalizer).success) return { blanksAreSigns: true, addsBlank: false };
  if (both.safeParse(normalizer).success) return { blanksAreSigns: true, addsBlank: true };
  throw unsupportedFile(path, `its normalizer is ${JSON.stringify(normalizer).slice(0, 300)}; none, NFC, and blanks as U+2581 are known`);
}
