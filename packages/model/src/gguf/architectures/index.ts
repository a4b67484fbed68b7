// The table of architectures by their name in general.architecture.
import type { Architecture } from './architecture.ts';
import { gemma3 } from './gemma3.ts';
import { llama } from './llama.ts';
import { qwen2, qwen3 } from './qwen.ts';
import type { TransformerConfig } from '../../contract.ts';

export type { Architecture, CommonConfig } from './architecture.ts';

export const ARCHITECTURES: Readonly<Record<TransformerConfig['architecture'], Architecture>> = { llama, qwen2, qwen3, gemma3 };

export function isArchitecture(name: string): name is TransformerConfig['architecture'] {
  return Object.hasOwn(ARCHITECTURES, name);
}
