// The choice of a sparse part (contract: ContextPart 'sparse'): scale * q.k with rotated queries and keys before RoPE, log-sum-exp per
// block, softmax over all blocks, a block's score is its largest mass over new tokens and the group's heads.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "block_lse.h"
#include "pass.h"

namespace lectern {

namespace {

constexpr size_t BLOCKS_PER_CHUNK = 16;

/** Queries of one KV head's group, (count * group, head_dim). */
void gather_queries(const ModelConfig& c, const float* q, const TokenSlice& slice, size_t kv_head, float* out) {
  const size_t size = c.group() * c.head_dim;
  for (size_t t = 0; t < slice.count; t++) {
    std::memcpy(out + t * size, q + (slice.row + t) * c.q_dim() + kv_head * size, size * sizeof(float));
  }
}

/** lse (num_blocks, num_queries) becomes mass, softmax over blocks. A query that sees only empty blocks has mass 0. */
void normalise(std::vector<double>& lse, size_t num_blocks, size_t num_queries) {
  for (size_t q = 0; q < num_queries; q++) {
    double max = -std::numeric_limits<double>::infinity();
    for (size_t b = 0; b < num_blocks; b++) max = std::max(max, lse[b * num_queries + q]);
    double sum = 0;
    for (size_t b = 0; b < num_blocks; b++) {
      double& mass = lse[b * num_queries + q];
      mass = std::isinf(max) ? 0 : std::exp(mass - max);
      sum += mass;
    }
    for (size_t b = 0; b < num_blocks && sum > 0; b++) lse[b * num_queries + q] /= sum;
  }
}

std::vector<int32_t> pick(const SparsePart& part, const std::vector<double>& mass, size_t num_queries) {
  const size_t num_blocks = part.num_blocks();
  const size_t window_start = num_blocks - std::min(num_blocks, part.window_blocks);
  std::vector<double> score(num_blocks, 0);
  for (size_t b = 0; b < num_blocks; b++) {
    for (size_t q = 0; q < num_queries; q++) score[b] = std::max(score[b], mass[b * num_queries + q]);
  }
  std::vector<int32_t> blocks(window_start);
  std::iota(blocks.begin(), blocks.end(), 0);
  std::stable_sort(blocks.begin(), blocks.end(), [&](int32_t a, int32_t b) { return score[a] > score[b]; });
  blocks.resize(std::min(window_start, part.budget_blocks));
  for (size_t b = window_start; b < num_blocks; b++) blocks.push_back(static_cast<int32_t>(b));
  std::sort(blocks.begin(), blocks.end());
  return blocks;
}

/** Chosen rows, keys rotated to contiguous positions, into the context. */
void copy_chosen(Session& s, Context& context, size_t layer, size_t kv_head) {
  const ModelConfig& c = s.weights->config;
  SparsePart& part = *context.sparse();
  const size_t index = layer * c.num_kv_heads + kv_head;
  const size_t stored = static_cast<size_t>(part.head_index[index]) * part.num_tokens();
  size_t position = part.position;
  for (int32_t block : part.chosen[index]) {
    const size_t count = static_cast<size_t>(part.block_starts[block + 1] - part.block_starts[block]);
    const size_t source = (stored + static_cast<size_t>(part.block_starts[block])) * c.head_dim;
    float* k = context.keys(layer, kv_head) + position * c.head_dim;
    std::memcpy(k, part.keys + source, count * c.head_dim * sizeof(float));
    std::memcpy(context.values(layer, kv_head) + position * c.head_dim, part.values + source, count * c.head_dim * sizeof(float));
    for (size_t t = 0; t < count; t++) {
      context.rotate(s.kernels, layer, position + t, k + t * c.head_dim);
      context.store_key(layer, kv_head, position + t);
      context.store_value(layer, kv_head, position + t);
    }
    position += count;
  }
  part.num_chosen_tokens[index] = position - part.position;
}

void choose_for_slice(Session& s, const TokenSlice& slice, size_t layer) {
  const ModelConfig& c = s.weights->config;
  Context& context = *slice.item->context;
  SparsePart& part = *context.sparse();
  const size_t num_queries = slice.count * c.group();
  const size_t num_blocks = part.num_blocks();
  const size_t num_chunks = (num_blocks + BLOCKS_PER_CHUNK - 1) / BLOCKS_PER_CHUNK;
  part.has_choice.resize(c.num_layers);
  part.chosen.resize(c.num_layers * c.num_kv_heads);
  part.num_chosen_tokens.resize(c.num_layers * c.num_kv_heads);

  std::vector<float> queries(c.num_kv_heads * num_queries * c.head_dim);
  for (size_t h = 0; h < c.num_kv_heads; h++) gather_queries(c, s.act.q.data(), slice, h, &queries[h * num_queries * c.head_dim]);
  std::vector<float> lse(c.num_kv_heads * num_blocks * num_queries);
  s.pool.run(c.num_kv_heads * num_chunks, [&](size_t chunk, size_t thread) {
    const size_t h = chunk / num_chunks;
    const size_t first = chunk % num_chunks * BLOCKS_PER_CHUNK;
    const size_t last = std::min(num_blocks, first + BLOCKS_PER_CHUNK);
    const size_t stored = static_cast<size_t>(part.head_index[layer * c.num_kv_heads + h]) * part.num_tokens() * c.head_dim;
    block_lse(s.attention,
              {&queries[h * num_queries * c.head_dim], c.head_dim, num_queries, c.head_dim,
               c.softmax_scale, part.block_starts.data(), first, last, part.keys + stored, nullptr, nullptr,
               &lse[(h * num_blocks + first) * num_queries]},
              s.scratch[thread].attend);
  });
  s.key_value_bytes += c.num_kv_heads * part.num_tokens() * c.head_dim * sizeof(float);

  std::vector<double> held(c.num_kv_heads);
  s.pool.run(c.num_kv_heads, [&](size_t h, size_t) {
    const auto from = lse.begin() + static_cast<std::ptrdiff_t>(h * num_blocks * num_queries);
    std::vector<double> mass(from, from + static_cast<std::ptrdiff_t>(num_blocks * num_queries));
    normalise(mass, num_blocks, num_queries);
    auto blocks = pick(part, mass, num_queries);
    for (int32_t b : blocks) {
      for (size_t q = 0; q < num_queries; q++) held[h] += mass[static_cast<size_t>(b) * num_queries + q];
    }
    part.chosen[layer * c.num_kv_heads + h] = std::move(blocks);
    copy_chosen(s, context, layer, h);
  });
  for (double mass : held) part.mass_sum += mass;
  part.mass_count += c.num_kv_heads * num_queries;
  part.has_choice[layer] = true;
}

}  // namespace

void choose_blocks(Session& s, const Pass& pass, size_t layer) {
  for (const TokenSlice& slice : pass.slices) {
    const SparsePart* part = slice.item->context->sparse();
    if (part && !part->has_choice_at(layer)) choose_for_slice(s, slice, layer);
  }
}

}  // namespace lectern
