// Scores of every block for every question through each of many heads, as the attention route would give them with that head alone,
// before it takes off what any question scores.
// The reading must hold the keys of all KV heads concerned; all questions of a head go through one call per chunk.
import { setImmediate } from 'node:timers/promises';
import { type Control, type HeadRef, ropeOf } from '@lectern/model';
import { rotate } from '@lectern/sparse-attn';
import type { ReaderContext, ReaderModel, ReadingPlan } from '../contract.ts';
import { throwIfCancelled } from '../control.ts';
import { blockScore } from '../find/attention-route.ts';
import { questionPass, type QuestionPass } from '../find/question.ts';
import { kvHeadOf, sameHead } from '../heads.ts';
import { parseSegment } from '../segment/format.ts';

export interface HeadScores extends HeadRef {
  /** Where the queries are rotated to. */
  position: number;
  scores: Float32Array; // (numQuestions, numBlocks)
}

export interface ScoreOptions {
  heads: readonly HeadRef[];
  positions: readonly number[];
  floor: number;
  control?: Control;
  /** Of all (chunk, head) pairs. */
  onProgress?: (done: number, total: number) => void;
}

export async function scoreHeads(ctx: ReaderContext, plan: ReadingPlan, questions: readonly string[], options: ScoreOptions): Promise<HeadScores[]> {
  const { heads, positions, floor, control } = options;
  const { attention, transformer: { config } } = ctx.model;
  const { headDim } = config;
  const asked = await askAll(ctx.model, questions, heads, floor, control);
  const scored = heads.flatMap(({ layer, head }) => positions.map((position): HeadScores =>
    ({ layer, head, position, scores: new Float32Array(questions.length * plan.numBlocks) })));
  const queries = asked.heads.map(({ q }, h) => positions.map((position) => {
    const rotated = q.slice();
    rotate(rotated, position, ropeOf(config, heads[h].layer)); // the pass left them at position 0, and rotations add up
    return rotated;
  }));
  let done = 0;
  for (const chunk of plan.chunks) {
    const { keys, keyScales, numTokens, tokenStarts } = parseSegment(await ctx.blobs.get(chunk.segment), chunk.segment);
    const blockStarts = Int32Array.from(tokenStarts);
    for (const [h, { z }] of asked.heads.entries()) {
      const kv = plan.heads.findIndex((stored) => sameHead(stored, kvHeadOf(config, heads[h])));
      const args = {
        headDim, blockStarts, softmaxScale: asked.softmaxScale,
        keys: keys.subarray(kv * numTokens * headDim, (kv + 1) * numTokens * headDim),
        keyScales: keyScales.subarray(kv * numTokens, (kv + 1) * numTokens),
      };
      for (const [p, q] of queries[h].entries()) {
        const lse = await attention.blockLse({ ...args, q }); // (numBlocks of the chunk, numVoting of all questions)
        const { scores } = scored[h * positions.length + p];
        for (let b = 0; b < chunk.numBlocks; b++) {
          for (let i = 0; i < questions.length; i++) {
            const [from, to] = [asked.starts[i], asked.starts[i + 1]];
            scores[i * plan.numBlocks + chunk.blockStart + b] = blockScore(lse, b * asked.numVoting + from, z.subarray(from, to), floor);
          }
        }
      }
      options.onProgress?.(++done, plan.chunks.length * heads.length);
      await setImmediate(); // a native call does not return to the event loop by itself
      throwIfCancelled(control);
    }
  }
  return scored;
}

interface AskedAll {
  starts: number[]; // (numQuestions + 1) into the voting tokens of all questions
  numVoting: number;
  softmaxScale: number;
  heads: Array<{ q: Float32Array; z: Float32Array }>; // (numVoting, headDim) before rotation; (numVoting)
}

async function askAll(model: ReaderModel, questions: readonly string[], heads: readonly HeadRef[], floor: number, control?: Control): Promise<AskedAll> {
  const asking: ReaderModel = { ...model, retrieval: { heads: heads.map((head) => ({ ...head, weight: 1 })), queryPosition: 0, floor } };
  const passes: QuestionPass[] = [];
  for (const question of questions) {
    passes.push(await questionPass(asking, question));
    await setImmediate();
    throwIfCancelled(control);
  }
  const starts = [0];
  for (const pass of passes) starts.push(starts[starts.length - 1] + pass.numVoting);
  return {
    starts, numVoting: starts[starts.length - 1], softmaxScale: passes[0].softmaxScale,
    heads: heads.map((_, h) => ({ q: join(passes.map((pass) => pass.heads[h].q)), z: join(passes.map((pass) => pass.heads[h].z)) })),
  };
}

function join(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
