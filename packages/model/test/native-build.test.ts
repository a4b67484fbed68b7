// What the build of the native addons must hold: its own C++ tests pass, and no kernel file emits a weak symbol, of which the linker
// would keep one instruction set's copy for all.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { testedIsas } from '../../sparse-attn/test/cpu.ts';
import { readGolden } from './goldens.ts';

const BUILD = fileURLToPath(new URL('../../../build/native', import.meta.url));
const hasNm = spawnSync('nm', ['--version']).status === 0;

it('the thread pool runs every chunk once', { timeout: 120_000 }, () => {
  expect(execFileSync(join(BUILD, 'thread_pool_test'), { encoding: 'utf8' })).toBe('ok\n');
});

it('8-bit products of every instruction set are those of the scalar kernels', { timeout: 120_000 }, () => {
  const tested = execFileSync(join(BUILD, 'int8_kernels_test'), { encoding: 'utf8' }).trim().split('\n');
  expect(tested).toEqual(testedIsas());
});

it('the largest output of a matrix in two planes is that of all its outputs, in every instruction set', { timeout: 120_000 }, () => {
  const tested = execFileSync(join(BUILD, 'arg_max_test'), { encoding: 'utf8' }).trim().split('\n');
  expect(tested).toEqual(testedIsas().filter((isa) => !isa.includes(' ')));
});

it('products with tight panels of 5 and 6 bits have the bits of those with whole bytes, where an instruction set reads them', { timeout: 120_000 }, () => {
  const tested = execFileSync(join(BUILD, 'tight_test'), { encoding: 'utf8' }).trim().split('\n');
  expect(tested).toEqual([...testedIsas().filter((isa) => isa === 'avx512vnni'), 'ok']);
});

it('weights of every type are those of the gguf package, bit for bit but for the sign of 0', () => {
  const { cases } = readGolden<{ cases: Array<{ type: string; numElements: number; bytes: string; values: string }> }>('dequantize.json');
  expect(cases.length).toBe(11);
  const input = cases.map(({ type, numElements, bytes }) => `${type} ${numElements} ${Buffer.from(bytes, 'base64').toString('hex')}\n`).join('');
  const output = execFileSync(join(BUILD, 'dequantize_test'), { input, encoding: 'utf8' }).trim().split('\n');
  const floats = (bytes: Buffer) => Array.from(new Float32Array(Uint8Array.from(bytes).buffer), (value) => value + 0);
  for (const [i, { type, values }] of cases.entries()) expect(floats(Buffer.from(output[i]!, 'hex')), type).toEqual(floats(Buffer.from(values, 'base64')));
});

it.runIf(process.env['CI'] || hasNm)('kernel objects have no weak symbols', () => {
  const objects = readdirSync(BUILD, { recursive: true, encoding: 'utf8' }).filter((path) => /\/kernels_\w+\.cpp\.o$/.test(path));
  expect(objects.length).toBeGreaterThanOrEqual(2);
  for (const object of objects) {
    const symbols = execFileSync('nm', ['-C', '--defined-only', join(BUILD, object)], { encoding: 'utf8' }).split('\n');
    expect(symbols.length).toBeGreaterThan(1);
    expect(symbols.filter((line) => / [WVu] /.test(line)), object).toEqual([]);
  }
});
