// Attention of one KV head's query group over a list of key spans: packs queries into tiles and drives the kernels.
#pragma once

#include <cstdint>
#include <vector>

#include "isa.h"
#include "kernels/kernels.h"

namespace lectern {

const AttentionKernels& attention_kernels(Isa isa);

/** At most 64 consecutive keys. `first` orders them: key j of the span has the index first + j. */
struct KeySpan {
  const float* k;
  const float* v;
  size_t count;
  int64_t first;
};

/** out[t, g, :] for `group` query heads that share one KV head. Strides in floats. */
struct AttendJob {
  const float* q;  // (num_tokens, group, head_dim), tokens q_stride apart
  size_t q_stride;
  size_t num_tokens;
  size_t group;
  size_t head_dim;
  float softmax_scale;
  const KeySpan* spans;  // ascending by first
  size_t num_spans;
  size_t kv_stride;
  int64_t first_query;  // index of token 0 in the order of `first`: a key is visible to a query iff its index is not above the query's
  int64_t window;       // and above the query's minus this; 0: no such limit
  float* out;           // as q, tokens out_stride apart
  size_t out_stride;
  float* lse;  // (num_tokens, group), tokens lse_stride apart; or null
  size_t lse_stride;
};

/** Buffers of one thread; grow and are reused. */
class AttendScratch {
 public:
  float* floats(size_t count);

 private:
  std::vector<float> buffer_;
};

void attend(const AttentionKernels& kernels, const AttendJob& job, AttendScratch& scratch);

/** Points a tile at its share of a buffer of tile_floats(width, head_dim) and clears it. */
size_t tile_floats(size_t width, size_t head_dim);
QueryTile make_tile(float* buffer, float* scores, size_t num_vectors, size_t lanes, size_t head_dim);

}  // namespace lectern
