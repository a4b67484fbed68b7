// The int8 attention kernels of one instruction set. Plain pointers and sizes, nothing emitted as a weak symbol: see kernels.h.
// Arithmetic (all instruction sets, int8_scalar.inc is the specification), per block of keys and per query row:
//   s[key]  = q . k + log2 of the value's scale, base 2      m = max of s over the block's visible keys
//   p[key]  = 2^(s - m)                                      u8 of it = round(255 p)
//   out     = out * 2^(old max - max) + 2^(m - max) / 255 * sum of u8 * v codes
//   sum     = sum * 2^(old max - max) + 2^(m - max) * sum of p / the value's scale
// so out / sum is the attention and max + log2(sum) the log2 of the scores' sum: the values' scales are in s and cancel in sum.
#pragma once

#include "kernels.h"
#include "kv8_block.h"

namespace lectern {

/** Queries of a tile are in lanes of 16, whatever the instruction set. */
constexpr size_t INT8_LANES = 16;

/** A tile of query rows, one per lane; width = num_vectors * 16. Unused lanes hold zeros. Buffers are 64-byte aligned. */
struct Int8QueryTile {
  size_t num_vectors;  // 1, 2 or 3
  size_t head_dim;
  uint8_t* q;        // (head_dim / 4, width, 4): 128 + code of the rotated query
  float* q_scale;    // (width): scale of the codes * softmax_scale * log2(e)
  float* out;        // (head_dim, width), running, starts at 0
  float* max;        // (width), starts at NO_SCORE
  float* sum;        // (width), starts at 0
  float* scores;     // (64, width) scratch
  uint8_t* weights;  // (16, width, 4) scratch: p as u8, four keys to a word
};

constexpr size_t INT8_GROUP_ROWS = 8;

/** Bytes from one packed query of a group to the next: whole vectors. */
static inline size_t int8_group_stride(size_t head_dim) { return (head_dim + 63) / 64 * 64; }

/** The query group of one token (decode), dimensions in the lanes. Buffers are 64-byte aligned. */
struct Int8QueryGroup {
  size_t num_rows;  // 1 .. INT8_GROUP_ROWS
  size_t head_dim;
  uint8_t* q;      // (num_rows, int8_group_stride): 128 + code of the rotated query; 0 behind head_dim
  float* q_scale;  // (16) as in a tile, the first num_rows used
  float* out;      // (num_rows, head_dim), running, starts at 0
  float* max;      // (16), starts at NO_SCORE
  float* sum;      // (16), starts at 0
};

struct Int8AttentionKernels {
  /** Row `slot` of a block. The key is given after RoPE; it is rotated and quantised here. Both (head_dim). */
  void (*store_key)(uint8_t* block, size_t slot, const float* key, size_t head_dim);
  void (*store_value)(uint8_t* block, size_t slot, const float* value, size_t head_dim);
  /** Fills q and q_scale of a tile from num_rows rows (head_dim), after RoPE; `scale` = softmax_scale * log2(e). */
  void (*pack_tile)(const Int8QueryTile& tile, const float* const* rows, size_t num_rows, float scale);
  /**
   * Adds keys begin .. end - 1 of a block, both multiples of 8. Lane i sees key j iff first_visible[i] <= j <= last_visible[i];
   * both null: every lane sees all of them.
   */
  void (*attend_tile)(const Int8QueryTile& tile, const uint8_t* block, size_t begin, size_t end, const float* first_visible,
                      const float* last_visible);
  /** rows[i] (head_dim) = out / sum of lane i, 0 where it saw no key. */
  void (*unpack_tile)(const Int8QueryTile& tile, float* const* rows, size_t num_rows);
  /** Fills q and q_scale of a group from (num_rows, head_dim) queries after RoPE; `scale` = softmax_scale * log2(e). */
  void (*pack_group)(const Int8QueryGroup& group, const float* queries, float scale);
  /** Adds keys begin .. end - 1 of a block, all visible. `next`: the block that comes after, fetched meanwhile; or null. */
  void (*attend_group)(const Int8QueryGroup& group, const uint8_t* block, size_t begin, size_t end, const uint8_t* next);
};

extern const Int8AttentionKernels int8_attention_scalar;
#ifdef LECTERN_X86_KERNELS
extern const Int8AttentionKernels int8_attention_avx2;
extern const Int8AttentionKernels int8_attention_avxvnni;
extern const Int8AttentionKernels int8_attention_avx512;
extern const Int8AttentionKernels int8_attention_avx512vnni;
#elif defined(LECTERN_ARM_KERNELS)
extern const Int8AttentionKernels int8_attention_neon;
#endif

}  // namespace lectern
