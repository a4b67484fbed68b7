// Builds what is older than its sources: native kernels, then TypeScript. Does nothing, fast, when all is built.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCompiler } from './tools/compiler.mjs';
import { runMain, runOrFail, say } from './tools/output.mjs';
import { hashOf, isFresh, writeStamp } from './tools/stamp.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const at = (...parts) => join(root, ...parts);

const workspaces = ['packages', 'services'].flatMap((group) =>
  readdirSync(at(group)).map((name) => at(group, name)));
const nativeSources = [...workspaces.map((w) => join(w, 'native')), at('packages', 'model', 'bin')];
const tsSources = [
  ...workspaces.flatMap((w) => [join(w, 'src'), join(w, 'tsconfig.json')]),
  at('tsconfig.json'), at('tsconfig.base.json'), at('package-lock.json'),
];

/** Builds unless the stamp says that these sources were built already. */
async function buildWhenStale(name, sources, isThere, build) {
  const stamp = at('build', 'stamps', name);
  const hash = hashOf(sources);
  if (isThere() && isFresh(stamp, hash)) return;
  await build();
  writeStamp(stamp, hash);
}

await runMain(async () => {
  await buildWhenStale('native', nativeSources, () => existsSync(at('build', 'native', 'sparse_attn.node')), async () => {
    const env = { ...process.env, ...await ensureCompiler() };
    say('building the native kernels (first time, or their sources changed)');
    runOrFail(process.execPath, [at('packages', 'model', 'bin', 'build-native.mjs')], { cwd: root, env });
  });
  await buildWhenStale('typescript', tsSources, () => existsSync(at('packages', 'cli', 'dist', 'main.js')), async () => {
    say('compiling TypeScript');
    runOrFail(process.execPath, [at('node_modules', 'typescript', 'bin', 'tsc'), '-b'], { cwd: root });
  });
});
