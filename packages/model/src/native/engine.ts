// The native transformer: one addon session per instance, weights shared by the process. Synchronous, on the calling thread.
import assert from 'node:assert';
import { forcedIsa } from '@lectern/sparse-attn';
import { forcedPrecision } from './config.ts';
import { modelAddon, type ModelAddon, type SessionHandle } from './addon.ts';
import { NativeContext } from './context.ts';
import { mapErrors } from './errors.ts';
import { forward, generate, takeBlocks } from './calls.ts';
import type { Context, LoadOptions, ModelFile, Transformer } from '../contract.ts';

/** Throws ENGINE_UNAVAILABLE where the addon cannot run here. */
export async function createNativeTransformer(file: ModelFile, options: LoadOptions): Promise<Transformer> {
  const { numThreads, precision = forcedPrecision() ?? '' } = options;
  assert(Number.isInteger(numThreads) && numThreads > 0, `numThreads is ${numThreads}`);
  const { addon, isa } = modelAddon();
  const files = file.shards ?? [{ path: file.path, numBytes: file.numBytes }];
  const session = addon.load({ files, config: file.config, tensors: [...file.tensors.values()] }, forcedIsa(), numThreads, precision);
  return nativeTransformer(addon, session, file, `${isa} ${addon.precision(session)} x${numThreads}`);
}

function nativeTransformer(addon: ModelAddon, session: SessionHandle, { config }: ModelFile, device: string): Transformer {
  let disposed = false;
  let busy = false; // onToken runs in the middle of a call
  const exclusive = <T>(call: () => T): T => {
    assert(!busy, 'the transformer is in the middle of a call');
    busy = true;
    try {
      return mapErrors(call);
    } finally {
      busy = false;
    }
  };
  return {
    engine: 'native',
    device,
    config,
    context: (parts, capacity) => exclusive(() => new NativeContext(addon, session, config, parts, capacity)),
    forward: (batch, want) => exclusive(() => forward(addon, session, config, batch.map(({ context, tokens }) => ({ context: own(context), tokens })), want)),
    generate: (context, generateOptions) => exclusive(() => generate(addon, session, own(context), generateOptions)),
    takeBlocks: (context, from, to, heads, values) => exclusive(() => takeBlocks(addon, session, config, own(context), from, to, heads, values)),
    traffic: () => addon.traffic(session),
    dispose() {
      assert(!busy, 'the transformer is in the middle of a call');
      if (!disposed) addon.disposeSession(session);
      disposed = true;
    },
  };
}

function own(context: Context): NativeContext {
  assert(context instanceof NativeContext, 'the context belongs to another engine');
  return context;
}
