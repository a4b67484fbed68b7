// Starts TensorFlow.js once per thread: on TensorFlow's own library where npm run build:tfjs made it, else on WASM.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '@lectern/shared';
import type * as core from '@tensorflow/tfjs-core';
import { tfjsSettings } from './config.ts';

export type Tf = typeof core;
export type TfjsBackendName = 'tensorflow' | 'wasm';

export interface TfjsBackend {
  tf: Tf;
  backend: TfjsBackendName;
  /** For logs: 'tensorflow 2.15.1 cpu', 'wasm simd'. */
  device: string;
}

const HOW_TO_BUILD = 'build it with: npm run build:tfjs (some 500 MB are downloaded; wants a C++17 compiler), or set TFJS_BACKEND=wasm';
const BINDING = 'tfjs_binding.node';

let started: Promise<TfjsBackend> | undefined;

/** Throws ENGINE_UNAVAILABLE where the back end that is asked for cannot run. TensorFlow.js knows one back end per thread. */
export function startTfjs(): Promise<TfjsBackend> {
  started ??= start();
  return started;
}

async function start(): Promise<TfjsBackend> {
  const { backend, folder } = tfjsSettings();
  if (!['', 'tensorflow', 'wasm'].includes(backend)) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `TFJS_BACKEND is ${backend.slice(0, 80)}; there are tensorflow and wasm`);
  }
  if (backend !== 'wasm') {
    const build = findBuild(folder);
    if (build !== undefined) return (await import('./start-tensorflow.ts')).startTensorflow(build);
    if (backend === 'tensorflow' || folder !== '') {
      throw new ServiceError('ENGINE_UNAVAILABLE', `TensorFlow for the tfjs engine is not built${folder === '' ? '' : ` in ${folder}`}; ${HOW_TO_BUILD}`);
    }
  }
  return (await import('./start-wasm.ts')).startWasm();
}

/** The folder with the compiled binding: the one that is stated, else build/tfjs in a folder above this file. */
function findBuild(stated: string): string | undefined {
  if (stated !== '') return existsSync(join(stated, BINDING)) ? resolve(stated) : undefined;
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const build = join(folder, 'build', 'tfjs');
    if (existsSync(join(build, BINDING))) return build;
    if (folder === dirname(folder)) return undefined;
  }
}
