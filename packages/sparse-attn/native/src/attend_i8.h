// Attention of one KV head's query group over int8 blocks (kernels/kv8_block.h): as attend.h, for keys and values in 8 bits.
#pragma once

#include <cstdint>

#include "attend.h"
#include "isa.h"
#include "kernels/int8_kernels.h"

namespace lectern {

/** Null where an instruction set has no int8 kernels. */
const Int8AttentionKernels* int8_attention_kernels(Isa isa);

/** Whether int8 blocks can hold heads of this size. */
bool int8_attention_fits(size_t head_dim);

/** Positions first_in_block .. first_in_block + count - 1 of one block. `first` orders them: the key at first_in_block + j has index first + j. */
struct Int8KeySpan {
  const uint8_t* block;  // 64-byte aligned
  size_t first_in_block;
  size_t count;
  int64_t first;
};

/** out[t, g, :] for `group` query heads that share one KV head. Strides in floats. */
struct Int8AttendJob {
  const float* q;  // (num_tokens, group, head_dim) after RoPE, tokens q_stride apart
  size_t q_stride;
  size_t num_tokens;
  size_t group;
  size_t head_dim;  // int8_attention_fits
  float softmax_scale;
  const Int8KeySpan* spans;  // ascending by first
  size_t num_spans;
  int64_t first_query;  // index of token 0: a key is visible to a query iff its index is not above the query's
  int64_t window;       // and above the query's minus this; 0: no such limit
  float* out;           // as q, tokens out_stride apart
  size_t out_stride;
  float* lse;  // (num_tokens, group) natural log of the sum of exp(score), -inf where no key was seen; tokens lse_stride apart; or null
  size_t lse_stride;
  const uint8_t* after = nullptr;  // the block that this thread will read next: a job of one token asks for it ahead of time
};

/** A query's result depends on its own row, the spans and window alone, bit for bit, not on the other tokens of the job. */
void attend_i8(const Int8AttentionKernels& kernels, const Int8AttendJob& job, AttendScratch& scratch);

}  // namespace lectern
