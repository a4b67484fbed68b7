// What reading needs, with a stopwatch around each part that a phase is named after. The reader's own functions run as they are.
import type { Tokenizer, Transformer } from '@lectern/model';
import type { ReaderContext } from '@lectern/reader';
import type { BlobStore } from '@lectern/shared';
import type { Phase } from './phases.ts';
import type { Stopwatch } from './stopwatch.ts';

/** `structureKey`: the blob that is written last of what extraction gives. Looking up what is stored (`stat`, several at once) counts to its caller. */
export function timedContext(ctx: ReaderContext, structureKey: string, watch: Stopwatch): ReaderContext {
  const { model } = ctx;
  return {
    ...ctx,
    blobs: timedBlobs(ctx.blobs, structureKey, watch),
    model: { ...model, tokenizer: timedTokenizer(model.tokenizer, watch), transformer: timedTransformer(model.transformer, watch) },
  };
}

const timedTokenizer = (tokenizer: Tokenizer, watch: Stopwatch): Tokenizer =>
  ({ ...tokenizer, encode: (...args) => watch.run('tokenize' satisfies Phase, () => tokenizer.encode(...args)) });

function timedTransformer(transformer: Transformer, watch: Stopwatch): Transformer {
  const { engine, device, config } = transformer;
  return {
    engine, device, config,
    context: (...args) => transformer.context(...args),
    forward: (...args) => watch.run('forward' satisfies Phase, () => transformer.forward(...args)),
    generate: (...args) => transformer.generate(...args),
    takeBlocks: (...args) => watch.run('take keys' satisfies Phase, () => transformer.takeBlocks(...args)),
    traffic: () => transformer.traffic(),
    dispose: () => transformer.dispose(),
  };
}

function timedBlobs(blobs: BlobStore, structureKey: string, watch: Stopwatch): BlobStore {
  /** Streamed content is made while it is written: that is its maker's time. */
  async function* made(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const parts = bytes[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await watch.run('plan' satisfies Phase, () => parts.next());
      if (done) return;
      yield value;
    }
  }
  return {
    kind: blobs.kind,
    async put(key, bytes) {
      const stat = await watch.run('write' satisfies Phase, () => blobs.put(key, bytes instanceof Uint8Array ? bytes : made(bytes)));
      if (key === structureKey) watch.rename('plan' satisfies Phase);
      return stat;
    },
    move: (from, to) => blobs.move(from, to),
    get: (key) => watch.run('read back' satisfies Phase, () => blobs.get(key)),
    getRange: (key, start, end) => watch.run('read back' satisfies Phase, () => blobs.getRange(key, start, end)),
    stat: (key) => blobs.stat(key),
    list: (prefix) => blobs.list(prefix),
    delete: (key) => blobs.delete(key),
  };
}
