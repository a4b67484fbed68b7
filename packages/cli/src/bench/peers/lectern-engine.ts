// Lectern's native engine on a prompt: all layers, keys and values of all tokens kept, logits of the last one only.
import { loadTransformer, openModelFile } from '@lectern/model';
import type { LecternTask, PromptRates } from './llama-run.ts';

const WARM_UP_TOKENS = 64;

export async function runLectern({ modelPath, numThreads, tokens, numGenerated }: LecternTask): Promise<PromptRates> {
  const transformer = await loadTransformer(await openModelFile(modelPath), { numThreads, engines: ['native'] });
  const device = `${transformer.engine} ${transformer.device}`;
  const ids = Int32Array.from(tokens);
  const warmUp = transformer.context([], WARM_UP_TOKENS);
  await transformer.forward([{ context: warmUp, tokens: ids.subarray(0, WARM_UP_TOKENS) }], { logits: 'last' });
  warmUp.dispose();

  const context = transformer.context([], ids.length + numGenerated);
  if (numGenerated === 0) {
    const startedMs = performance.now();
    await transformer.forward([{ context, tokens: ids }], { logits: 'last' });
    return { prefill: ids.length / ((performance.now() - startedMs) / 1000), device };
  }
  const { tokens: generated, prefillSeconds, decodeSeconds } = await transformer.generate(context, { tokens: ids, maxTokens: numGenerated, stopTokens: [] });
  return { prefill: ids.length / prefillSeconds, decode: (generated.length - 1) / decodeSeconds, device };
}
