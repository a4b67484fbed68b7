// The packages as others get them: packed, installed into an empty project, and the README's own examples compiled and run there.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestHome } from './lectern.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const TEXT = 'The house has four rooms and a garden.\n\nThe key is under the mat.\n\nThe garden is full of roses.\n';

let home: TestHome;
let project: string;

const run = (command: string, args: readonly string[], env: Record<string, string> = {}) =>
  spawnSync(command, args, { cwd: project, encoding: 'utf8', env: { ...process.env, ...env } });

/** The code block of the README that begins with the name of its file. */
function example(name: string): string {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const code = readme.split('```ts\n').find((part) => part.startsWith(`// ${name}\n`))?.split('```')[0];
  if (code === undefined) throw new Error(`README.md has no example ${name}`);
  return code;
}

beforeAll(async () => {
  home = await TestHome.create();
  const tarballs = execFileSync(process.execPath, [join(root, 'scripts', 'pack.mjs')], { encoding: 'utf8' }).trim().split('\n');
  project = mkdtempSync(join(tmpdir(), 'lectern-project-'));
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { devDependencies: Record<string, string> };
  const tools = ['typescript', '@types/node'].map((name) => `${name}@${devDependencies[name]}`);
  const { status, stderr } = run('npm', ['install', '--no-fund', '--no-audit', ...tarballs, ...tools]);
  expect(status, stderr).toBe(0);
  for (const name of ['reader.ts', 'service.ts']) writeFileSync(join(project, name), example(name));
  writeFileSync(join(project, 'house.txt'), TEXT);
  const options = { strict: true, module: 'nodenext', target: 'es2023', types: ['node'], outDir: 'out', skipLibCheck: false, exactOptionalPropertyTypes: true };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
});

afterAll(() => {
  home?.remove();
  if (project !== undefined) rmSync(project, { recursive: true, force: true });
});

test('the types hold in a strict project, libraries included', () => {
  const { status, stdout } = run(process.execPath, ['node_modules/typescript/bin/tsc']);
  expect(stdout).toBe('');
  expect(status).toBe(0);
});

test('the examples have ten lines at most', () => {
  for (const name of ['reader.ts', 'service.ts']) {
    const lines = example(name).split('\n').filter((line) => line.trim() !== '' && !line.startsWith('//'));
    expect(lines.length, name).toBeLessThanOrEqual(10);
  }
});

test('reader: an answer without Redis, on the packed kernels', () => {
  const { status, stdout, stderr } = run(process.execPath, ['out/reader.js'], { LECTERN_HOME: home.folder });
  expect(status, stderr).toBe(0);
  expect(stdout).toContain('under the mat');
  const engine = run(process.execPath, ['--input-type=module', '--eval', `
    const { loadReaderModel } = await import('@lectern/reader');
    const { transformer } = await loadReaderModel('smollm2-135m-instruct', { home: process.env.LECTERN_HOME, numThreads: 1 });
    console.log(transformer.engine, process.report.getReport().sharedObjects.filter((path) => path.endsWith('model.node')).join());
  `], { LECTERN_HOME: home.folder });
  expect(engine.stdout, engine.stderr).toMatch(/^native .*\/lectern-project-[^/]*\/node_modules\/@lectern\/model\/prebuilds\//);
});

test('client: an answer from a service', async () => {
  const up = home.start(['up', '--port', '0']);
  const [url] = await up.printed(/http:\/\/127\.0\.0\.1:\d+/);
  try {
    const { status, stdout, stderr } = run(process.execPath, ['out/service.js'], { LECTERN_URL: url });
    expect(status, stderr).toBe(0);
    expect(stdout).toContain('under the mat');
  } finally {
    up.interrupt();
    await up.ended;
  }
});
