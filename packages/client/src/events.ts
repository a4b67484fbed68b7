// A job's events to their end, over as many connections as it takes: no numbered event twice, none left out.
import { jobEventViewSchema, type JobEventView, ServiceError } from '@lectern/shared';
import { type Http, unreachable } from './http.ts';
import { Patience } from './retry.ts';
import { parseSse } from './sse.ts';

/** The server pings every 15 s. */
const SILENCE_MS = 45_000;

export interface EventsOptions {
  /** Number of the last event that is known already. */
  after?: number | undefined;
  signal?: AbortSignal | undefined;
}

export async function* jobEvents(http: Http, baseUrl: string, id: string, { after = 0, signal }: EventsOptions): AsyncGenerator<JobEventView> {
  const patience = new Patience();
  let seq = after;
  for (;;) {
    const silence = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const alive = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(new ServiceError('SERVICE_UNREACHABLE', `no sign of life for ${SILENCE_MS} ms`)), SILENCE_MS);
    };
    const either = signal ? AbortSignal.any([signal, silence.signal]) : silence.signal;
    try {
      alive();
      const response = await http.send({ method: 'GET', path: `/v1/jobs/${encodeURIComponent(id)}/events`, query: { starting_after: seq }, signal: either });
      if (response.status === 204 || !response.body) return;
      let isDone = false;
      for await (const message of parseSse(response.body as AsyncIterable<Uint8Array>, alive)) {
        const event = jobEventViewSchema.parse(JSON.parse(message.data));
        patience.reset();
        if (event.seq !== undefined) {
          if (event.seq <= seq) continue;
          seq = event.seq;
          isDone = event.type === 'done'; // a retried job goes on after it
        }
        yield event;
      }
      if (isDone) return;
    } catch (error) {
      signal?.throwIfAborted();
      await patience.next(unreachable(error, either, baseUrl), signal);
    } finally {
      clearTimeout(timer);
      silence.abort(); // a consumer that stops early leaves no connection open
    }
  }
}
