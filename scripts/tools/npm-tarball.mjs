// Files of an npm package without npm install: its tarball from the registry, checked by npm against the registry's hash, unpacked.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Folder that holds the package's files; fetched once. */
export function unpackNpmPackage(name, version, parent) {
  const folder = join(parent, `${name.replaceAll('/', '-')}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}.`);
  try {
    const output = execFileSync('npm', ['pack', `${name}@${version}`, '--pack-destination', temporary, '--json', '--ignore-scripts'], {
      encoding: 'utf8', cwd: temporary, stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [{ filename }] = JSON.parse(output);
    execFileSync('tar', ['--extract', '--gzip', '--file', join(temporary, filename), '--directory', temporary]);
    renameSync(join(temporary, 'package'), folder);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
