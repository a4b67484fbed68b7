// tests/goldens/tokenizer.json: llama.cpp's token ids of many texts, with the model's own pre-tokenizer and, by changing that one word
// in a copy of the file, with the others that Lectern knows. tokenizer-gemma.json: the same for SentencePiece, also with a blank put before a text.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { controlTexts, gemmaControlTexts, gemmaTexts, tokenizerTexts } from './tokenizer-texts.mjs';
import { writeGolden } from './write-json.mjs';

const SEED = 7;
const ALIGNMENT = 32;
const OTHER_PRES = ['gpt-2', 'llama-bpe', 'qwen2'];

export async function makeTokenizerGolden({ llama, madeWith, folder }, model) {
  const texts = tokenizerTexts(SEED);
  const ids = { smollm: await tokenizeAll(llama, model.path, texts) };
  for (const pre of OTHER_PRES) {
    const path = join(folder, `${pre}.gguf`);
    writeFileSync(path, withPre(readFileSync(model.path), pre));
    ids[pre] = await tokenizeAll(llama, path, texts);
  }
  const cases = texts.map((text, i) => {
    const own = ids.smollm[i];
    // Only what differs from the model's own is written down.
    const others = OTHER_PRES.filter((pre) => ids[pre][i].join() !== own.join()).map((pre) => [pre, ids[pre][i]]);
    return { text, ids: own, ...(others.length > 0 ? { others: Object.fromEntries(others) } : {}) };
  });
  const special = await tokenizeAll(llama, model.path, controlTexts, true);
  cases.push(...controlTexts.map((text, i) => ({ text, parseSpecial: true, ids: special[i] })));
  writeGolden('tokenizer.json', { howToRemake: 'node scripts/goldens.mjs', seed: SEED, madeWith, model: model.id, modelSha256: model.sha256, cases });
}

export async function makeGemmaTokenizerGolden({ llama, madeWith, folder }, model) {
  const texts = gemmaTexts(SEED);
  const own = await tokenizeAll(llama, model.path, texts);
  const path = join(folder, 'blank-before.gguf');
  writeFileSync(path, withBlankBefore(readFileSync(model.path)));
  const prefixed = await tokenizeAll(llama, path, texts);
  const cases = texts.map((text, i) => ({ text, ids: own[i], ...(own[i].join() === prefixed[i].join() ? {} : { blankBefore: prefixed[i] }) }));
  const special = await tokenizeAll(llama, model.path, gemmaControlTexts, true);
  const specialPrefixed = await tokenizeAll(llama, path, gemmaControlTexts, true);
  cases.push(...gemmaControlTexts.map((text, i) => ({ text, parseSpecial: true, ids: special[i], blankBefore: specialPrefixed[i] })));
  writeGolden('tokenizer-gemma.json', { howToRemake: 'node scripts/goldens.mjs', seed: SEED, madeWith, model: model.id, modelSha256: model.sha256, cases });
}

async function tokenizeAll(llama, modelPath, texts, parseSpecial = false) {
  const model = await llama.loadModel({ modelPath, vocabOnly: true });
  const ids = texts.map((text) => model.tokenize(text, parseSpecial));
  await model.dispose();
  return ids;
}

/** The file with another tokenizer.ggml.pre; the model's name gets blanks so that the data stays aligned. */
function withPre(file, pre) {
  const grown = replaceValue(file, 'tokenizer.ggml.pre', () => pre);
  const missing = (ALIGNMENT - ((grown.length - file.length + ALIGNMENT) % ALIGNMENT)) % ALIGNMENT;
  return replaceValue(grown, 'general.name', (name) => name + ' '.repeat(missing));
}

function withBlankBefore(file) {
  const key = 'tokenizer.ggml.add_space_prefix';
  const at = file.indexOf(key) + key.length;
  if (file.readUInt32LE(at) !== 7 || file[at + 4] !== 0) throw new Error(`${key} is not false`);
  file[at + 4] = 1;
  return file;
}

function replaceValue(file, key, change) {
  const at = file.indexOf(key) + key.length + 4; // the length follows key and type
  const length = Number(file.readBigUInt64LE(at));
  const value = Buffer.from(change(file.subarray(at + 8, at + 8 + length).toString()));
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([file.subarray(0, at), prefix, value, file.subarray(at + 8 + length)]);
}
