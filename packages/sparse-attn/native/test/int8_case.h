// A random attention problem, in f32 and in int8 blocks, for attend_i8_test and its measurements.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "attend_i8.h"

namespace lectern {

/** outliers: one key channel times 30, one key that draws most weight with a tiny value, a value and a key of zeros. num_keys > 4. */
enum class Data { gaussian, outliers };

struct Shape {
  size_t head_dim;
  size_t group;
  size_t num_tokens;
  size_t num_keys;   // before and including the last token's own
  int64_t window;
  Data data;
};

/** 64-byte aligned bytes. */
class Blocks {
 public:
  Blocks(size_t num_blocks, size_t head_dim) : bytes_(kv8_layout(head_dim).bytes), storage_(num_blocks * bytes_ + 64) {}
  uint8_t* at(size_t block) {
    const auto address = reinterpret_cast<uintptr_t>(storage_.data());
    return storage_.data() + ((address + 63) / 64 * 64 - address) + block * bytes_;
  }
  size_t bytes() const { return bytes_; }

 private:
  size_t bytes_;
  std::vector<uint8_t> storage_;
};

struct Case {
  Shape shape;
  std::vector<float> q;  // (num_tokens, group, head_dim)
  std::vector<float> k;  // (num_keys, head_dim)
  std::vector<float> v;

  explicit Case(const Shape& s, unsigned seed = 1);
  size_t num_blocks() const { return (shape.num_keys + KV8_POSITIONS - 1) / KV8_POSITIONS; }
  Blocks store(const Int8AttentionKernels& kernels) const;
};

struct Result {
  std::vector<float> out;  // (num_tokens, group, head_dim)
  std::vector<float> lse;  // (num_tokens, group)
};

/** Tokens from .. past - 1 of a case, one job. Spans of `span` keys at most, which do not cross blocks. */
void attend_tokens(const Int8AttentionKernels& kernels, const Case& c, Blocks& blocks, size_t span, size_t from, size_t past, Result& result);

/** All tokens of a case in one job. */
Result attend_all(const Int8AttentionKernels& kernels, const Case& c, Blocks& blocks);
Result attend_f32(const AttentionKernels& kernels, const Case& c);

/** Prints GFLOP/s of tiles, time and bandwidth of single tokens and the time of the writers. */
void measure(Isa isa);
/** Prints what one token costs over a million stored ones, all read or few chosen. */
void measure_sparse();

}  // namespace lectern
