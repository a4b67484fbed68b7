// The scanners against the regular expressions that they stand for.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEWER_NUMBERS } from '../../src/tokenizer/character-class.ts';
import { gpt2Splitter, llama3Splitter, type Splitter } from '../../src/tokenizer/split.ts';

const S = '\\t-\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const GPT2 = `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${S}\\p{L}\\p{N}]+|[${S}]+(?![^${S}])|[${S}]+`;
const llama3 = (digits: string) =>
  `'(?:[sSdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^${S}\\p{L}\\p{N}]+[\\r\\n]*|[${S}]*[\\r\\n]+|[${S}]+(?![^${S}])|[${S}]+`;

const matchAll = (pattern: string) => (text: string) => text.match(new RegExp(pattern, 'gu')) ?? [];
/** smollm: every number character is cut out first, and what is between is split by itself. */
const smollm = (text: string) => (text.match(/\p{N}|\P{N}+/gu) ?? []).flatMap(matchAll(GPT2));

function pieces(split: Splitter, text: string): string[] {
  const found: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = split(text, at, text.length);
    expect(end).toBeGreaterThan(at);
    found.push(text.slice(at, end));
    at = end;
  }
  return found;
}

const tricky = fc.constantFrom(' ', '  ', '\n', '\r', '\t', '\u00a0', '\u0085', '\ufeff', "'", 's', 'S', 'll', 'RE', 've', 'ſ', 'a', 'é', '日', '\u0301', '1', '22', '½', '٣', '.', '!', '-', '😀', '𝕱', '𝟙');
const text = fc.array(fc.oneof({ weight: 4, arbitrary: tricky }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 3 }) }), { maxLength: 40 }).map((parts) => parts.join('')).filter((sample) => !NEWER_NUMBERS.test(sample));

describe('pre-tokenizers', () => {
  it.each<[string, Splitter, (text: string) => string[]]>([
    ['gpt-2', gpt2Splitter(false), matchAll(GPT2)],
    ['smollm', gpt2Splitter(true), smollm],
    ['llama-bpe', llama3Splitter(3), matchAll(llama3('{1,3}'))],
    ['qwen2', llama3Splitter(1), matchAll(llama3(''))],
  ])('%s splits as its expression does', (_, split, expected) => {
    fc.assert(fc.property(text, (sample) => {
      expect(pieces(split, sample)).toEqual(expected(sample));
    }), { numRuns: 3000 });
  });

  it('looks at nothing past the end it is given', () => {
    const split = gpt2Splitter(true);
    expect(split('ab  cd', 2, 4)).toBe(4); // blanks at the end of the stretch, not before a word
    expect(split("x'll", 1, 3)).toBe(2);
  });
});
