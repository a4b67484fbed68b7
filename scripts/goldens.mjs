// Makes tests/goldens/*.json again. By hand, not in CI: it installs other projects' programs into temporary folders. Needs `npm run build`.
//   node scripts/goldens.mjs            tokenizer.json, forced.json, tokenizer-gemma.json, forced-gemma.json: llama.cpp through node-llama-cpp on the catalog's models
//   node scripts/goldens.mjs --python   dequantize.json: the Python package gguf (python3 with venv)
//   node scripts/goldens.mjs --tiny     tiny-*.gguf, tiny-*.json, tiny-*/: torch and transformers (a download of some GB)
//   node scripts/goldens.mjs --tokenizers  hf-tokenizers.json: the Python package tokenizers
//   node scripts/goldens.mjs --embedder    embedder.json: tokenizers and transformers (with Flax), on the catalog's embedder
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const GOLDENS = fileURLToPath(new URL('../tests/goldens/', import.meta.url));
const SCRIPTS = fileURLToPath(new URL('./goldens/', import.meta.url));

function runPython(scripts, args, packages) {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-goldens-'));
  try {
    execFileSync('python3', ['-m', 'venv', folder], { stdio: 'inherit' });
    execFileSync(join(folder, 'bin/pip'), ['install', '--quiet', ...packages], { stdio: 'inherit' });
    for (const script of scripts) execFileSync(join(folder, 'bin/python'), [join(SCRIPTS, script), ...args], { stdio: 'inherit' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runLlamaCpp() {
  const { listCatalog, resolveModel } = await import('../packages/model/dist/catalog/index.js');
  const { makeForcedGolden, makeGemmaForcedGolden } = await import('./goldens/forced.mjs');
  const { withLlamaCpp } = await import('./goldens/llama-cpp.mjs');
  const { makeGemmaTokenizerGolden, makeTokenizerGolden } = await import('./goldens/tokenizer.mjs');
  const home = process.env.LECTERN_HOME ?? join(homedir(), '.lectern');
  const model = await resolveModel(listCatalog()[0].id, { home });
  await withLlamaCpp(async (llamaCpp) => {
    await makeTokenizerGolden(llamaCpp, model);
    await makeForcedGolden(llamaCpp, model);
    const gemma = await resolveModel('gemma-3-270m', { home });
    await makeGemmaTokenizerGolden(llamaCpp, gemma);
    await makeGemmaForcedGolden(llamaCpp, gemma);
  });
}

/** `args` come after the file with the texts. */
function runPythonOn(texts, script, args, packages) {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-goldens-'));
  try {
    writeFileSync(join(folder, 'texts.json'), JSON.stringify(texts));
    runPython([script], [join(folder, 'texts.json'), ...args], packages);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runTokenizers() {
  const { huggingFaceTexts } = await import('./goldens/tokenizer-texts.mjs');
  runPythonOn(huggingFaceTexts(), 'hf-tokenizers.py', [join(GOLDENS, 'hf-tokenizers.json')], ['tokenizers==0.23.3']);
}

async function runEmbedder() {
  const { listEmbedders, resolveEmbedder } = await import('../packages/model/dist/catalog/index.js');
  const { embedderTexts } = await import('./goldens/embedder-texts.mjs');
  const { path } = await resolveEmbedder(listEmbedders()[0].id, { home: process.env.LECTERN_HOME ?? join(homedir(), '.lectern') });
  runPythonOn(embedderTexts(), 'embedder.py', [path, join(GOLDENS, 'embedder.json')], ['tokenizers==0.20.3', 'transformers==4.46.3', 'flax==0.10.1', 'jax[cpu]==0.4.35', 'safetensors==0.8.0']);
}

const [task] = process.argv.slice(2);
if (task === undefined) await runLlamaCpp();
else if (task === '--python') runPython(['dequantize.py'], [join(GOLDENS, 'dequantize.json')], ['gguf==0.19.0', 'numpy==2.4.6']);
else if (task === '--tiny') runPython(['tiny-llama.py', 'tiny-models.py'], [GOLDENS], ['gguf==0.19.0', 'numpy==2.4.6', 'torch==2.15.0', 'transformers==5.24.0']);
else if (task === '--tokenizers') await runTokenizers();
else if (task === '--embedder') await runEmbedder();
else throw new Error(`unknown option ${task}; see the comment at the top of this file`);
