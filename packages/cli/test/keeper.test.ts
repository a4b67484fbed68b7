// Kept children: they end when asked, when they do not listen, and when their parent is killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { spawnKept } from '../src/service/keeper.ts';

const options = { env: process.env, stdout: 2, stderr: 2 };
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('says how the child ended by itself', async () => {
  const child = spawnKept('x', 'sh', ['-c', 'exit 7'], options);
  expect(await child.exited).toBe('exit status 7');
  expect(child.hasExited).toBe(true);
});

test('a program that does not exist ends at once', async () => {
  expect(await spawnKept('x', '/does/not/exist', [], options).exited).toMatch(/exit status 12[67]/);
});

test('stop sends SIGTERM, and the child may clean up', async () => {
  const child = spawnKept('x', process.execPath, ['-e', 'setInterval(() => {}, 1e6); process.on("SIGTERM", () => process.exit(3))'], options);
  await new Promise((resolve) => setTimeout(resolve, 300));
  await child.stop(10_000);
  expect(await child.exited).toBe('exit status 3');
});

test('a child that ignores SIGTERM is killed after the grace time', async () => {
  const child = spawnKept('x', 'sh', ['-c', 'trap "" TERM; while :; do sleep 1; done'], options);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const startedAt = Date.now();
  await child.stop(300);
  expect(Date.now() - startedAt).toBeLessThan(5_000);
});

test('kill -9 of the parent ends the child', async () => {
  const keeper = fileURLToPath(new URL('../dist/service/keeper.js', import.meta.url));
  const script = `import { spawnKept } from ${JSON.stringify(keeper)};
    spawnKept('x', process.execPath, ['-e', 'console.log(process.pid); setInterval(() => {}, 1e6)'], { env: process.env, stdout: 1, stderr: 2 });
    setInterval(() => {}, 1e6);`;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line).trim());
  expect(isAlive(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
});
