// Every tensor type against bytes and values made by the Python package `gguf`.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dequantize } from '../../src/gguf/index.ts';
import type { TensorType } from '../../src/contract.ts';

interface Golden { cases: Array<{ type: TensorType; numElements: number; bytes: string; values: string }> }

const golden = JSON.parse(readFileSync(new URL('../../../../tests/goldens/dequantize.json', import.meta.url), 'utf8')) as Golden;

describe('dequantize', () => {
  it('has a golden for every type', () => {
    expect(golden.cases.map((each) => each.type).sort())
      .toEqual(['BF16', 'F16', 'F32', 'Q4_0', 'Q4_1', 'Q4_K', 'Q5_0', 'Q5_1', 'Q5_K', 'Q6_K', 'Q8_0']);
  });

  it.each(golden.cases)('$type equals the gguf package bit for bit', ({ type, numElements, bytes, values }) => {
    const actual = dequantize(type, Buffer.from(bytes, 'base64'), numElements);
    expect(actual.length).toBe(numElements);
    expect(Buffer.from(actual.buffer).toString('base64')).toBe(values);
  });

  it('refuses bytes that are no whole number of blocks', () => {
    expect(() => dequantize('Q4_0', new Uint8Array(17), 32)).toThrow(/blocks of Q4_0/);
    expect(() => dequantize('Q4_K', new Uint8Array(144), 32)).toThrow(/no whole number of Q4_K blocks/);
  });
});
