// npm run pack: every package as a tarball in build/packages, as npm publish would make it. The kernels built for this platform go
// along (prebuilds/<platform>-<arch>); other platforms build theirs with `npx lectern-build-native`.
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain, runOrFail } from './tools/output.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = join(root, 'build', 'packages');
const ADDONS = { 'packages/sparse-attn': 'sparse_attn.node', 'packages/model': 'model.node' };

await runMain(async () => {
  runOrFail(process.execPath, [join(root, 'scripts', 'bootstrap.mjs')]);
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  const prebuilds = Object.entries(ADDONS).map(([folder, file]) => {
    const place = join(root, folder, 'prebuilds');
    cpSync(join(root, 'build', 'native', file), join(place, `${process.platform}-${process.arch}`, file));
    return place;
  });
  try {
    runOrFail('npm', ['pack', '--workspaces', '--pack-destination', target, '--ignore-scripts', '--silent'], { cwd: root });
  } finally {
    for (const place of prebuilds) rmSync(place, { recursive: true, force: true });
  }
  for (const name of readdirSync(target)) console.log(join(target, name));
});
