// tokenizer.json of every kind that is read: ids equal those of Hugging Face's tokenizers library (committed goldens); others are refused.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { ModelFile, Tokenizer } from '../../src/contract.ts';
import { readTokenizer } from '../../src/safetensors/read-tokenizer.ts';
import { createTokenizer } from '../../src/tokenizer/index.ts';
import { readGolden } from '../goldens.ts';

interface TokenizerJson {
  model: { vocab: Record<string, number>; merges: unknown[]; [key: string]: unknown };
  added_tokens: Array<Record<string, unknown>>;
  [key: string]: unknown;
}
interface Golden { texts: string[]; cases: Array<{ name: string; tokenizer: TokenizerJson; ids: number[][] }> }
const { texts, cases } = readGolden<Golden>('hf-tokenizers.json');

const folder = mkdtempSync(join(tmpdir(), 'lectern-tokenizers-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sizeOf = ({ model, added_tokens: added }: TokenizerJson) => 1 + Math.max(...Object.values(model.vocab), ...added.map(({ id }) => id as number));

function load(tokenizer: unknown, vocabSize: number, config: object = { eos_token: { content: '<|end|>' } }): Tokenizer {
  writeFileSync(join(folder, 'tokenizer.json'), typeof tokenizer === 'string' ? tokenizer : JSON.stringify(tokenizer));
  writeFileSync(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  const file: ModelFile = { path: folder, numBytes: 0, metadata: readTokenizer(folder, vocabSize, [1]), tensors: new Map(), config: {} as ModelFile['config'] };
  return createTokenizer(file);
}

describe.each(cases)('$name', ({ name, tokenizer: json, ids }) => {
  const tokenizer = load(json, sizeOf(json) + 3);

  it.each([...texts.entries()])('text %i', (i, text) => {
    const encoding = tokenizer.encode(text, { parseSpecial: true });
    expect([...encoding.ids]).toEqual(ids[i]);
    expect(encoding.byteStarts.at(-1)).toBe(Buffer.byteLength(text));
  });

  it('has texts with more than bytes, and the tokens that the model has more of', () => {
    expect(ids.flat().length).toBeLessThan(0.8 * Buffer.byteLength(texts.join('')));
    expect(tokenizer.vocabSize).toBe(sizeOf(json) + 3);
    const special = name === 'gemma' || name === 'llama2' ? '<end>' : '<|end|>';
    expect(tokenizer.decode(tokenizer.encode(`a${special}b`, { parseSpecial: true }).ids)).toBe(name === 'llama2' ? 'a b' : 'ab'); // a blank before each stretch
    expect(tokenizer.decode(tokenizer.encode(`a${special}b`).ids)).toBe(`a${special}b`);
  });
});

const byName = (name: string): TokenizerJson => structuredClone(cases.find((each) => each.name === name)!.tokenizer);

describe('the ends of a text', () => {
  it('are those that tokenizer_config.json names, else config.json', () => {
    const json = byName('llama3');
    expect(load(json, 600, { eos_token: '<|im_end|>', bos_token: { content: '<|end|>' } })).toMatchObject({ bosToken: 0, eosToken: 1 });
    expect(load(json, 600, {})).toMatchObject({ bosToken: undefined, eosToken: 1 });
    expect(() => readTokenizer(folder, 600, [])).toThrow(/names the token that ends a text/);
  });
});

describe('refusals', () => {
  it.each<[string, string, (json: TokenizerJson) => unknown, string, RegExp]>([
    ['what is not JSON', 'gpt2', () => '{"model":', 'MODEL_FILE_INVALID', /is not JSON/],
    ['no model', 'gpt2', (json) => ({ ...json, model: undefined }), 'MODEL_FILE_INVALID', /model/],
    ['a model of another kind', 'gpt2', (json) => ({ ...json, model: { ...json.model, type: 'WordPiece' } }), 'MODEL_FILE_INVALID', /type/],
    ['a vocabulary of texts', 'gpt2', (json) => ({ ...json, model: { ...json.model, vocab: { a: 'b' } } }), 'MODEL_FILE_INVALID', /not a map from texts to token ids/],
    ['a negative id', 'gpt2', (json) => ({ ...json, model: { ...json.model, vocab: { a: -1 } } }), 'MODEL_FILE_INVALID', /not a map/],
    ['an id beyond the model', 'gpt2', (json) => ({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, zzz: 5000 } } }), 'MODEL_FILE_INVALID', /beyond the 1000/],
    ['two texts with one id', 'gpt2', (json) => ({ ...json, model: { ...json.model, vocab: { ...json.model.vocab, zzz: 7 } } }), 'MODEL_FILE_INVALID', /is both/],
    ['merges of three', 'gpt2', (json) => ({ ...json, model: { ...json.model, merges: [['a', 'b', 'c']] } }), 'MODEL_FILE_INVALID', /not a list of merges/],
    ['a merge of nothing', 'gpt2', (json) => ({ ...json, model: { ...json.model, merges: [['', 'a']] } }), 'MODEL_FILE_INVALID', /empty or has a blank/],
    ['a merge into no token', 'gemma', (json) => ({ ...json, model: { ...json.model, merges: [['e', 'q#']] } }), 'MODEL_FILE_INVALID', /not two tokens that make a third/],
    ['another pre-tokenizer', 'qwen2', (json) => ({ ...json, pre_tokenizer: { type: 'Whitespace' } }), 'MODEL_UNSUPPORTED', /pre-tokenizer/],
    ['another expression', 'qwen2', (json) => JSON.stringify(json).replace('\\\\p{N}|', '\\\\p{N}{1,2}|'), 'MODEL_UNSUPPORTED', /pre-tokenizer/],
    ['a blank before every text', 'gpt2', (json) => ({ ...json, pre_tokenizer: { ...(json['pre_tokenizer'] as object), add_prefix_space: true } }), 'MODEL_UNSUPPORTED', /pre-tokenizer/],
    ['another normalizer', 'gpt2', (json) => ({ ...json, normalizer: { type: 'Lowercase' } }), 'MODEL_UNSUPPORTED', /normalizer/],
    ['tokens for bytes with another pre-tokenizer', 'gemma', (json) => ({ ...json, pre_tokenizer: { type: 'Metaspace' } }), 'MODEL_UNSUPPORTED', /another normalizer or pre-tokenizer/],
    ['a missing byte', 'gemma', (json) => {
      const { '<0x0A>': _, ...vocab } = json.model.vocab;
      return { ...json, model: { ...json.model, vocab } };
    }, 'MODEL_UNSUPPORTED', /no token for byte 10/],
    ['tokens that take blanks beside them', 'gpt2', (json) => ({ ...json, added_tokens: [{ ...json.added_tokens[0], lstrip: true }] }), 'MODEL_UNSUPPORTED', /blanks or word ends/],
  ])('%s', (_, name, change, code, message) => {
    expect(() => load(change(byName(name)), 1000)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) as string }));
  });

  it('no tokenizer at all', () => {
    expect(() => readTokenizer(join(folder, 'nowhere'), 10, [])).toThrow(/no tokenizer.json/);
  });
});
