// What the build of the native addons must hold: its own C++ tests pass, and no kernel file emits a weak symbol, of which the linker
// would keep one instruction set's copy for all.
import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const BUILD = fileURLToPath(new URL('../../../build/native', import.meta.url));
const hasNm = spawnSync('nm', ['--version']).status === 0;

it('the thread pool runs every chunk once', { timeout: 120_000 }, () => {
  expect(execFileSync(join(BUILD, 'thread_pool_test'), { encoding: 'utf8' })).toBe('ok\n');
});

it.runIf(process.env['CI'] || hasNm)('kernel objects have no weak symbols', () => {
  const objects = readdirSync(BUILD, { recursive: true, encoding: 'utf8' }).filter((path) => /kernels_\w+\.cpp\.o$/.test(path));
  expect(objects.length).toBeGreaterThanOrEqual(2);
  for (const object of objects) {
    const symbols = execFileSync('nm', ['-C', '--defined-only', join(BUILD, object)], { encoding: 'utf8' }).split('\n');
    expect(symbols.length).toBeGreaterThan(1);
    expect(symbols.filter((line) => / [WVu] /.test(line)), object).toEqual([]);
  }
});
