// A child process for blobs.test.ts: begins a put that never ends, says so, and waits to be killed.
import { createFsBlobStore } from '@lectern/shared';

const [root, key] = process.argv.slice(2);

async function* endless() {
  for (let i = 0; ; i++) {
    yield Buffer.alloc(64 * 1024, i);
    if (i === 10) process.stdout.write('writing\n');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

await createFsBlobStore(root).put(key, endless());
