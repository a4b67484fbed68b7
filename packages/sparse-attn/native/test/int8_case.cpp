#include "int8_case.h"

#include <algorithm>
#include <cmath>

namespace lectern {

Case::Case(const Shape& s, unsigned seed) : shape(s), q(s.num_tokens * s.group * s.head_dim), k(s.num_keys * s.head_dim), v(k.size()) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  for (auto* values : {&q, &k, &v}) std::generate(values->begin(), values->end(), [&] { return normal(random); });
  if (s.data == Data::gaussian) return;
  for (size_t i = 5; i < k.size(); i += s.head_dim) k[i] *= 30.0f;
  for (size_t i = 5; i < q.size(); i += s.head_dim) q[i] *= 0.1f;
  for (size_t d = 0; d < s.head_dim; d++) {  // the sink: along the first query
    k[d] = 3.0f * q[d];
    v[d] *= 1e-3f;
    v[2 * s.head_dim + d] = 0.0f;
    k[4 * s.head_dim + d] = 0.0f;
  }
}

Blocks Case::store(const Int8AttentionKernels& kernels) const {
  Blocks blocks(num_blocks(), shape.head_dim);
  const std::vector<float> stale(shape.head_dim, 1e4f);  // rows never written later must not matter
  for (size_t slot = 0; slot < num_blocks() * KV8_POSITIONS; slot++) {
    kernels.store_key(blocks.at(slot / KV8_POSITIONS), slot % KV8_POSITIONS, stale.data(), shape.head_dim);
    kernels.store_value(blocks.at(slot / KV8_POSITIONS), slot % KV8_POSITIONS, stale.data(), shape.head_dim);
  }
  for (size_t key = 0; key < shape.num_keys; key++) {
    kernels.store_key(blocks.at(key / KV8_POSITIONS), key % KV8_POSITIONS, k.data() + key * shape.head_dim, shape.head_dim);
    kernels.store_value(blocks.at(key / KV8_POSITIONS), key % KV8_POSITIONS, v.data() + key * shape.head_dim, shape.head_dim);
  }
  // Nor codes that no writer makes: memory is not cleared.
  for (size_t slot = shape.num_keys; slot < num_blocks() * KV8_POSITIONS; slot++) {
    uint8_t* block = blocks.at(slot / KV8_POSITIONS);
    const size_t in_block = slot % KV8_POSITIONS, d = shape.head_dim;
    uint8_t* v = block + kv8_layout(d).v + in_block / 4 * d * 4 + in_block % 4;
    for (size_t j = 0; j < d; j++) block[in_block * d + j] = v[4 * j] = 0x80;
  }
  return blocks;
}

static Result empty_result(const Case& c) {
  return {std::vector<float>(c.q.size(), 7.0f), std::vector<float>(c.shape.num_tokens * c.shape.group, 7.0f)};
}

void attend_tokens(const Int8AttentionKernels& kernels, const Case& c, Blocks& blocks, size_t span, size_t from, size_t past, Result& result) {
  const Shape& s = c.shape;
  std::vector<Int8KeySpan> spans;
  for (size_t key = 0; key < s.num_keys;) {
    const size_t in_block = key % KV8_POSITIONS;
    const size_t count = std::min({span, KV8_POSITIONS - in_block, s.num_keys - key});
    spans.push_back({blocks.at(key / KV8_POSITIONS), in_block, count, static_cast<int64_t>(key)});
    key += count;
  }
  const size_t row = s.group * s.head_dim;
  const auto first_query = static_cast<int64_t>(s.num_keys) - static_cast<int64_t>(s.num_tokens) + static_cast<int64_t>(from);
  AttendScratch scratch;
  attend_i8(kernels, {c.q.data() + from * row, row, past - from, s.group, s.head_dim, 1.0f / std::sqrt(static_cast<float>(s.head_dim)), spans.data(),
                      spans.size(), first_query, s.window, result.out.data() + from * row, row, result.lse.data() + from * s.group, s.group},
            scratch);
}

Result attend_all(const Int8AttentionKernels& kernels, const Case& c, Blocks& blocks) {
  Result result = empty_result(c);
  attend_tokens(kernels, c, blocks, KV8_POSITIONS, 0, c.shape.num_tokens, result);
  return result;
}

Result attend_f32(const AttentionKernels& kernels, const Case& c) {
  const Shape& s = c.shape;
  Result result = empty_result(c);
  std::vector<KeySpan> spans;
  for (size_t key = 0; key < s.num_keys; key += KEYS_PER_CALL) {
    spans.push_back({c.k.data() + key * s.head_dim, c.v.data() + key * s.head_dim, std::min(KEYS_PER_CALL, s.num_keys - key), static_cast<int64_t>(key)});
  }
  const size_t row = s.group * s.head_dim;
  AttendScratch scratch;
  attend(kernels, {c.q.data(), row, s.num_tokens, s.group, s.head_dim, 1.0f / std::sqrt(static_cast<float>(s.head_dim)), spans.data(), spans.size(),
                   s.head_dim, static_cast<int64_t>(s.num_keys) - static_cast<int64_t>(s.num_tokens), s.window, result.out.data(), row,
                   result.lse.data(), s.group},
         scratch);
  return result;
}

}  // namespace lectern
