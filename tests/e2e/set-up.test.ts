// What the set-up says where something is missing and nothing may be installed, and how little it costs when nothing is missing.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A machine without any program, where nothing may be installed. */
function bare(args: string[]) {
  const home = mkdtempSync(join(tmpdir(), 'lectern-bare-'));
  try {
    return spawnSync(process.execPath, args, { encoding: 'utf8', cwd: at('.'), env: { PATH: '/nowhere', LECTERN_HOME: home, LECTERN_NO_INSTALL: '1' } });
  } finally {
    rmSync(home, { recursive: true });
  }
}

test('no redis-server: says what to install', () => {
  const { status, stdout, stderr } = bare([at('scripts/ensure-redis.mjs')]);
  expect(status).toBe(1);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/no redis-server .*LECTERN_NO_INSTALL.*apt-get install redis-server/);
});

test('no compiler: says what to install', () => {
  const script = `const { ensureCompiler } = await import(${JSON.stringify(at('scripts/tools/compiler.mjs'))}); await ensureCompiler().catch((e) => console.log(e.message));`;
  const { stdout } = bare(['--input-type=module', '-e', script]);
  expect(stdout).toMatch(/needs g\+\+, cmake, make, and LECTERN_NO_INSTALL.*apt-get install g\+\+ cmake make/);
});

test('nothing to do: the bootstrap adds less than 300 ms', () => {
  spawnSync(process.execPath, [at('scripts/bootstrap.mjs')], { stdio: 'inherit' });
  const times = Array.from({ length: 5 }, () => {
    const startedAt = performance.now();
    expect(spawnSync(process.execPath, [at('scripts/bootstrap.mjs')]).status).toBe(0);
    return performance.now() - startedAt;
  });
  expect(Math.min(...times)).toBeLessThan(300);
});
