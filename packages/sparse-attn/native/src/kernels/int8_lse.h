// Log-sum-exp of int8 keys by integer products. Plain pointers and sizes, nothing emitted as a weak symbol: see kernels.h.
// A query is rounded to 16 bits, q = code * step with step = max |q| / 32639: that moves a score by at most softmax_scale * step / 2 * the
// sum of the key's magnitudes, and a log-sum-exp by no more than the scores. Sums of products are exact and exponentials are added in the
// keys' order, so all instruction sets that have this kernel give the same bits.
#pragma once

#include "kernels.h"

namespace lectern {

/** Sums of 128 * 32639 per dimension stay in 31 bits up to here. */
constexpr size_t MAX_LSE_HEAD_DIM = 512;

/** Queries of one head, `lanes` to a vector, one per lane. Unused lanes hold zeros. Buffers are 64-byte aligned. */
struct Int8LseQueries {
  size_t num_queries;
  size_t head_dim;  // even, at most MAX_LSE_HEAD_DIM
  short* codes;     // (vectors, head_dim / 2, lanes, 2)
  float* scales;    // (vectors, lanes): step * softmax_scale * log2(e)
};

/** Scratch of one thread; 64-byte aligned. */
struct Int8LseScratch {
  short* keys;    // (KEYS_PER_CALL, head_dim)
  float* scores;  // (KEYS_PER_CALL, lanes)
  float* max;     // (vectors, lanes)
  float* sum;     // (vectors, lanes)
};

struct Int8LseKernels {
  size_t lanes;
  /** `scale` = softmax_scale * log2(e). q: (num_queries, head_dim). */
  void (*pack)(const Int8LseQueries& queries, const float* q, float scale);
  /** lse[i]: natural log-sum-exp of query i over the keys, -inf when there are none. keys (num_keys, head_dim), key_scales (num_keys). */
  void (*block_lse)(const Int8LseQueries& queries, const signed char* keys, const float* key_scales, size_t num_keys,
                    const Int8LseScratch& scratch, float* lse);
};

static inline size_t lse_vectors(size_t num_queries, size_t lanes) { return (num_queries + lanes - 1) / lanes; }

#ifdef LECTERN_X86_KERNELS
extern const Int8LseKernels int8_lse_avx2;
extern const Int8LseKernels int8_lse_avxvnni;
extern const Int8LseKernels int8_lse_avx512;
extern const Int8LseKernels int8_lse_avx512vnni;
#endif

}  // namespace lectern
