// Log-sum-exp of int8 keys by 8-bit integer products. Plain pointers and sizes, nothing emitted as a weak symbol: see kernels.h.
// A query is split in two signed digits, q = (256 high + low) * step with step = max |q| / 32639: its rounding moves a score by at most
// softmax_scale * step / 2 * the sum of the key's magnitudes, and a log-sum-exp by no more than the scores. Sums of products are exact.
#pragma once

#include "kernels.h"

namespace lectern {

/** Queries of one head, 16 to a vector, one per lane. Unused lanes hold zeros. Buffers are 64-byte aligned. */
struct Int8LseQueries {
  size_t num_queries;
  size_t head_dim;      // multiple of 4
  signed char* digits;  // (vectors, head_dim / 4, 2, 16, 4): high and low digits of 4 dimensions of 16 queries
  int* offsets;         // (vectors, 2, 16): -128 * sum of the digits, which takes the keys' offset of 128 back
  float* scales;        // (vectors, 16): step * softmax_scale * log2(e)
};

constexpr size_t LSE_LANES = 16;

static inline size_t lse_vectors(size_t num_queries) { return (num_queries + LSE_LANES - 1) / LSE_LANES; }

/** Scratch of one thread; 64-byte aligned. */
struct Int8LseScratch {
  unsigned char* keys;  // (KEYS_PER_CALL, head_dim) and 64 bytes behind: 128 + key
  float* scores;        // (KEYS_PER_CALL, 16)
  float* max;           // (vectors, 16)
  float* sum;           // (vectors, 16)
};

struct Int8LseKernels {
  /** `scale` = softmax_scale * log2(e). q: (num_queries, head_dim). */
  void (*pack)(const Int8LseQueries& queries, const float* q, float scale);
  /** lse[i]: natural log-sum-exp of query i over the keys, -inf when there are none. keys (num_keys, head_dim), key_scales (num_keys). */
  void (*block_lse)(const Int8LseQueries& queries, const signed char* keys, const float* key_scales, size_t num_keys,
                    const Int8LseScratch& scratch, float* lse);
};

#ifdef LECTERN_X86_KERNELS
extern const Int8LseKernels int8_lse_avx512vnni;
#endif

}  // namespace lectern
