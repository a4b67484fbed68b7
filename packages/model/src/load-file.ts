// Everything that a model file gives besides its weights: checked header, tokenizer, chat template.
import { createChatTemplate } from './chat/index.ts';
import type { ChatTemplate, ModelFile, Tokenizer } from './contract.ts';
import { openModelFile } from './open-model-file.ts';
import { createTokenizer } from './tokenizer/index.ts';

export interface LoadedFile {
  file: ModelFile;
  tokenizer: Tokenizer;
  chat: ChatTemplate;
}

export async function loadFile(path: string): Promise<LoadedFile> {
  const file = await openModelFile(path);
  return { file, tokenizer: createTokenizer(file), chat: createChatTemplate(file) };
}
