// The peer's Q4_0 weights: ggml's rule to the bit, and a file that opens as the model it was made of.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dequantize, openModelFile, readTensor, readTensorBytes } from '@lectern/model';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { build, value, withKey } from '../../model/test/gguf/gguf-builder.ts';
import { normals, specOf } from '../../model/test/tiny-model.ts';
import { halfBits } from '../src/bench/requantize/float16.ts';
import { quantizeQ4_0 } from '../src/bench/requantize/quantize-q4-0.ts';
import { isRequantizable, requantizeFile } from '../src/bench/requantize/requantize-file.ts';

test('half precision: every half comes back from its own value, and ties go to the even one', () => {
  const bytes = new Uint8Array(2);
  for (let bits = 0; bits < 0x10000; bits++) {
    bytes[0] = bits & 255;
    bytes[1] = bits >> 8;
    const [number] = dequantize('F16', bytes, 1);
    if (Number.isNaN(number)) expect(Number.isNaN(dequantize('F16', Uint8Array.of(halfBits(number!) & 255, halfBits(number!) >> 8), 1)[0])).toBe(true);
    else if (halfBits(number!) !== bits) expect(halfBits(number!), `half ${bits}`).toBe(bits);
  }
  expect(halfBits(1 + 2 ** -11)).toBe(0x3c00);
  expect(halfBits(1 + 3 * 2 ** -11)).toBe(0x3c02);
  expect(halfBits(65519)).toBe(0x7bff);
  expect(halfBits(65520)).toBe(0x7c00);
  expect(halfBits(-(2 ** -25))).toBe(0x8000);
  expect(halfBits(3 * 2 ** -25)).toBe(2);
});

describe('quantizeQ4_0', () => {
  test('codes of one block by hand', () => {
    const values = new Float32Array(32);
    values.set([-8, 7, 8, 3.4, 3.5, -3.5, -3.6], 0); // the first of the two largest is -8: d = 1
    values[16] = -1;
    const bytes = quantizeQ4_0(values);
    expect([...bytes.subarray(0, 2)]).toEqual([0x00, 0x3c]);
    expect([...bytes.subarray(2, 9)].map((byte) => byte & 15)).toEqual([0, 15, 15, 11, 12, 5, 4]);
    expect(bytes[2]! >> 4).toBe(7);
    expect([...dequantize('Q4_0', bytes, 32).subarray(0, 7)]).toEqual([-8, 7, 7, 3, 4, -3, -4]);
  });

  test('a block of zeros stays zeros', () => {
    expect(dequantize('Q4_0', quantizeQ4_0(new Float32Array(64)), 64).every((number) => number === 0)).toBe(true);
  });

  test('no value is off by more than a step, and most by less than half of one', () => {
    const next = normals(7);
    const values = Float32Array.from({ length: 32 * 512 }, () => 0.05 * next());
    const back = dequantize('Q4_0', quantizeQ4_0(values), values.length);
    for (let block = 0; block < values.length; block += 32) {
      const largest = values.subarray(block, block + 32).reduce((most, number) => Math.max(most, Math.abs(number)), 0);
      for (let i = block; i < block + 32; i++) expect(Math.abs(back[i]! - values[i]!)).toBeLessThanOrEqual((largest / 8) * 1.001);
    }
    const rms = Math.sqrt(values.reduce((sum, number, i) => sum + (number - back[i]!) ** 2, 0) / values.length);
    expect(rms).toBeLessThan(0.1 * 0.05);
    expect(rms).toBeGreaterThan(0.01 * 0.05);
  });
});

describe('requantizeFile', () => {
  let folder: string;
  beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'lectern-requantize-')); });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const SHAPE = { numLayers: 2, numHeads: 4, numKvHeads: 2, headDim: 16, ffnDim: 96, vocabSize: 64, contextLength: 64, tied: true };

  /** The layers' matrices as Q4_1, the rest F32. */
  function writeModel(types: { matrices: number }): string {
    const bytesOf = (type: number, numValues: number): number => (type === 3 ? (numValues / 32) * 20 : type === 2 ? (numValues / 32) * 18 : 4 * numValues);
    const spec = specOf(SHAPE);
    let offset = 0;
    const tensors = spec.tensors.map(({ name, dims }) => {
      const type = dims.length === 2 && name.startsWith('blk.') ? types.matrices : 0;
      const tensor = { name, dims, type, offset };
      offset += Math.ceil(bytesOf(type, dims.reduce<number>((product, size) => product * Number(size), 1)) / 32) * 32;
      return tensor;
    });
    const file = build(withKey({ ...spec, tensors, numDataBytes: offset }, 'general.file_type', value.u32(3)));
    const data = file.subarray(file.length - offset);
    randomBytes(offset).copy(data);
    for (const tensor of tensors) { // scales that are finite numbers; all else may be anything
      const numValues = tensor.dims.reduce<number>((product, size) => product * Number(size), 1);
      if (tensor.type === 0) for (let i = 0; i < numValues; i++) data.writeFloatLE(i / numValues, tensor.offset + 4 * i);
      else for (let at = tensor.offset; at < tensor.offset + bytesOf(tensor.type, numValues); at += tensor.type === 3 ? 20 : 18) {
        data.writeUInt16LE(halfBits(0.01), at);
        if (tensor.type === 3) data.writeUInt16LE(halfBits(-0.07), at + 2);
      }
    }
    const path = join(folder, `types-${types.matrices}.gguf`);
    writeFileSync(path, file);
    return path;
  }

  test('Q4_1 matrices become Q4_0 and stay near, all else is the same', async () => {
    const file = await openModelFile(writeModel({ matrices: 3 }));
    const path = join(folder, 'q4-0.gguf');
    expect(isRequantizable(file)).toBe(true);
    await requantizeFile(file, path);
    const copy = await openModelFile(path);
    expect(copy.config).toEqual(file.config);
    expect(new Map(copy.metadata)).toEqual(new Map([...file.metadata, ['general.file_type', 2]]));
    expect([...copy.tensors.keys()]).toEqual([...file.tensors.keys()]);
    for (const [name, tensor] of file.tensors) {
      expect(copy.tensors.get(name)!.shape).toEqual(tensor.shape);
      if (tensor.type !== 'Q4_1') {
        expect(copy.tensors.get(name)!.type).toBe(tensor.type);
        expect(await readTensorBytes(copy, name)).toEqual(await readTensorBytes(file, name));
        continue;
      }
      expect(copy.tensors.get(name)!.type).toBe('Q4_0');
      const [before, after] = [await readTensor(file, name), await readTensor(copy, name)];
      expect(Math.max(...before.map((number, i) => Math.abs(number - after[i]!)))).toBeLessThan(0.011); // a step: at most 0.08 / 8
    }
    expect([...file.tensors.values()].filter((tensor) => tensor.type === 'Q4_1')).toHaveLength(2 * 7);
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('a file without Q4_1 has nothing to change', async () => {
    expect(isRequantizable(await openModelFile(writeModel({ matrices: 2 })))).toBe(false);
  });

  test('a file that cannot be written leaves nothing behind', async () => {
    const file = await openModelFile(writeModel({ matrices: 3 }));
    const path = join(folder, 'no-such-folder', 'q4-0.gguf');
    await expect(requantizeFile(file, path)).rejects.toThrow('ENOENT');
    expect(existsSync(path)).toBe(false);
  });
});
