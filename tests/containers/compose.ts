// docker-compose for tests: the project's own file, built on stand-ins for the base images, on free ports, with a key.
import { spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { freePort } from '../support/prometheus.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PROJECT = 'lectern-test';

export interface Compose {
  apiUrl: string;
  prometheusUrl: string;
  key: string;
  /** Runs docker-compose with these arguments; its standard output. Throws with all output when it fails. */
  run(...args: string[]): string;
}

const works = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** What this machine lacks; empty when the test can run. */
export function missingForCompose(): string[] {
  const missing: string[] = [];
  if (process.getuid?.() !== 0) missing.push('root (debootstrap)');
  if (!works('docker', 'version')) missing.push('a Docker daemon');
  if (!works('docker-compose', 'version')) missing.push('docker-compose');
  if (!works('debootstrap', '--version')) missing.push('debootstrap');
  return missing;
}

export async function openCompose(images: Record<string, string>): Promise<Compose> {
  const [apiPort, prometheusPort] = [await freePort(), await freePort()];
  const key = randomBytes(24).toString('hex');
  const env = {
    ...process.env, ...images, API_PORT: String(apiPort), PROMETHEUS_PORT: String(prometheusPort),
    API_KEYS: `default=${createHash('sha256').update(key).digest('hex')}`,
  };
  return {
    apiUrl: `http://127.0.0.1:${apiPort}`, prometheusUrl: `http://127.0.0.1:${prometheusPort}`, key,
    run(...args) {
      const { status, stdout, stderr } = spawnSync('docker-compose', ['--project-name', PROJECT, ...args], {
        cwd: root, env, encoding: 'utf8', maxBuffer: 256 * 2 ** 20,
      });
      if (status !== 0) throw new Error(`docker-compose ${args.join(' ')} ended with ${status}:\n${stdout.slice(-4_000)}\n${stderr.slice(-4_000)}`);
      return stdout;
    },
  };
}
