// Stored forms of other versions: newer ones are named as such and never read; older ones count as damage, which is made again.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blobKeys, DEFAULT_EXTRACT_LIMITS, loadPlan, loadReading, planReading, readDocument } from '../src/index.ts';
import { find } from '../src/find/find.ts';
import { SEGMENT_VERSION } from '../src/segment/format.ts';
import { checkVersion } from '../src/stored-version.ts';
import { errorOf } from './expect-error.ts';
import { tinyReader, type TinyReader } from './tiny-reader.ts';

const TEXT = Array.from({ length: 40 }, (_, i) => `Line ${i} of the chronicle says that the harbour was quiet.`).join('\n');
let reader: TinyReader;
beforeAll(async () => { reader = await tinyReader(); });
afterAll(() => reader.remove());

const read = () => readDocument(reader.ctx, { bytes: Buffer.from(TEXT), name: 'chronicle.txt' });
/** The stored blob with its version set; segments and trails have it in bytes 4 to 8. */
const setVersion = async (key: string, version: number): Promise<void> => {
  const bytes = Buffer.from(await reader.ctx.blobs.get(key));
  if (!key.endsWith('.json')) bytes.writeUInt32LE(version, 4);
  await reader.ctx.blobs.put(key, key.endsWith('.json') ? Buffer.from(JSON.stringify({ ...JSON.parse(bytes.toString()) as object, version })) : bytes);
};

test('what is no version is damage', async () => {
  for (const found of [undefined, null, '2', 1.5, Number.NaN, {}, 0, -1]) expect((await errorOf(() => checkVersion(found, 1, 'k'))).code).toBe('BLOB_CORRUPT');
  expect(await errorOf(() => checkVersion(2, 1, 'k'))).toMatchObject({ code: 'FORMAT_NEWER', retryable: true, details: { key: 'k', found: 2, known: 1 } });
  expect(() => checkVersion(1, 1, 'k')).not.toThrow();
});

describe.each([
  ['newer', 1, 'FORMAT_NEWER'],
  ['older', -1, 'BLOB_CORRUPT'],
])('%s', (_, step, code) => {
  test('a plan and a manifest', async () => {
    const plan = await read();
    await setVersion(blobKeys.plan(plan.readingId), plan.version + step);
    await setVersion(blobKeys.manifest(plan.readingId), plan.version + step);
    for (const load of [loadPlan, loadReading]) expect(await errorOf(() => load(reader.ctx.blobs, plan.readingId))).toMatchObject({ code, details: { key: expect.stringContaining(plan.readingId) } });
  });

  test('a segment', async () => {
    const plan = await read();
    const { segment } = plan.chunks[0]!;
    await setVersion(segment, SEGMENT_VERSION + step);
    for (const routes of [['attention'], ['bm25']] as const) {
      expect(await errorOf(() => find(reader.ctx, [plan], { question: 'Was the harbour quiet?', routes, top: 3 }))).toMatchObject({ code, details: { key: segment } });
    }
    await reader.ctx.blobs.delete(segment);
  });
});

test('a document extracted by an older version is extracted again; by a newer one it is left alone', async () => {
  const documentId = 'doc_versions';
  await reader.ctx.blobs.put(blobKeys.source(documentId), Buffer.from(TEXT));
  const plan = () => planReading(reader.ctx, { documentId, readingId: 'rd_versions', keep: 'index', name: 'c.txt', mediaType: 'text/plain', limits: DEFAULT_EXTRACT_LIMITS });
  const first = await plan();
  await setVersion(blobKeys.structure(documentId), 0);
  await reader.ctx.blobs.put(blobKeys.text(documentId), Buffer.from('what an older version made of it'));
  expect(await plan()).toEqual(first);
  await setVersion(blobKeys.structure(documentId), 2);
  expect((await errorOf(plan)).code).toBe('FORMAT_NEWER');
});
