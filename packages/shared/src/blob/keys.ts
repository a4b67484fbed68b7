// Blob keys: what is allowed, and how a key becomes a file. Not a store.
import { ServiceError } from '../errors.ts';

const PART = /^[A-Za-z0-9._-]{1,128}$/;
const MAX_KEY_CHARS = 1024;

function refuse(what: string, key: string): never {
  throw new ServiceError('VALIDATION',
    `${what} ${JSON.stringify(key.slice(0, 200))} is not allowed: parts of [A-Za-z0-9._-], 1-128 long, none '.' or '..', joined by '/', at most ${MAX_KEY_CHARS} characters`);
}

const isPart = (part: string): boolean => PART.test(part) && part !== '.' && part !== '..';

export function checkKey(key: string): void {
  if (key.length > MAX_KEY_CHARS || !key.split('/').every(isPart)) refuse('blob key', key);
}

/** A prefix is the beginning of a key: its last part may be empty or unfinished. */
export function splitPrefix(prefix: string): { folders: string[]; nameStart: string } {
  const folders = prefix.split('/');
  const nameStart = folders.pop()!;
  const unfinished = nameStart === '' || /^[A-Za-z0-9._-]{1,128}$/.test(nameStart);
  if (prefix.length > MAX_KEY_CHARS || !folders.every(isPart) || !unfinished) refuse('blob prefix', prefix);
  return { folders, nameStart };
}

/** '~' is in no key, so the file of blob 'a' never meets the folder of blob 'a/b'. */
export const FILE_SUFFIX = '~';
