// The NEON kernels, on whatever machine this is: cross-compiled and emulated. On an aarch64 machine the other tests run them directly.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const SCRIPT = fileURLToPath(new URL('../native/test/aarch64.mjs', import.meta.url));
const hasTools = ['aarch64-linux-gnu-g++', 'qemu-aarch64'].every((tool) => spawnSync(tool, ['--version']).status === 0);
if (!hasTools) console.error('\n*** the NEON kernels are NOT tested: install g++-aarch64-linux-gnu and qemu-user ***\n');

it.runIf(process.env['CI'] || hasTools)('thread pool, products, largest outputs and attention in 8 bits on aarch64', { timeout: 600_000 }, () => {
  const printed = execFileSync(process.execPath, [SCRIPT], { cwd: ROOT, encoding: 'utf8' });
  expect(printed.trim().split('\n')).toEqual(['ok', 'scalar', 'neon', 'scalar', 'neon', 'scalar', 'neon']);
});
