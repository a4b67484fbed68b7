// Versions of what is stored, as workers of several versions meet them while a fleet is upgraded. What is newer is left to newer workers;
// what is older is made again. A change of any stored form raises its version and TASK_VERSION: then no older worker makes it again as it was.
import { ServiceError } from '@lectern/shared';

/** `found` is untrusted: anything but a version is damage. */
export function checkVersion(found: unknown, known: number, key: string): void {
  if (found === known) return;
  const details = { key, known, ...(typeof found === 'number' ? { found } : {}) };
  if (typeof found === 'number' && Number.isInteger(found) && found > known) {
    throw new ServiceError('FORMAT_NEWER', `blob ${key} has version ${found}, this program knows ${known}`, { details });
  }
  throw new ServiceError('BLOB_CORRUPT', `blob ${key} has version ${String(found).slice(0, 20)}, this program reads ${known}`, { details });
}
