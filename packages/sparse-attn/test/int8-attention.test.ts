// The C++ test of the int8 attention kernels: each instruction set that this machine has against the scalar one, and that against f32.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { testedIsas } from './cpu.ts';

const PROGRAM = fileURLToPath(new URL('../../../build/native/attend_i8_test', import.meta.url));

it('int8 attention agrees with its specification and with f32, however tokens are grouped', { timeout: 120_000 }, () => {
  const tested = execFileSync(PROGRAM, { encoding: 'utf8' }).trim().split('\n');
  expect(tested).toEqual(testedIsas());
});
