// What the environment says about the tfjs engine. The only reader of process.env here.

export interface TfjsSettings {
  /** TFJS_BACKEND: tensorflow or wasm; empty: tensorflow where it is built, else wasm. */
  backend: string;
  /** TFJS_DIR: the folder that npm run build:tfjs made, where it is not build/tfjs in a folder above this file. */
  folder: string;
}

/**
 * TensorFlow's own lines on stderr: only fatal ones, unless TF_CPP_MIN_LOG_LEVEL says otherwise (its errors are thrown as well). The
 * library asks the process, not Node: only the main thread can say so, before any thread loads it.
 */
export function quietTensorflow(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '3';
}

export function tfjsSettings(): TfjsSettings {
  return { backend: process.env['TFJS_BACKEND'] ?? '', folder: process.env['TFJS_DIR'] ?? '' };
}
