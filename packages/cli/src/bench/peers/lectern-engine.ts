// Lectern's native engine on a prompt: all layers, keys and values of all tokens kept, logits of the last one only.
import { loadTransformer, openModelFile } from '@lectern/model';
import { type LecternTask, type PromptRates, warmUpTokens } from './llama-run.ts';

export async function runLectern({ modelPath, numThreads, tokens, numGenerated }: LecternTask): Promise<PromptRates> {
  const transformer = await loadTransformer(await openModelFile(modelPath), { numThreads, engines: ['native'] });
  const device = `${transformer.engine} ${transformer.device}`;
  const ids = Int32Array.from(tokens);
  const warmUpIds = ids.subarray(0, warmUpTokens(ids.length, numGenerated));
  const warmUp = transformer.context([], numGenerated === 0 ? ids.length : warmUpIds.length);
  await transformer.forward([{ context: warmUp, tokens: warmUpIds }], { logits: 'last' });
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
