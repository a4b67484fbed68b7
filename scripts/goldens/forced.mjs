// tests/goldens/forced.json and forced-gemma.json: after each prompt 48 given tokens are run through llama.cpp; for each place its best next token, the second best,
// and how far their logits are apart. Also what it writes by itself, greedily.
import { continuations, longContinuations, questions } from './prompts.mjs';
import { writeGolden } from './write-json.mjs';

const NUM_FORCED = 48;
const CONTEXT_SIZE = 2048;
const BATCH_SIZE = 512;
const GREEDY = { temperature: 0, topK: 0, topP: 1, minP: 0 };

/** An instructed model: questions in its turns. */
export async function makeForcedGolden(llamaCpp, file) {
  const ask = (model, question) => model.tokenize(`<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`, true);
  await makeGolden(llamaCpp, file, 'forced.json', continuations, (model, text) => model.tokenize(text), ask);
}

/** A base model: every prompt begins with BOS, questions are plain text; some prompts are longer than its sliding window. */
export async function makeGemmaForcedGolden(llamaCpp, file) {
  const withBos = (model, text) => [model.tokens.bos, ...model.tokenize(text)];
  await makeGolden(llamaCpp, file, 'forced-gemma.json', longContinuations, withBos, withBos);
}

async function makeGolden({ llama, madeWith }, { path: modelPath, id, sha256 }, name, texts, tokenize, ask) {
  const model = await llama.loadModel({ modelPath, gpuLayers: 0 });
  const context = await model.createContext({ contextSize: CONTEXT_SIZE, batchSize: BATCH_SIZE, sequences: 1, flashAttention: false, threads: 1 });
  const sequence = context.getSequence();
  const cases = [];
  const add = (made) => console.log(`${name}: case ${cases.push(made)}`);
  for (const text of texts) {
    const ids = tokenize(model, text);
    if (ids.length < NUM_FORCED + 8) throw new Error(`too short (${ids.length} tokens): ${text.slice(0, 40)}`);
    const prompt = ids.slice(0, -NUM_FORCED);
    add(await oneCase(model, sequence, { from: 'text', prompt, forced: ids.slice(-NUM_FORCED) }));
  }
  for (const question of questions) {
    add(await oneCase(model, sequence, { from: 'greedy', prompt: ask(model, question) }));
  }
  const settings = { flashAttention: false, batchSize: BATCH_SIZE, device: 'cpu', threads: 1 };
  await model.dispose();
  writeGolden(name, { howToRemake: 'node scripts/goldens.mjs', seed: null, madeWith, settings, model: id, modelSha256: sha256, numForced: NUM_FORCED, cases });
}

async function oneCase(model, sequence, { from, prompt, forced }) {
  const greedy = await greedyTokens(sequence, prompt);
  const given = forced ?? greedy;
  await sequence.clearHistory();
  const input = [...prompt, ...given.slice(0, -1)];
  const wanted = { generateNext: { token: true, probabilities: true, options: GREEDY } };
  const results = await sequence.controlledEvaluate(input.map((token, i) => (i < prompt.length - 1 ? token : [token, wanted])));
  const places = results.slice(prompt.length - 1).map((result) => topTwo(result.next));
  return {
    from, prompt, forced: given,
    argmax: places.map(({ best }) => best), second: places.map(({ second }) => second), gap: places.map(({ gap }) => Number(gap.toFixed(4))),
    greedyText: model.detokenize(greedy, true),
  };
}

async function greedyTokens(sequence, prompt) {
  await sequence.clearHistory();
  const tokens = [];
  let input = prompt;
  while (tokens.length < NUM_FORCED) {
    const wanted = { generateNext: { token: true, options: GREEDY } };
    const results = await sequence.controlledEvaluate(input.map((token, i) => (i < input.length - 1 ? token : [token, wanted])));
    const { token } = results.at(-1).next;
    tokens.push(token);
    input = [token];
  }
  return tokens;
}

/** The difference of two log-probabilities is that of the logits. */
function topTwo({ token, probabilities }) {
  let [best, second] = [undefined, undefined];
  for (const entry of probabilities) {
    if (!best || entry[1] > best[1]) [best, second] = [entry, best];
    else if (!second || entry[1] > second[1]) second = entry;
  }
  if (best[0] !== token && best[1] !== probabilities.get(token)) throw new Error(`the best token is ${best[0]}, llama.cpp took ${token}`);
  return { best: token, second: second[0], gap: Math.log(best[1] / second[1]) };
}
