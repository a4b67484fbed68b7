// Opens a model, whichever form its path has: a GGUF file, or a safetensors file or folder.
import type { ModelFile } from './contract.ts';
import { openGgufFile } from './gguf/index.ts';
import { isSafetensorsPath, openSafetensors } from './safetensors/index.ts';

export async function openModelFile(path: string): Promise<ModelFile> {
  return isSafetensorsPath(path) ? openSafetensors(path) : openGgufFile(path);
}
