// Builds the image lectern-redis:local for tests out of this machine's redis-server and its shared libraries: no registry, no builder.
// Starts nothing. Prints the image's name. Quick when the image is there and made from the same files.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

export const REDIS_IMAGE = 'lectern-redis:local';
const USER = '999'; // no root inside; /data is the only folder it writes
const ENTRYPOINT = [
  '/usr/bin/redis-server', '--bind', '0.0.0.0', '--protected-mode', 'no', '--dir', '/data',
  '--appendonly', 'yes', '--maxmemory-policy', 'noeviction',
];

/** Later arguments win, so a container's command can change any of the settings above. */
export function ensureRedisImage() {
  if (process.platform !== 'linux') throw new Error('the Redis test image is made from this machine\'s own redis-server: that needs Linux');
  const files = redisFiles();
  requireDaemon();
  const digest = createHash('sha256').update(JSON.stringify([ENTRYPOINT, USER]));
  for (const { from, to } of files) digest.update(to).update(readFileSync(from));
  const fingerprint = digest.digest('hex');
  const found = spawnSync('docker', ['image', 'inspect', '--format', '{{index .Config.Labels "lectern.fingerprint"}}', REDIS_IMAGE], { encoding: 'utf8' });
  if (found.status === 0 && found.stdout.trim() === fingerprint) return { image: REDIS_IMAGE, built: false };
  importImage(files, fingerprint);
  return { image: REDIS_IMAGE, built: true };
}

/** redis-server, the loader and every library that it needs, at the paths where the loader looks. */
function redisFiles() {
  const which = spawnSync('sh', ['-c', 'command -v redis-server'], { encoding: 'utf8' });
  if (which.status !== 0) throw new Error('redis-server is not installed: apt-get install redis-server (it need not run)');
  const server = which.stdout.trim();
  const libraries = [...execFileSync('ldd', [server], { encoding: 'utf8' }).matchAll(/(?:=>\s*)?(\/\S+) \(0x/g)].map((m) => m[1]);
  return [{ from: realpathSync(server), to: '/usr/bin/redis-server' }, ...libraries.map((path) => ({ from: realpathSync(path), to: path }))];
}

function requireDaemon() {
  const version = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8' });
  if (version.error) throw new Error('docker is not installed: apt-get install docker.io');
  if (version.status !== 0) {
    throw new Error(`no Docker daemon answers (${version.stderr.trim().split('\n').at(-1)}): start one (as root: dockerd), or set DOCKER_HOST`);
  }
}

function importImage(files, fingerprint) {
  const root = mkdtempSync(join(tmpdir(), 'lectern-redis-'));
  try {
    for (const folder of ['data', 'tmp', 'etc']) mkdirSync(join(root, folder));
    writeFileSync(join(root, 'etc/passwd'), `redis:x:${USER}:${USER}::/data:/sbin/nologin\n`);
    writeFileSync(join(root, 'etc/group'), `redis:x:${USER}:\n`);
    for (const { from, to } of files) {
      mkdirSync(dirname(join(root, to)), { recursive: true });
      copyFileSync(from, join(root, to));
    }
    const changes = [
      `ENTRYPOINT ${JSON.stringify(ENTRYPOINT)}`, `USER ${USER}:${USER}`, 'WORKDIR /data', 'EXPOSE 6379', `LABEL lectern.fingerprint=${fingerprint}`,
    ].flatMap((change) => ['--change', change]);
    const tar = `${root}.tar`;
    try {
      execFileSync('tar', ['--create', '--owner', USER, '--group', USER, '--numeric-owner', '--file', tar, '--directory', root, '.']);
      execFileSync('docker', ['import', ...changes, tar, REDIS_IMAGE], { stdio: ['ignore', 'ignore', 'inherit'] });
    } finally {
      rmSync(tar, { force: true });
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  try {
    console.log(ensureRedisImage().image);
  } catch (error) {
    console.error(`docker-redis: ${error.message}`);
    process.exitCode = 1;
  }
}
