// The table of embedder engines: the only place that knows them by name. Each is imported when it is tried.
import { ServiceError } from '@lectern/shared';
import { type BertFile, openBertFile } from '../bert/open-bert-file.ts';
import type { Control } from '../contract.ts';
import { createWordPieceTokenizer } from '../tokenizer/wordpiece/create-wordpiece-tokenizer.ts';
import type { BertConfig, Embedder, EmbedderEngineName, OpenEmbedderOptions } from './contract.ts';

/** Token ids in, unit vectors out. */
export interface Encoder {
  device: string;
  encode(texts: readonly Int32Array[], control: Control | undefined): Float32Array[];
  close(): void;
}

type Create = (file: BertFile, options: OpenEmbedderOptions) => Promise<Encoder> | Encoder;

const ENGINES: Record<EmbedderEngineName, () => Promise<Create>> = {
  native: async () => (await import('../native/encoder.ts')).createNativeEncoder,
  reference: async () => (await import('../reference/encoder.ts')).createReferenceEncoder,
};

/** All engines, best first. */
export const EMBEDDER_ENGINES: readonly EmbedderEngineName[] = ['native', 'reference'];

/**
 * Opens a folder with config.json, model.safetensors and tokenizer.json in the first engine that works. `onUnavailable` hears of each that
 * did not; when none works, ENGINE_UNAVAILABLE says why for each.
 */
export async function openEmbedder(
  folder: string, options: OpenEmbedderOptions, onUnavailable?: (engine: string, reason: string) => void,
): Promise<Embedder> {
  const file = openBertFile(folder);
  const reasons: string[] = [];
  let cause: unknown;
  for (const name of options.engines ?? EMBEDDER_ENGINES) {
    try {
      if (!Object.hasOwn(ENGINES, name)) throw new Error(`it has no embedder; ${EMBEDDER_ENGINES.join(' and ')} have`);
      const engine = name as EmbedderEngineName;
      const create = await ENGINES[engine]();
      return embedderOf(engine, file, await create(file, options));
    } catch (error) {
      cause = error;
      const reason = error instanceof Error ? error.message : String(error);
      reasons.push(`${name}: ${reason}`);
      onUnavailable?.(name, reason);
    }
  }
  throw new ServiceError('ENGINE_UNAVAILABLE', `no engine could load the embedder ${folder} (${reasons.join('; ') || 'none was asked for'})`, { cause });
}

function embedderOf(engine: EmbedderEngineName, { config, vocabulary }: BertFile, encoder: Encoder): Embedder {
  const tokenizer = createWordPieceTokenizer(vocabulary);
  const { dim, maxTokens } = config;
  return {
    engine,
    device: encoder.device,
    dim,
    maxTokens,
    workBytes: workBytesOf(config),
    numTokens: (text) => tokenizer.encode(text, Number.MAX_SAFE_INTEGER).length,
    embed: async (texts, control) => encoder.encode(texts.map((text) => tokenizer.encode(text, maxTokens)), control),
    close: () => encoder.close(),
  };
}

/** Tokens of one pass, at most; a longer text is a pass of its own. */
const PASS_TOKENS = 1024;

/** Hidden states, what is added to them, q, k, v, attention out, feed-forward; rows in 8 bits; attention's scores of some heads. */
const workBytesOf = ({ dim, ffnDim, maxTokens }: BertConfig): number => Math.max(PASS_TOKENS, maxTokens) * (8 * dim + 2 * ffnDim) * Float32Array.BYTES_PER_ELEMENT;
