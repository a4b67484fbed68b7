// Log-sum-exps of one head's queries over blocks of int8 keys that lie in several places: the scan of an index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isa.h"

namespace lectern {

/** Keys of consecutive blocks, in memory that may be a mapped file. */
struct KeyPart {
  const signed char* keys;      // (num_keys, head_dim)
  const float* key_scales;      // (num_keys)
  const int32_t* block_starts;  // (num_blocks + 1), from 0 to num_keys, ascending
  size_t num_keys;
  size_t num_blocks;
  size_t first_block;  // its row in `lse`
};

struct LseQueries {
  const float* q;  // (num_queries, head_dim)
  size_t num_queries;
  size_t head_dim;
  float softmax_scale;
};

struct BlockLsePartsJob {
  LseQueries queries;
  const std::vector<KeyPart>& parts;
  bool exact;  // queries as they are; else they may be rounded to 16 bits where that is faster
  float* lse;  // (blocks of all parts, num_queries): natural logarithm, -inf for an empty block
};

/** At most `max_threads`; fewer for little work. */
size_t useful_threads(const std::vector<KeyPart>& parts, size_t max_threads);

/** At most `max_threads`, this one included; fewer for little work or where the system gives no more. */
void block_lse_parts(Isa isa, const BlockLsePartsJob& job, size_t max_threads);

}  // namespace lectern
