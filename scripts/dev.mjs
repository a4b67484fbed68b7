// npm run dev: builds, keeps compiling TypeScript as it changes, and runs `lectern up`, restarted after each change.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(process.execPath, ['scripts/bootstrap.mjs'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const compile = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '-b', '--watch', '--preserveWatchOutput'], { cwd: root, stdio: 'inherit' });
const serve = spawn(process.execPath, ['--watch', '--watch-preserve-output', 'packages/cli/dist/main.js', 'up', ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' });
for (const child of [compile, serve]) {
  child.on('exit', (code) => {
    compile.kill();
    serve.kill();
    process.exitCode ??= code ?? 0;
  });
}
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => { compile.kill(signal); serve.kill(signal); });
