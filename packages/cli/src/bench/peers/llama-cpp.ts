// llama.cpp through its npm package node-llama-cpp: the part of it that is used. It lies outside the workspace and has no types here.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type LlamaTask, type PromptRates, warmUpTokens } from './llama-run.ts';

const BATCH_TOKENS = 512;

interface LlamaSequence {
  evaluateWithoutGeneratingNewTokens(tokens: number[]): Promise<void>;
  evaluate(tokens: number[], options: { temperature: number; yieldEogToken: boolean }): AsyncGenerator<number>;
  clearHistory(): Promise<void>;
}
interface LlamaContext { getSequence(): LlamaSequence }
interface LlamaModel {
  createContext(options: { contextSize: number; batchSize: number; threads: number; flashAttention: boolean }): Promise<LlamaContext>;
}
interface Llama { loadModel(options: { modelPath: string; gpuLayers: number }): Promise<LlamaModel> }
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; skipDownload: true; maxThreads: number; logLevel: 'error' }): Promise<Llama>;
}

/** Greedy, its context large enough for all tokens, its threads as many as told. */
export async function runLlama({ folder, modelPath, numThreads, tokens, numGenerated, flashAttention }: LlamaTask): Promise<PromptRates> {
  const { getLlama } = await import(pathToFileURL(join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js')).href) as NodeLlamaCpp;
  const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, maxThreads: numThreads, logLevel: 'error' });
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: tokens.length + numGenerated + 1, batchSize: BATCH_TOKENS, threads: numThreads, flashAttention });
  const sequence = context.getSequence();
  await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(0, warmUpTokens(tokens.length, numGenerated)));
  await sequence.clearHistory();

  // What is generated follows the prompt's last token; without generation the prompt is read whole.
  const prompt = numGenerated === 0 ? tokens : tokens.slice(0, -1);
  const startedMs = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(prompt);
  const prefill = prompt.length / ((performance.now() - startedMs) / 1000);
  if (numGenerated === 0) return { prefill };
  let numSteps = 0;
  let firstMs = 0;
  for await (const _ of sequence.evaluate(tokens.slice(-1), { temperature: 0, yieldEogToken: true })) {
    if (numSteps === 0) firstMs = performance.now();
    if (++numSteps === numGenerated) break;
  }
  if (numSteps < numGenerated) throw new Error(`llama.cpp generated ${numSteps} of ${numGenerated} tokens`);
  return { prefill, decode: (numGenerated - 1) / ((performance.now() - firstMs) / 1000) };
}
