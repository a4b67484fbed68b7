// What the tfjs engine says where its back end cannot start: never another one in silence.
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const built = (path: string) => fileURLToPath(new URL(`../../../build/${path}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lectern-tfjs-'));
afterAll(() => rmSync(folder, { recursive: true }));

beforeEach(() => vi.resetModules()); // a back end is started once per thread
afterEach(() => vi.unstubAllEnvs());

async function start(env: Record<string, string>) {
  for (const [name, value] of Object.entries({ TFJS_BACKEND: '', TFJS_DIR: '', ...env })) vi.stubEnv(name, value);
  const { startTfjs } = await import('../src/tfjs/backend.ts');
  return startTfjs();
}

/** A folder with this file as its binding. */
function folderWith(name: string, fill: (binding: string) => void): string {
  const path = join(folder, name);
  mkdirSync(path);
  fill(join(path, 'tfjs_binding.node'));
  return path;
}

describe('refuses, with the reason and what to do', () => {
  it('a back end that there is not', async () => {
    await expect(start({ TFJS_BACKEND: 'cuda' })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringMatching(/cuda; there are tensorflow and wasm/) });
  });

  it.each(['tensorflow', ''])('a folder where nothing is built, TFJS_BACKEND=%s', async (backend) => {
    const refused = start({ TFJS_BACKEND: backend, TFJS_DIR: folder });
    await expect(refused).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringMatching(/not built in .*npm run build:tfjs/) });
  });

  it('a binding of another kind of machine', async () => {
    const path = folderWith('no-library', (binding) => writeFileSync(binding, 'made for another machine'.repeat(100)));
    await expect(start({ TFJS_DIR: path })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringMatching(/does not start: .*tfjs_binding\.node.*build:tfjs, or set TFJS_BACKEND=wasm/) });
  });

  it.runIf(process.env['CI'] || existsSync(built('native/sparse_attn.node')))('an addon that is not this binding', async () => {
    const path = folderWith('another', (binding) => copyFileSync(built('native/sparse_attn.node'), binding));
    await expect(start({ TFJS_DIR: path })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringMatching(/is not the binding of tfjs-node/) });
  });

  it.runIf(process.env['CI'] || existsSync(built('tfjs/tfjs_binding.node')))('a binding without its library', async () => {
    const path = folderWith('no-tensorflow', (binding) => copyFileSync(built('tfjs/tfjs_binding.node'), binding));
    await expect(start({ TFJS_DIR: path })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringMatching(/libtensorflow_cc\.so\.2: cannot open/) });
  });

  it('an engine that there is not, beside one that cannot start', async () => {
    vi.stubEnv('TFJS_BACKEND', 'cuda');
    const { resolveAttention } = await import('../src/engines.ts');
    await expect(resolveAttention(['gpu' as 'native', 'tfjs'])).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE', message: expect.stringMatching(/gpu: there is no such engine; there are native, tfjs, reference; tfjs: TFJS_BACKEND is cuda/),
    });
  });
});

it('WASM needs no build, is started once, and hangs no handler on the process', async () => {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => process.listenerCount(event));
  const backend = await start({ TFJS_BACKEND: 'wasm' });
  expect(backend).toMatchObject({ backend: 'wasm', device: expect.stringMatching(/^wasm/) });
  expect(await (await import('../src/tfjs/backend.ts')).startTfjs()).toBe(backend);
  expect(events.map((event) => process.listenerCount(event))).toEqual(before);
});
