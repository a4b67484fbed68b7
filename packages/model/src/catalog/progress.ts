// What resolving a model reports while it runs, and how it is stopped.
import { ServiceError } from '@lectern/shared';

export interface ModelProgress {
  phase: 'download' | 'unpack' | 'verify';
  numBytes: number;
  /** Unknown when the server does not say. */
  totalBytes: number | undefined;
  /** The host, or the file. */
  from: string;
}

export interface TransferOptions {
  onProgress?: ((progress: ModelProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new ServiceError('JOB_CANCELLED', 'fetching the model was cancelled', { cause: signal.reason });
}

/** A full disk is the same whichever step met it. */
export function asDiskFull(error: unknown, path: string): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') return error;
  return new ServiceError('DISK_FULL', `no space left while writing ${path}`, { cause: error, details: { path } });
}
