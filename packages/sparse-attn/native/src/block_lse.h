// Log-sum-exp of a query tile over each block of keys: the scores that blocks are chosen by.
#pragma once

#include "attend.h"

namespace lectern {

struct BlockLseJob {
  const float* q;  // (num_queries, head_dim), q_stride floats apart
  size_t q_stride;
  size_t num_queries;
  size_t head_dim;
  float softmax_scale;
  const int32_t* block_starts;  // (num_blocks + 1) of the whole key set; blocks [first_block, last_block) are scored
  size_t first_block;
  size_t last_block;
  // One of the two:
  const float* keys;           // (num_keys, head_dim)
  const signed char* keys_i8;  // (num_keys, head_dim), with
  const float* key_scales;     // (num_keys)
  float* lse;                  // (last_block - first_block, num_queries): natural logarithm, -inf for an empty block
};

void block_lse(const AttentionKernels& kernels, const BlockLseJob& job, AttendScratch& scratch);

}  // namespace lectern
