// What a figure was measured on: without it a figure says nothing.
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

export function machineLine(device: string): string {
  const processor = cpus()[0]?.model ?? 'unknown processor';
  return `${cpus().length} x ${processor}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}, engine ${device}, commit ${commit()}`;
}

function commit(): string {
  try {
    const head = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
    const isClean = execFileSync('git', ['status', '--porcelain', '--untracked-files=no'], { cwd: root, encoding: 'utf8' }) === '';
    return isClean ? head : `${head} with changes`;
  } catch {
    return 'unknown (no git checkout)';
  }
}
