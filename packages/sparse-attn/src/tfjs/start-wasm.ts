// TensorFlow.js on its WASM back end: SIMD where the machine has it, one thread (its threads do not run in Node).
import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type * as wasmBackend from '@tensorflow/tfjs-backend-wasm';
import type { Tf, TfjsBackend } from './backend.ts';

/** The .wasm files are those of the installed package: nothing is fetched. */
export async function startWasm(): Promise<TfjsBackend> {
  const load = createRequire(import.meta.url);
  try {
    const tf = load('@tensorflow/tfjs-core') as Tf;
    const { setWasmPaths } = load('@tensorflow/tfjs-backend-wasm') as typeof wasmBackend;
    setWasmPaths(dirname(load.resolve('@tensorflow/tfjs-backend-wasm')) + sep);
    if (!(await withoutNewHandlers(() => tf.setBackend('wasm')))) throw new Error('its module did not start');
    return { tf, backend: 'wasm', device: (await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) ? 'wasm simd' : 'wasm' };
  } catch (cause) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `the WASM back end of TensorFlow.js does not start: ${(cause as Error).message}`, { cause });
  }
}

/** Emscripten's glue hangs handlers on the process that throw every error again: what a process does with its errors is not its business. */
async function withoutNewHandlers<T>(start: () => Promise<T>): Promise<T> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set(process.rawListeners(event)));
  try {
    return await start();
  } finally {
    events.forEach((event, i) => {
      for (const listener of process.rawListeners(event)) if (!before[i].has(listener)) process.removeListener(event, listener as () => void);
    });
  }
}
