// Errors of the addon as ServiceErrors: those that carry a code are expected, others pass as they are.
import { ServiceError } from '@lectern/shared';

export function mapErrors<T>(call: () => T): T {
  try {
    return call();
  } catch (cause) {
    const code = (cause as { code?: unknown } | null)?.code;
    if (code !== 'CONTEXT_TOO_LONG' && code !== 'JOB_CANCELLED') throw cause;
    throw new ServiceError(code, (cause as Error).message, { cause });
  }
}
