// Idempotency-Key (IETF draft 07): one request, one job, the same answer again.
import { createHash } from 'node:crypto';
import { newJobId, ServiceError, type StoredResponse } from '@lectern/shared';
import type { ApiDeps } from '../deps.ts';

const KEY = /^[\x21-\x7e]{1,255}$/;

/** Undefined when the header is absent. Quotes around it (a structured field string) do not count. */
export function idempotencyKeyOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = header.replace(/^"(.*)"$/, '$1');
  if (!KEY.test(key)) throw new ServiceError('IDEMPOTENCY_KEY_MALFORMED', 'Idempotency-Key is 1 to 255 visible ASCII characters');
  return key;
}

/** Runs `make` at most once per key and request. When it fails before the job exists, the key is free again. */
export async function onlyOnce(
  { idempotency, jobs, metrics }: ApiDeps,
  { tenant, key, request }: { tenant: string; key: string | undefined; request: unknown },
  make: (jobId: string) => Promise<StoredResponse>,
): Promise<{ response: StoredResponse; replayed: boolean }> {
  if (key === undefined) return { response: await make(newJobId()), replayed: false };
  const fingerprint = createHash('sha256').update(JSON.stringify(request)).digest('hex');
  const turn = await idempotency.begin(tenant, key, fingerprint, newJobId());
  switch (turn.kind) {
    case 'replay':
      metrics.idempotentReplays.inc({ outcome: 'replayed' });
      return { response: turn.response, replayed: true };
    case 'mismatch':
      metrics.idempotentReplays.inc({ outcome: 'mismatch' });
      throw new ServiceError('IDEMPOTENCY_KEY_REUSED', 'this Idempotency-Key came with another request before');
    case 'in-flight':
      metrics.idempotentReplays.inc({ outcome: 'conflict' });
      throw new ServiceError('IDEMPOTENCY_IN_FLIGHT', 'the first request with this Idempotency-Key is not answered yet');
    case 'go': {
      let response: StoredResponse;
      try {
        response = await make(turn.jobId);
      } catch (error) {
        if (!(await jobs.get(tenant, turn.jobId))) await idempotency.abandon(tenant, key, turn.jobId);
        throw error;
      }
      await idempotency.finish(tenant, key, turn.jobId, response);
      return { response, replayed: false };
    }
  }
}
