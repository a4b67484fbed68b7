// Properties of the tokenizer on the real vocabulary, and vocabularies that are refused.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelFile, Tokenizer } from '../../src/contract.ts';
import { byteCharacter } from '../../src/tokenizer/byte-alphabet.ts';
import { createTokenizer } from '../../src/tokenizer/index.ts';
import { defaultModelFile, withMetadata } from './model.ts';

let file: ModelFile;
let tokenizer: Tokenizer;
let bytesWithToken: Set<number>;
beforeAll(async () => {
  file = await defaultModelFile();
  tokenizer = createTokenizer(file);
  const tokens = new Set(file.metadata.get('tokenizer.ggml.tokens') as string[]);
  bytesWithToken = new Set(Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => tokens.has(byteCharacter(byte))));
});

const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 80 }), fc.string({ unit: 'grapheme', maxLength: 80 }), fc.array(fc.constantFrom(' ', 'the', 'a', '\n', '7', '😀', 'é', '<|im_end|>', "'s"), { maxLength: 40 }).map((parts) => parts.join('')));

describe('createTokenizer', () => {
  it('covers every byte of the text that has a token, in order', () => {
    fc.assert(fc.property(anyText, (text) => {
      const bytes = Buffer.from(text);
      const { ids, byteStarts } = tokenizer.encode(text);
      expect(byteStarts.length).toBe(ids.length + 1);
      expect(byteStarts[ids.length]).toBe(bytes.length);
      let covered = 0;
      ids.forEach((id, i) => {
        const token = tokenizer.tokenBytes(id);
        const gap = [...bytes.subarray(covered, byteStarts[i])];
        expect(gap.every((byte) => !bytesWithToken.has(byte))).toBe(true);
        expect(Buffer.compare(bytes.subarray(byteStarts[i], byteStarts[i]! + token.length), token)).toBe(0);
        covered = byteStarts[i]! + token.length;
      });
      expect([...bytes.subarray(covered)].every((byte) => !bytesWithToken.has(byte))).toBe(true);
    }), { numRuns: 1000 });
  });

  it('gives the text back', () => {
    for (const text of ['It was 7° at the café — 日本 😀\n\tdef f():\r\n', '\ufeffbom', '']) expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(text);
  });

  it('never makes a control token of plain text', () => {
    const control = new Set((file.metadata.get('tokenizer.ggml.token_type') as number[]).flatMap((kind, id) => (kind === 3 ? [id] : [])));
    const specialText = fc.array(fc.constantFrom('<|im_start|>', '<|im_end|>', '<|endoftext|>', '<|', '|>', 'im_', 'end', ' ', '<repo_name>'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(fc.property(specialText, (text) => {
      expect(tokenizer.encode(text).ids.some((id) => control.has(id))).toBe(false);
    }));
    expect([...tokenizer.encode('<|im_start|>', { parseSpecial: true }).ids]).toEqual([1]);
  });

  it('takes a lone surrogate as U+FFFD', () => {
    expect([...tokenizer.encode('a\ud800b \udc00').ids]).toEqual([...tokenizer.encode('a\ufffdb \ufffd').ids]);
    expect(tokenizer.encode('a\ud800').byteStarts.at(-1)).toBe(4);
  });

  it('merges long pieces as short ones: lowest rank first, leftmost among equals', () => {
    const ranks = new Map((file.metadata.get('tokenizer.ggml.merges') as string[]).map((merge, rank) => [merge, rank]));
    const naive = (word: string): string[] => {
      const parts = [...word];
      for (;;) {
        const found = parts.slice(1).map((right, i) => ranks.get(`${parts[i]} ${right}`) ?? Number.POSITIVE_INFINITY);
        const best = Math.min(...found);
        if (best === Number.POSITIVE_INFINITY) return parts;
        const at = found.indexOf(best);
        parts.splice(at, 2, parts[at]! + parts[at + 1]!);
      }
    };
    const word = fc.string({ unit: fc.constantFrom(...'aaaeeinnorstthlbcd'), minLength: 1, maxLength: 160 });
    fc.assert(fc.property(word, (sample) => {
      const pieces = Array.from(tokenizer.encode(sample).ids, (id) => Buffer.from(tokenizer.tokenBytes(id)).toString());
      expect(pieces).toEqual(naive(sample));
    }), { numRuns: 300 });
  });

  it('walks over a byte that has no token, and says where the next one is', () => {
    const missing = Array.from({ length: 128 }, (_, byte) => byte).find((byte) => !bytesWithToken.has(byte));
    expect(missing).toBeDefined(); // SmolLM2's vocabulary lacks some control characters
    const { ids, byteStarts } = tokenizer.encode(`a${String.fromCharCode(missing!)}b`);
    expect(ids.length).toBe(2);
    expect([...byteStarts]).toEqual([0, 2, 3]);
  });

  it('forgets pieces when its cache is full, and stays right', () => {
    const many = Array.from({ length: 70_000 }, (_, i) => ` w${i.toString(36).replace(/\d/g, (digit) => 'abcdefghij'[Number(digit)]!)}q`).join('');
    const first = tokenizer.encode(many).ids;
    expect(Buffer.from(tokenizer.encode(many).ids.buffer).equals(Buffer.from(first.buffer))).toBe(true);
    expect(tokenizer.decode(first)).toBe(many);
  });

  it('takes user-defined tokens out of any text, longer ones first', () => {
    const tokens = [...(file.metadata.get('tokenizer.ggml.tokens') as string[])];
    const kinds = [...(file.metadata.get('tokenizer.ggml.token_type') as number[])];
    tokens[3] = 'QQabc';
    tokens[4] = 'abcQQde';
    kinds[3] = kinds[4] = 4;
    const other = createTokenizer(withMetadata(withMetadata(file, 'tokenizer.ggml.tokens', tokens), 'tokenizer.ggml.token_type', kinds));
    const { ids, byteStarts } = other.encode('xQQabcQQdeQQabc');
    expect([...ids].filter((id) => id === 3 || id === 4)).toEqual([4, 3]);
    expect(byteStarts.at(-1)).toBe(15);
    expect(other.decode(ids)).toBe('xQQabcQQdeQQabc');
  });

  it('knows what ends a turn', () => {
    expect(tokenizer).toMatchObject({ vocabSize: 49_152, bosToken: 1, eosToken: 2, stopTokens: [0, 2] });
    expect(tokenizer.decode([1, 2, 0])).toBe('');
    expect(tokenizer.decode([1], { special: true })).toBe('<|im_start|>');
    expect(() => tokenizer.tokenBytes(49_152)).toThrow(/not in a vocabulary/);
  });

  it.each<[string, string, unknown, string]>([
    ['an unknown pre-tokenizer', 'tokenizer.ggml.pre', 'viking', 'MODEL_UNSUPPORTED'],
    ['another tokenizer', 'tokenizer.ggml.model', 'bert', 'MODEL_UNSUPPORTED'],
    ['an EOS outside the vocabulary', 'tokenizer.ggml.eos_token_id', 49_152, 'MODEL_FILE_INVALID'],
    ['merges that are numbers', 'tokenizer.ggml.merges', [1, 2], 'MODEL_FILE_INVALID'],
    ['a merge of one text', 'tokenizer.ggml.merges', ['abc'], 'MODEL_FILE_INVALID'],
    ['a merge outside the alphabet', 'tokenizer.ggml.merges', ['日 本'], 'MODEL_FILE_INVALID'],
    ['too few token types', 'tokenizer.ggml.token_type', [1, 1], 'MODEL_FILE_INVALID'],
    ['one token twice', 'tokenizer.ggml.tokens', new Array<string>(49_152).fill('a'), 'MODEL_FILE_INVALID'],
    ['no merges', 'tokenizer.ggml.merges', undefined, 'MODEL_FILE_INVALID'],
  ])('refuses %s', (_, key, value, code) => {
    expect(() => createTokenizer(withMetadata(file, key, value))).toThrow(expect.objectContaining({ code }));
  });
});
