// What the environment says about the tfjs engine. The only reader of process.env here.

export interface TfjsSettings {
  /** TFJS_BACKEND: tensorflow or wasm; empty: tensorflow where it is built, else wasm. */
  backend: string;
  /** TFJS_DIR: the folder that npm run build:tfjs made, where it is not build/tfjs in a folder above this file. */
  folder: string;
}

export function tfjsSettings(): TfjsSettings {
  return { backend: process.env['TFJS_BACKEND'] ?? '', folder: process.env['TFJS_DIR'] ?? '' };
}
