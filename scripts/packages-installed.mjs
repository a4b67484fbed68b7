// Exit status 0 when node_modules holds the very packages of package-lock.json (put there by npm install or npm ci), else 1.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const packagesOf = (file) => JSON.parse(readFileSync(`${root}/${file}`, 'utf8')).packages;

try {
  const installed = packagesOf('node_modules/.package-lock.json'); // npm's own record of what it installed
  const isThere = ([path, wanted]) =>
    !path.startsWith('node_modules/') || installed[path]?.integrity === wanted.integrity || (wanted.optional && !installed[path]);
  process.exitCode = Object.entries(packagesOf('package-lock.json')).every(isThere) ? 0 : 1;
} catch {
  process.exitCode = 1; // nothing was installed yet
}
