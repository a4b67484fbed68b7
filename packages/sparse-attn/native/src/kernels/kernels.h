// The attention kernels of one instruction set. Plain pointers and sizes: nothing here may be emitted as a weak symbol,
// or the linker could keep one instruction set's copy for all of them.
#pragma once

#include <stddef.h>

namespace lectern {

constexpr size_t KEYS_PER_CALL = 64;
constexpr size_t MAX_TILE_WIDTH = 48;  // 3 vectors of 16

/**
 * A tile of queries, one per lane, and its running softmax in base 2. Keys are broadcast, so K and V need no packing.
 * width = num_vectors * lanes. Unused lanes hold zeros.
 */
struct QueryTile {
  size_t num_vectors;  // 1, 2 or 3
  size_t head_dim;
  float* q;       // (head_dim, width), times softmax_scale * log2(e)
  float* out;     // (head_dim, width), sum of 2^(score - max) * v so far
  float* max;     // (width), starts at NO_SCORE
  float* sum;     // (width), starts at 0
  float* scores;  // (KEYS_PER_CALL, width) scratch
};

/**
 * The query group of one token (decode), dimensions in the lanes: three rows would leave most lanes of a QueryTile empty.
 * Only where head_dim is a multiple of `lanes` and all keys are visible.
 */
struct QueryGroup {
  size_t num_rows;
  size_t head_dim;
  const float* q;  // (num_rows, head_dim), times softmax_scale * log2(e)
  float* out;      // (num_rows, head_dim), sum of 2^(score - max) * v so far
  float* max;      // (num_rows), starts at NO_SCORE
  float* sum;      // (num_rows), starts at 0
  float* scores;   // (num_rows, KEYS_PER_CALL) scratch
};

/** Below every real score, and finite: -inf minus itself would be NaN. */
constexpr float NO_SCORE = -1e30f;

struct AttentionKernels {
  size_t lanes;
  /** At most 64 keys. Lane i sees key j iff first_visible[i] <= j <= last_visible[i]. Null: no such limit; both or last only. Strides in floats. */
  void (*attend)(const QueryTile& tile, const float* k, const float* v, size_t stride, size_t num_keys, const float* first_visible,
                 const float* last_visible);
  /** At most 64 keys, all visible. */
  void (*attend_group)(const QueryGroup& group, const float* k, const float* v, size_t stride, size_t num_keys);
  /** Only max and sum. key_scales (num_keys) or null. */
  void (*accumulate_lse)(const QueryTile& tile, const float* k, size_t stride, size_t num_keys, const float* key_scales);
  void (*widen_i8)(const signed char* from, float* to, size_t count);
};

extern const AttentionKernels attention_scalar;
#ifdef LECTERN_X86_KERNELS
extern const AttentionKernels attention_avx2;
extern const AttentionKernels attention_avx512;
#endif

}  // namespace lectern
