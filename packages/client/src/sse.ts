// Parses a stream of server-sent events (WHATWG HTML 9.2.6). Knows nothing of jobs.
import { ServiceError } from '@lectern/shared';

export interface SseMessage {
  event: string;
  data: string;
}

const MAX_BUFFERED_CHARS = 16 * 2 ** 20;

/** `onBytes` is called for everything that comes, comments too: signs of life. */
export async function* parseSse(body: AsyncIterable<Uint8Array>, onBytes: () => void): AsyncGenerator<SseMessage> {
  const decoder = new TextDecoder();
  let buffered = '';
  let event = '';
  let data: string[] = [];
  for await (const bytes of body) {
    onBytes();
    buffered += decoder.decode(bytes, { stream: true });
    if (buffered.length > MAX_BUFFERED_CHARS) throw new ServiceError('INTERNAL', `an event line has more than ${MAX_BUFFERED_CHARS} characters`);
    // A '\r' at the end may be half of '\r\n': it waits for the next part.
    const lines = buffered.split(/\r\n|\n|\r(?!$)/);
    buffered = lines.pop()!;
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { event: event || 'message', data: data.join('\n') };
        event = '';
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (field === 'event') event = value;
      if (field === 'data') data.push(value);
    }
  }
}
