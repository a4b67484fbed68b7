// run-built.mjs <script> [arguments]: builds when stale, then runs the script with Node.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));
const { status } = spawnSync(process.execPath, [bootstrap], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const child = spawn(process.execPath, process.argv.slice(2), { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => { process.exitCode = code ?? 1; });
