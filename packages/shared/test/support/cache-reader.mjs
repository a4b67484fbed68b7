// Reads fifty segments through a cache a few times and says 'whole' when all were right: run by a test, several at once.
import { cacheBlobs, createFsBlobStore } from '@lectern/shared';

const [storeFolder, folder] = process.argv.slice(2);
const blobs = cacheBlobs(createFsBlobStore(storeFolder), { folder, maxBytes: 64 * 60_000, prefixes: ['segments/'] }, () => {});
for (let round = 0; round < 6; round++) {
  for (let i = 0; i < 50; i++) {
    const blob = await blobs.get(`segments/${i}`);
    if (!blob.equals(Buffer.alloc(50_000, i))) throw new Error(`segment ${i} is wrong`);
    process.stdout.write('.');
  }
}
process.stdout.write('whole\n');
