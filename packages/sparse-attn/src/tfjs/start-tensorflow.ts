// TensorFlow.js on TensorFlow's C library, through tfjs-node's binding as scripts/build-tfjs.mjs compiled it.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ServiceError } from '@lectern/shared';
import type { KernelBackend } from '@tensorflow/tfjs-core';
import type { Tf, TfjsBackend } from './backend.ts';
import { quietTensorflow } from './config.ts';

/** The part of tfjs-node's addon that is read here. */
interface Binding {
  TF_Version: string;
  isUsingGpuDevice(): boolean;
}

interface NodeBackendModule {
  NodeJSKernelBackend: new (binding: Binding, packageName: string) => KernelBackend;
}

/** tfjs-core comes from the same folder: its kernels register themselves there. The package's own index would load far more. */
export async function startTensorflow(folder: string): Promise<TfjsBackend> {
  const load = createRequire(join(folder, 'package.json'));
  try {
    quietTensorflow();
    restoreUtil(load);
    const binding = load(join(folder, 'tfjs_binding.node')) as Partial<Binding>;
    if (!isBinding(binding)) throw new Error('tfjs_binding.node is not the binding of tfjs-node');
    const tf = load('@tensorflow/tfjs-core') as Tf;
    load('@tensorflow/tfjs-node-gpu/dist/register_all_kernels');
    const { NodeJSKernelBackend } = load('@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend') as NodeBackendModule;
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, '@tensorflow/tfjs-node-gpu'));
    if (!(await tf.setBackend('tensorflow'))) throw new Error('tfjs-core did not take the back end');
    return { tf, backend: 'tensorflow', device: `tensorflow ${binding.TF_Version} ${binding.isUsingGpuDevice() ? 'gpu' : 'cpu'}` };
  } catch (cause) {
    throw new ServiceError('ENGINE_UNAVAILABLE', `TensorFlow in ${folder} does not start: ${firstLine(cause)}; build it anew with: npm run build:tfjs, or set TFJS_BACKEND=wasm`, { cause });
  }
}

/** tfjs-node 4.22 calls two functions of node:util: Node 23 removed one, Node 24 warns of the other. */
function restoreUtil(load: NodeJS.Require): void {
  const util = load('node:util') as { isNullOrUndefined?: (value: unknown) => boolean; isArray?: typeof Array.isArray };
  util.isNullOrUndefined ??= (value) => value === undefined || value === null;
  util.isArray = Array.isArray;
}

function isBinding(binding: Partial<Binding>): binding is Binding {
  return typeof binding.TF_Version === 'string' && typeof binding.isUsingGpuDevice === 'function';
}

function firstLine(error: unknown): string {
  return (error as Error).message.split('\n')[0] ?? '';
}
