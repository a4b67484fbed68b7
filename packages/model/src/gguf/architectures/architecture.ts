// What one architecture adds to the common transformer: fields of the configuration and tensors of its own.
import type { TransformerConfig } from '../../contract.ts';
import type { Keys } from '../keys.ts';

/** The configuration as far as all architectures share it. */
export type CommonConfig = Omit<TransformerConfig, 'architecture'>;

export interface Architecture {
  ropeStyle: TransformerConfig['ropeStyle'];
  /** Fields beside the common ones. */
  features(keys: Keys, config: CommonConfig): Partial<TransformerConfig>;
  /** Keys that other programs obey for it and this one does not: only the neutral value is accepted. */
  neutral?: ReadonlyArray<readonly [key: string, neutral: unknown]>;
  /** rope_freqs.weight, divisors of the RoPE frequencies, may be there. */
  hasRopeFactors?: boolean;
}
