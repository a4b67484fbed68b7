// Blob keys as object names and back. '!' sorts before every character of a key, so objects list in the order of their keys; and gateways
// that keep objects as files never need one name for a file and a folder (blobs 'a' and 'a/b').
import { ServiceError } from '../../errors.ts';
import { checkKey, splitPrefix } from '../keys.ts';

const SUFFIX = '!';
const MAX_NAME_BYTES = 1024; // S3's limit; names are ASCII

export function objectName(prefix: string, key: string): string {
  checkKey(key);
  const name = prefix + key + SUFFIX;
  if (name.length > MAX_NAME_BYTES) {
    throw new ServiceError('VALIDATION', `blob key of ${key.length} characters: with the store's prefix it has ${name.length}, S3 takes ${MAX_NAME_BYTES}`);
  }
  return name;
}

export function objectPrefix(prefix: string, keyPrefix: string): string {
  splitPrefix(keyPrefix);
  return prefix + keyPrefix;
}

/** Undefined for objects that are no blobs of this store. */
export function keyOf(prefix: string, name: string): string | undefined {
  return name.startsWith(prefix) && name.endsWith(SUFFIX) ? name.slice(prefix.length, -SUFFIX.length) : undefined;
}
