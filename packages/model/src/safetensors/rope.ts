// RoPE in config.json: since transformers 5 in rope_parameters (of each kind of layer, where they differ), before in rope_theta, rope_scaling and rope_local_base_freq.
import { invalidFile, unsupportedFile } from '../gguf/errors.ts';
import { LIMITS } from '../gguf/limits.ts';
import { readInteger, readNumber, readString, required, type Metadata } from '../gguf/metadata.ts';
import { asObject } from './json-object.ts';

export interface Rope {
  theta: number;
  /** Divisors of the frequencies; undefined where all are 1. (headDim / 2) */
  factors: Float32Array | undefined;
  slidingTheta: number;
}

const DEFAULT_SLIDING_THETA = 10_000;

export function readRope(path: string, config: Metadata, headDim: number, defaultTheta: number): Rope {
  const parameters = asObject(path, config, 'rope_parameters');
  const scaling = asObject(path, config, 'rope_scaling');
  const full = asObject(path, parameters, 'full_attention') ?? parameters ?? scaling ?? new Map<string, unknown>();
  const sliding = asObject(path, parameters, 'sliding_attention');
  const slidingType = sliding && typeOf(path, sliding);
  if (slidingType !== undefined && slidingType !== 'default') throw unsupportedFile(path, `RoPE of sliding layers is scaled (${slidingType})`);
  const theta = readNumber(path, full, 'rope_theta', LIMITS.ropeTheta) ?? readNumber(path, config, 'rope_theta', LIMITS.ropeTheta) ?? defaultTheta;
  return {
    theta,
    factors: factorsOf(path, full, theta, headDim),
    slidingTheta: (sliding && readNumber(path, sliding, 'rope_theta', LIMITS.ropeTheta)) ?? readNumber(path, config, 'rope_local_base_freq', LIMITS.ropeTheta)
      ?? DEFAULT_SLIDING_THETA,
  };
}

const typeOf = (path: string, rope: Metadata): string => readString(path, rope, 'rope_type') ?? readString(path, rope, 'type') ?? 'default';

function factorsOf(path: string, rope: Metadata, theta: number, headDim: number): Float32Array | undefined {
  const partial = readNumber(path, rope, 'partial_rotary_factor', { min: 0, max: 1 }) ?? 1;
  if (partial !== 1) throw unsupportedFile(path, `RoPE over ${partial} of each head`);
  const type = typeOf(path, rope);
  if (type === 'default') return undefined;
  if (type !== 'linear' && type !== 'llama3') throw unsupportedFile(path, `RoPE scaling ${JSON.stringify(type.slice(0, 80))}; linear and llama3 are run`);
  const factor = required(path, 'factor', readNumber(path, rope, 'factor', { min: 1, max: LIMITS.ropeFactor.max }));
  if (type === 'linear') return new Float32Array(headDim / 2).fill(factor);
  const low = required(path, 'low_freq_factor', readNumber(path, rope, 'low_freq_factor', LIMITS.ropeFactor));
  const high = required(path, 'high_freq_factor', readNumber(path, rope, 'high_freq_factor', LIMITS.ropeFactor));
  if (high <= low) throw invalidFile(path, `high_freq_factor is ${high}, low_freq_factor is ${low}`);
  const length = required(path, 'original_max_position_embeddings', readInteger(path, rope, 'original_max_position_embeddings', LIMITS.contextLength));
  // Long waves are divided by the factor, short ones stay, a smooth way between.
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const wave = 2 * Math.PI * theta ** (2 * i / headDim); // positions
    const smooth = Math.min(1, Math.max(0, (length / wave - low) / (high - low)));
    return 1 / ((1 - smooth) / factor + smooth);
  });
}
