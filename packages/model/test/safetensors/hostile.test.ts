// Broken and hostile folders: each is refused with its reason, none crashes or reads past a file.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ServiceError } from '@lectern/shared';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openModelFile } from '../../src/open-model-file.ts';
import { goldenUrl } from '../goldens.ts';
import { type Header, readFile, writeFile } from './rewrite.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lectern-hostile-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function copyOf(name: string): string {
  const folder = join(root, name);
  cpSync(fileURLToPath(goldenUrl(name)), folder, { recursive: true });
  return folder;
}

async function expectRefusal(path: string, code: string, message: RegExp): Promise<void> {
  const error = await openModelFile(path).then(() => undefined, (thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(ServiceError);
  expect((error as ServiceError).message).toMatch(message);
  expect((error as ServiceError).code).toBe(code);
}

const NORM = 'model.norm.weight';
const withNorm = (change: object) => (header: Header) => ({ ...header, [NORM]: { ...header[NORM], ...change } });

describe('the header', () => {
  it.each<[string, (header: Header) => unknown, string, RegExp]>([
    ['no JSON', () => '{"a":', 'MODEL_FILE_INVALID', /not JSON/],
    ['a list', () => [], 'MODEL_FILE_INVALID', /not a JSON object/],
    ['an entry of another form', (header) => ({ ...header, [NORM]: 7 }), 'MODEL_FILE_INVALID', /entry of tensor model.norm.weight is malformed/],
    ['a negative size', withNorm({ shape: [-32] }), 'MODEL_FILE_INVALID', /malformed/],
    ['a size of a half', withNorm({ shape: [0.5] }), 'MODEL_FILE_INVALID', /malformed/],
    ['sizes whose product is beyond all numbers', withNorm({ shape: [2 ** 40, 2 ** 40] }), 'MODEL_FILE_INVALID', /has the bytes from/],
    ['a shape that does not fit the bytes', withNorm({ shape: [33] }), 'MODEL_FILE_INVALID', /F32 \(33\), has the bytes from/],
    ['a type that is none', withNorm({ dtype: 'F31' }), 'MODEL_FILE_INVALID', /unknown type "F31"/],
    ['a type of the prototype', withNorm({ dtype: 'constructor' }), 'MODEL_FILE_INVALID', /unknown type/],
    ['offsets from behind', withNorm({ data_offsets: [128, 0] }), 'MODEL_FILE_INVALID', /has the bytes from 128 to 0/],
    ['overlapping tensors', withNorm({ data_offsets: [0, 128] }), 'MODEL_FILE_INVALID', /the one before it ends at/],
    ['a tensor past the end', (header) => withNorm({ data_offsets: [header[NORM]!.data_offsets[0] + 2 ** 40, header[NORM]!.data_offsets[1] + 2 ** 40] })(header), 'MODEL_FILE_INVALID', /begins at byte|ends? at/],
    ['a gap', ({ [NORM]: _, ...header }) => header, 'MODEL_FILE_INVALID', /begins at byte|tensors end at byte/],
    ['integers', withNorm({ dtype: 'I32' }), 'MODEL_UNSUPPORTED', /is I32; F32, F16 and BF16/],
    ['another shape than the configuration', withNorm({ shape: [4, 8] }), 'MODEL_FILE_INVALID', /has the shape \(4, 8\)/],
    ['a name that the architecture does not have', ({ [NORM]: norm, ...header }) => ({ ...header, 'vision.norm': norm }), 'MODEL_UNSUPPORTED', /would ignore/],
  ])('with %s', async (_, change, code, message) => {
    const folder = copyOf('tiny-gemma3');
    const path = join(folder, 'model.safetensors');
    const { header, data } = readFile(path);
    writeFile(path, change(header), data);
    await expectRefusal(folder, code, message);
  });

  it('longer than the file', async () => {
    const path = join(copyOf('tiny-qwen3'), 'model.safetensors');
    const bytes = readFileSync(path);
    for (const length of [BigInt(bytes.length), 2n ** 64n - 1n, 2n ** 40n]) {
      bytes.writeBigUInt64LE(length);
      writeFileSync(path, bytes);
      await expectRefusal(path, 'MODEL_FILE_INVALID', /header has \d+ bytes, at most/);
    }
  });

  it('of a file that is cut short anywhere', async () => {
    const path = join(copyOf('tiny-qwen3'), 'model.safetensors');
    for (const size of [81_639, 70_000, 4000, 100, 8, 7, 0]) {
      truncateSync(path, size);
      await expectRefusal(path, 'MODEL_FILE_INVALID', /header|not JSON|begins at byte|end at byte/);
    }
  });

  it('with any byte changed opens or is refused, and never anything else', async () => {
    const path = join(copyOf('tiny-qwen2'), 'model.safetensors');
    const whole = readFileSync(path);
    const headerBytes = 8 + Number(whole.readBigUInt64LE());
    await fc.assert(fc.asyncProperty(fc.nat(headerBytes - 1), fc.nat(255), async (at, byte) => {
      const bytes = Buffer.from(whole);
      bytes[at] = byte;
      writeFileSync(path, bytes);
      const error = await openModelFile(path).then(() => undefined, (thrown: unknown) => thrown);
      expect(error === undefined || error instanceof ServiceError).toBe(true);
    }), { numRuns: 150 });
  });
});

describe('the configuration', () => {
  it.each<[string, string, Record<string, unknown>, string, RegExp]>([
    ['another architecture', 'tiny-qwen3', { model_type: 'mamba' }, 'MODEL_UNSUPPORTED', /"mamba"; llama, qwen2, qwen3, gemma3_text/],
    ['the name of a prototype', 'tiny-qwen3', { model_type: 'toString' }, 'MODEL_UNSUPPORTED', /model_type/],
    ['no sizes', 'tiny-qwen3', { hidden_size: undefined }, 'MODEL_FILE_INVALID', /hidden_size is missing/],
    ['a size that is a text', 'tiny-qwen3', { hidden_size: '32' }, 'MODEL_FILE_INVALID', /hidden_size is "32", not a number/],
    ['a size beyond all models', 'tiny-qwen3', { num_hidden_layers: 1e9 }, 'MODEL_FILE_INVALID', /num_hidden_layers is 1000000000/],
    ['more tokens than the vocabulary', 'tiny-qwen3', { vocab_size: 90 }, 'MODEL_FILE_INVALID', /beyond the 90/],
    ['fewer tokens than the embedding', 'tiny-qwen3', { vocab_size: 97 }, 'MODEL_FILE_INVALID', /has the shape/],
    ['more layers than weights', 'tiny-qwen3', { num_hidden_layers: 4, layer_types: undefined }, 'MODEL_FILE_INVALID', /blk.3.attn_norm.weight is missing/],
    ['fewer layers than weights', 'tiny-qwen3', { num_hidden_layers: 2, layer_types: undefined }, 'MODEL_UNSUPPORTED', /blk.2/],
    ['untied embeddings that are not there', 'tiny-qwen2', { tie_word_embeddings: false }, 'MODEL_FILE_INVALID', /lm_head.weight is missing/],
    ['biases that are not added', 'tiny-qwen3', { attention_bias: true }, 'MODEL_UNSUPPORTED', /attention_bias is true/],
    ['quantised weights', 'tiny-qwen3', { quantization_config: { bits: 4 } }, 'MODEL_UNSUPPORTED', /quantization_config/],
    ['another activation', 'tiny-qwen3', { hidden_act: 'relu' }, 'MODEL_UNSUPPORTED', /activation is relu/],
    ['soft-capped logits', 'tiny-gemma3', { final_logit_softcapping: 30 }, 'MODEL_UNSUPPORTED', /final_logit_softcapping is 30/],
    ['sliding layers where there are none', 'tiny-qwen3', { layer_types: ['sliding_attention', 'full_attention', 'full_attention'] }, 'MODEL_UNSUPPORTED', /sliding layers/],
    ['layers of another kind', 'tiny-gemma3', { layer_types: ['linear_attention', 'full_attention', 'full_attention'] }, 'MODEL_UNSUPPORTED', /linear_attention/],
    ['kinds of too few layers', 'tiny-gemma3', { layer_types: ['full_attention', 'sliding_attention'] }, 'MODEL_FILE_INVALID', /2 values for 3 layers/],
    ['another scaling of RoPE', 'tiny-llama3', { rope_parameters: { rope_type: 'yarn', factor: 4, rope_theta: 1e4 } }, 'MODEL_UNSUPPORTED', /"yarn"; linear and llama3/],
    ['a scaling without its factor', 'tiny-llama3', { rope_parameters: { rope_type: 'llama3', rope_theta: 1e4 } }, 'MODEL_FILE_INVALID', /factor is missing/],
    ['RoPE that is a text', 'tiny-llama3', { rope_parameters: 'x' }, 'MODEL_FILE_INVALID', /rope_parameters is no JSON object/],
  ])('with %s', async (_, name, change, code, message) => {
    const folder = copyOf(name);
    const path = join(folder, 'config.json');
    writeFileSync(path, JSON.stringify({ ...(JSON.parse(readFileSync(path, 'utf8')) as object), ...change }));
    await expectRefusal(folder, code, message);
  });

  it('that is not there, or not JSON', async () => {
    const folder = copyOf('tiny-qwen3');
    writeFileSync(join(folder, 'config.json'), '[1');
    await expectRefusal(folder, 'MODEL_FILE_INVALID', /not JSON/);
    rmSync(join(folder, 'config.json'));
    await expectRefusal(folder, 'MODEL_FILE_INVALID', /no config.json/);
    await expectRefusal(join(root), 'MODEL_FILE_INVALID', /neither model.safetensors nor/);
    mkdirSync(join(folder, 'config.json'));
    await expectRefusal(folder, 'MODEL_FILE_INVALID', /not a regular file/);
  });
});

describe('the index', () => {
  it.each<[string, (map: Record<string, string>) => unknown, RegExp]>([
    ['a file outside the folder', (map) => ({ ...map, [NORM]: '../x.safetensors' }), /not the name of a .safetensors file/],
    ['a file that is not there', (map) => ({ ...map, [NORM]: 'x.safetensors' }), /ENOENT|puts it into/],
    ['another file than the tensor\'s', (map) => ({ ...map, [NORM]: Object.values(map).find((each) => each !== map[NORM])! }), /the index puts it into/],
    ['tensors that no file has', (map) => ({ ...map, 'model.more.weight': map[NORM]! }), /lists 33 tensors|lists \d+ tensors, its files have/],
    ['no files', () => ({}), /lists 0 files/],
    ['no map', () => 7, /weight_map|expected/],
  ])('with %s', async (_, change, message) => {
    const folder = copyOf('tiny-llama3');
    const path = join(folder, 'model.safetensors.index.json');
    const index = JSON.parse(readFileSync(path, 'utf8')) as { weight_map: Record<string, string> };
    writeFileSync(path, JSON.stringify({ weight_map: change(index.weight_map) }));
    await expectRefusal(folder, 'MODEL_FILE_INVALID', message);
  });
});
