// The SentencePiece tokenizer on Gemma 3's vocabulary: ids equal llama.cpp's, offsets are the text's; and on tiny vocabularies, against plain merging.
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ModelFile, Tokenizer } from '../../src/contract.ts';
import { createTokenizer } from '../../src/tokenizer/index.ts';
import { readGolden } from '../goldens.ts';
import { catalogModelFile, withMetadata } from './model.ts';

interface Case { text: string; ids: number[]; blankBefore?: number[]; parseSpecial?: boolean }
const { cases } = readGolden<{ cases: Case[] }>('tokenizer-gemma.json');

let file: ModelFile;
let tokenizer: Tokenizer;
let blankBefore: Tokenizer;
beforeAll(async () => {
  file = await catalogModelFile('gemma-3-270m');
  tokenizer = createTokenizer(file);
  blankBefore = createTokenizer(withMetadata(file, 'tokenizer.ggml.add_space_prefix', true));
}, 300_000);

const SIGN = '\u2581';
/** What the bytes of a text's tokens are: blanks for U+2581. */
const read = (text: string): Buffer => Buffer.from(text.replaceAll(SIGN, ' '));

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  fc.array(fc.constantFrom(' ', 'the', 'a', '\n', '\t', '7', '😀', 'é', SIGN, '<b>', '<bos>', '<0x41>', '\ud800', '日本'), { maxLength: 40 }).map((parts) => parts.join('')),
);

describe('token ids equal llama.cpp', () => {
  it.each([...cases.entries()])('case %i', (_, { text, ids, blankBefore: other, parseSpecial = false }) => {
    expect([...tokenizer.encode(text, { parseSpecial }).ids]).toEqual(ids);
    expect([...blankBefore.encode(text, { parseSpecial }).ids]).toEqual(other ?? ids);
  });
});

describe('offsets', () => {
  it('are those of the bytes that each token stands for', () => {
    fc.assert(fc.property(anyText, (text) => {
      const { ids, byteStarts } = tokenizer.encode(text);
      const utf8 = Buffer.from(text);
      expect(Buffer.concat(Array.from(ids, tokenizer.tokenBytes)).equals(read(text))).toBe(true);
      expect([byteStarts.length, byteStarts[0], byteStarts[ids.length]]).toEqual([ids.length + 1, 0, utf8.length]);
      ids.forEach((id, i) => {
        const bytes = utf8.subarray(byteStarts[i], byteStarts[i + 1]);
        const token = Buffer.from(tokenizer.tokenBytes(id));
        // A byte token may be a part of a character; all others are whole ones.
        expect(bytes.equals(token) || read(bytes.toString()).equals(token)).toBe(true);
      });
      expect(tokenizer.decode(ids)).toBe(read(text).toString());
    }), { numRuns: 1000 });
  });

  it('give a blank put before the text no bytes', () => {
    const { ids, byteStarts } = blankBefore.encode('ɸ the');
    expect([...byteStarts]).toEqual([0, 0, 2, 6]);
    expect(Array.from(ids, (id) => Buffer.from(blankBefore.tokenBytes(id)).toString())).toEqual([' ', 'ɸ', ' the']);
    const the = blankBefore.encode('the');
    expect([[...the.byteStarts], Buffer.from(blankBefore.tokenBytes(the.ids[0]!)).toString()]).toEqual([[0, 3], ' the']);
    fc.assert(fc.property(anyText, (text) => {
      const encoded = blankBefore.encode(text);
      expect(encoded.byteStarts.at(-1)).toBe(Buffer.byteLength(text));
      expect(encoded.byteStarts.every((start, i) => i === 0 || start >= encoded.byteStarts[i - 1]!)).toBe(true);
      if (!/[\t\n<]| {2}/.test(text)) expect(blankBefore.decode(encoded.ids)).toBe(read(text).toString()); // tokens that stand in a text literally begin anew
    }), { numRuns: 300 });
  });
});

describe('special tokens', () => {
  it('never come of plain text', () => {
    const kinds = file.metadata.get('tokenizer.ggml.token_type') as number[];
    const tokens = file.metadata.get('tokenizer.ggml.tokens') as string[];
    const texts = tokens.filter((_, id) => kinds[id] === 3 || kinds[id] === 6);
    expect(texts.length).toBe(6249 + 256);
    for (const text of texts) expect([...tokenizer.encode(`${text} ${text}`).ids].every((id) => kinds[id] === 1 || kinds[id] === 4), text).toBe(true);
  });

  it('stand where a prompt has them, and end a turn', () => {
    const { ids } = tokenizer.encode('<start_of_turn>user\nHi<end_of_turn>', { parseSpecial: true });
    expect([ids[0], ids.at(-1)]).toEqual([105, 106]);
    expect(tokenizer).toMatchObject({ vocabSize: 262_144, bosToken: 2, eosToken: 1, stopTokens: [1, 106] });
    expect(tokenizer.decode(ids)).toBe('user\nHi');
    expect(tokenizer.decode(ids, { special: true })).toBe('<start_of_turn>user\nHi<end_of_turn>');
  });
});

describe('long pieces', () => {
  it.each<[string, string]>([
    ['one letter', 'a'.repeat(1_000_000)],
    ['two letters', 'ha'.repeat(500_000)],
    ['Chinese without a blank', '这是一个测试文字'.repeat(50_000)],
    ['tags between letters, then what no tag is', `${'<b>x'.repeat(200_000)}  `],
    ['newlines', '\n'.repeat(1_000_000)],
    ['more than one work space', 'xy'.repeat(1_100_000)],
  ])('%s: all bytes are there, soon', (_, text) => {
    const started = performance.now();
    const { ids, byteStarts } = tokenizer.encode(text);
    expect(byteStarts[ids.length]).toBe(Buffer.byteLength(text));
    expect(performance.now() - started).toBeLessThan(50_000); // about 1 s on an idle core; quadratic would be hours
  });
});

/** Characters, joined again and again where the result is a token of the highest score, leftmost first. */
function plainMerge(text: string, scores: ReadonlyMap<string, number>): string[] {
  const parts = [...text];
  for (;;) {
    const joined = parts.slice(1).map((right, i) => scores.get(parts[i]! + right) ?? Number.NEGATIVE_INFINITY);
    const best = joined.reduce((most, score) => Math.max(most, score), Number.NEGATIVE_INFINITY);
    if (best === Number.NEGATIVE_INFINITY) return parts;
    const at = joined.indexOf(best);
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
}

describe('any vocabulary', () => {
  const token = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', SIGN), minLength: 2, maxLength: 5 });
  const vocabulary = fc.uniqueArray(fc.tuple(token, fc.integer({ min: -5, max: 5 })), { selector: ([text]) => text, maxLength: 40 }); // equal scores, inner blanks

  it('merges as plainly as the rule says', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', ' '), maxLength: 120 });
    fc.assert(fc.property(vocabulary, text, (entries, sample) => {
      const singles: Array<[string, number]> = ['a', 'b', 'é', '😀', SIGN].map((character) => [character, -9]);
      const all = [...singles, ...entries];
      const tiny = createTokenizer(tinyFile(all.map(([each]) => each), all.map(([, score]) => score)));
      const { ids, byteStarts } = tiny.encode(sample);
      expect(Array.from(ids, (id) => Buffer.from(tiny.tokenBytes(id)).toString())).toEqual(plainMerge(sample.replaceAll(' ', SIGN), new Map(entries)).map((each) => each.replaceAll(SIGN, ' ')));
      expect(byteStarts.at(-1)).toBe(Buffer.byteLength(sample));
    }), { numRuns: 1000 });
  });

  it('spells what it lacks byte by byte', () => {
    const tiny = createTokenizer(tinyFile([SIGN, 'a'], [0, 0]));
    const { ids, byteStarts } = tiny.encode('a é\0');
    expect(Array.from(ids)).toEqual([257, 256, 0xc3, 0xa9, 0]);
    expect([...byteStarts]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it.each<[string, string, unknown, string]>([
    ['a byte without a token', 'tokenizer.ggml.token_type', [1, ...new Array<number>(255).fill(6), 1, 1], 'MODEL_UNSUPPORTED'],
    ['a byte token of another form', 'tokenizer.ggml.token_type', [...new Array<number>(257).fill(6), 1], 'MODEL_FILE_INVALID'],
    ['no token for a blank', 'tokenizer.ggml.tokens', [...byteTexts(), 'a', 'b'], 'MODEL_UNSUPPORTED'],
    ['no scores', 'tokenizer.ggml.scores', undefined, 'MODEL_FILE_INVALID'],
    ['too few scores', 'tokenizer.ggml.scores', [1], 'MODEL_FILE_INVALID'],
    ['a score that is no number', 'tokenizer.ggml.scores', new Array<number>(258).fill(Number.NaN), 'MODEL_FILE_INVALID'],
    ['a flag that is no flag', 'tokenizer.ggml.add_space_prefix', 1, 'MODEL_FILE_INVALID'],
    ['a tokenizer of no known kind', 'tokenizer.ggml.model', 't5', 'MODEL_UNSUPPORTED'],
  ])('refuses %s', (_, key, value, code) => {
    expect(() => createTokenizer(withMetadata(tinyFile([SIGN, 'a'], [0, 0]), key, value))).toThrow(expect.objectContaining({ code }));
  });
});

function byteTexts(): string[] {
  return Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
}

/** 256 byte tokens, then these. */
function tinyFile(tokens: string[], scores: number[]): ModelFile {
  const metadata = new Map<string, unknown>([
    ['tokenizer.ggml.model', 'llama'],
    ['tokenizer.ggml.tokens', [...byteTexts(), ...tokens]],
    ['tokenizer.ggml.scores', [...new Array<number>(256).fill(0), ...scores]],
    ['tokenizer.ggml.token_type', [...new Array<number>(256).fill(6), ...tokens.map(() => 1)]],
    ['tokenizer.ggml.eos_token_id', 0],
    ['tokenizer.ggml.add_space_prefix', false],
  ]);
  return { path: 'tiny.gguf', numBytes: 0, metadata, tensors: new Map(), config: {} as ModelFile['config'] };
}
