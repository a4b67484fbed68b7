// The event stream parser, cut at every place.
import { expect, test } from 'vitest';
import { parseSse, type SseMessage } from '../src/sse.ts';

const STREAM = 'retry: 2000\n\n: ping\n\nid: 1\nevent: state\ndata: {"a":"ü😀"}\n\nevent: x\r\ndata: one\r\ndata:two\r\n\r\ndata: last\n\ndata: cut off';
const EXPECTED = [{ event: 'state', data: '{"a":"ü😀"}' }, { event: 'x', data: 'one\ntwo' }, { event: 'message', data: 'last' }];

async function parseIn(parts: Uint8Array[]): Promise<SseMessage[]> {
  async function* body(): AsyncGenerator<Uint8Array> { yield* parts; }
  const messages: SseMessage[] = [];
  for await (const message of parseSse(body(), () => undefined)) messages.push(message);
  return messages;
}

test('wherever the bytes are cut, the messages are the same; an unfinished one is not told', async () => {
  const bytes = Buffer.from(STREAM);
  for (let i = 0; i <= bytes.length; i++) expect(await parseIn([bytes.subarray(0, i), bytes.subarray(i)])).toEqual(EXPECTED);
  expect(await parseIn([...bytes].map((b) => Uint8Array.of(b)))).toEqual(EXPECTED);
});

test('a line without end is refused', async () => {
  await expect(parseIn(Array.from({ length: 17 }, () => new Uint8Array(2 ** 20).fill(97)))).rejects.toMatchObject({ code: 'INTERNAL' });
});
