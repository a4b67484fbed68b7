#include "context.h"

#include <algorithm>
#include <cstring>

#include "errors.h"

namespace lectern {

void SparsePart::forget_choice() {
  chosen.clear();
  has_choice.clear();
  num_chosen_tokens.clear();
  mass_sum = 0;
  mass_count = 0;
}

Buffer SpareRows::take(size_t bytes, size_t num_positions, bool& is_clean) {
  // A much larger buffer would keep its touched pages for nothing.
  const bool reused = spare_.bytes() >= bytes && spare_.bytes() <= 2 * bytes;
  is_clean = !reused || num_positions_ == num_positions;
  return reused ? std::move(spare_) : Buffer(bytes);
}

void SpareRows::give(Buffer buffer, size_t num_positions) {
  spare_ = std::move(buffer);
  num_positions_ = num_positions;
}

Context::Context(std::shared_ptr<const Weights> weights, std::shared_ptr<SpareRows> spare, size_t num_positions, size_t capacity, const Int8AttentionKernels* int8)
    : weights_(std::move(weights)), spare_(std::move(spare)), num_positions_(num_positions), capacity_(capacity), stop_layer_(weights_->config.num_layers), int8_(int8), layout8_(kv8_layout(weights_->config.head_dim)) {
  const ModelConfig& c = weights_->config;
  if (num_positions > c.context_length) {
    num_positions_ = c.context_length;  // rows beyond are never written: check_room refuses them
  }
  constexpr size_t ALIGN = 64;
  rows_bytes_ = (c.num_layers * c.kv_dim() * 2 * num_positions_ * sizeof(float) + ALIGN - 1) / ALIGN * ALIGN;
  const size_t blocks_bytes = int8_ ? c.num_layers * c.num_kv_heads * num_blocks8() * layout8_.bytes : 0;
  bool is_clean;
  rows_ = spare_->take(rows_bytes_ + blocks_bytes, num_positions_, is_clean);
  if (is_clean) return;
  for (size_t at = 0; at < blocks_bytes; at += layout8_.bytes) {
    std::memset(rows_.as<uint8_t>(rows_bytes_ + at + layout8_.k_scale), 0, layout8_.bytes - layout8_.k_scale);
  }
}

float* Context::row(size_t layer, size_t kv_head, size_t which) const {
  const ModelConfig& c = weights_->config;
  return rows_.as<float>() + ((layer * c.num_kv_heads + kv_head) * 2 + which) * num_positions_ * c.head_dim;
}

uint8_t* Context::block8(size_t layer, size_t kv_head, size_t block) const {
  return rows_.as<uint8_t>(rows_bytes_ + ((layer * weights_->config.num_kv_heads + kv_head) * num_blocks8() + block) * layout8_.bytes);
}

void Context::store_key(size_t layer, size_t kv_head, size_t position) const {
  if (!int8_) return;
  const size_t dim = weights_->config.head_dim;
  int8_->store_key(block8(layer, kv_head, position / KV8_POSITIONS), position % KV8_POSITIONS, keys(layer, kv_head) + position * dim, dim);
}

void Context::store_value(size_t layer, size_t kv_head, size_t position) const {
  if (!int8_) return;
  const size_t dim = weights_->config.head_dim;
  int8_->store_value(block8(layer, kv_head, position / KV8_POSITIONS), position % KV8_POSITIONS, values(layer, kv_head) + position * dim, dim);
}

void Context::check_room(size_t num_new) const {
  const size_t limit = weights_->config.context_length;
  if (num_tokens_ + num_new > capacity_) {
    throw EngineError("CONTEXT_TOO_LONG", std::to_string(num_tokens_ + num_new) + " tokens were asked for, the context's capacity is " + std::to_string(capacity_));
  }
  if (length_ + num_new > limit) {
    throw EngineError("CONTEXT_TOO_LONG", std::to_string(length_ + num_new) + " positions were asked for, the model was trained on " + std::to_string(limit));
  }
}

void Context::copy_prefix(const Context& prefix) {
  const ModelConfig& c = weights_->config;
  length_ = prefix.length_;
  num_tokens_ = prefix.num_tokens_;
  own_ = prefix.own_;
  check_room(0);
  const size_t bytes = length_ * c.head_dim * sizeof(float);
  for (size_t layer = 0; layer < c.num_layers; layer++) {
    for (size_t h = 0; h < c.num_kv_heads; h++) {
      std::memcpy(keys(layer, h), prefix.keys(layer, h), bytes);
      std::memcpy(values(layer, h), prefix.values(layer, h), bytes);
      for (size_t b = 0; int8_ && b * KV8_POSITIONS < length_; b++) std::memcpy(block8(layer, h, b), prefix.block8(layer, h, b), layout8_.bytes);
    }
  }
}

void Context::append_stored(const StoredBlocks& blocks, const ModelKernels& kernels, ThreadPool& pool) {
  const ModelConfig& c = weights_->config;
  const size_t first = length_;
  length_ += blocks.num_tokens;
  check_room(0);
  pool.run(c.num_layers * c.num_kv_heads, [&](size_t index, size_t) {
    const size_t size = blocks.num_tokens * c.head_dim;
    const size_t source = static_cast<size_t>(blocks.head_index[index]) * size;
    const size_t layer = index / c.num_kv_heads, h = index % c.num_kv_heads;
    float* k = keys(layer, h) + first * c.head_dim;
    std::memcpy(k, blocks.keys + source, size * sizeof(float));
    std::memcpy(values(layer, h) + first * c.head_dim, blocks.values + source, size * sizeof(float));
    for (size_t t = 0; t < blocks.num_tokens; t++) {
      rotate(kernels, layer, first + t, k + t * c.head_dim);
      store_key(layer, h, first + t);
      store_value(layer, h, first + t);
    }
  });
}

void Context::set_sparse(std::unique_ptr<SparsePart> part) {
  part->position = length_;
  length_ += part->reserved;
  sparse_ = std::move(part);
  check_room(0);
}

void Context::commit(size_t num_new, size_t stop_layer) {
  if (!own_.empty() && own_.back().position + own_.back().count == length_) {
    own_.back().count += num_new;
  } else {
    own_.push_back({num_tokens_, length_, num_new});
  }
  length_ += num_new;
  num_tokens_ += num_new;
  stop_layer_ = stop_layer;
}

void Context::roll_back(size_t length, size_t num_tokens) {
  const size_t excess = num_tokens_ - num_tokens;
  if (excess == 0) return;
  own_.back().count -= excess;  // one call appends to one range
  if (own_.back().count == 0) own_.pop_back();
  length_ = length;
  num_tokens_ = num_tokens;
  stop_layer_ = weights_->config.num_layers;
}

void Context::take(size_t from, size_t to, size_t layer, size_t kv_head, const ModelKernels& kernels, float* k, float* v) const {
  const size_t dim = weights_->config.head_dim;
  for (const OwnRange& range : own_) {
    const size_t first = std::max(from, range.first_token);
    const size_t last = std::min(to, range.first_token + range.count);
    if (first >= last) continue;
    const size_t position = range.position + (first - range.first_token);
    const size_t bytes = (last - first) * dim * sizeof(float);
    float* out = k + (first - from) * dim;
    std::memcpy(out, keys(layer, kv_head) + position * dim, bytes);
    if (v) std::memcpy(v + (first - from) * dim, values(layer, kv_head) + position * dim, bytes);
    for (size_t t = 0; t < last - first; t++) rotate(kernels, layer, position + t, out + t * dim, -1.0f);
  }
}

void Context::rotate(const ModelKernels& kernels, size_t layer, size_t position, float* head, float direction) const {
  const ModelConfig& c = weights_->config;
  const RopeTable& table = weights_->rope(layer);
  const size_t angle = position * c.head_dim / 2;
  kernels.rope(head, &table.cos[angle], &table.sin[angle], direction, c.head_dim, c.rope_interleaved);
}

template <typename Add>
void Context::for_each_run(size_t layer, size_t kv_head, size_t end, const Add& add) const {
  if (!sparse_) return add(size_t{0}, end);
  const size_t chosen = sparse_->num_chosen_tokens[layer * weights_->config.num_kv_heads + kv_head];
  add(size_t{0}, sparse_->position);
  add(sparse_->position, sparse_->position + chosen);
  add(sparse_->position + sparse_->reserved, end);
}

/** The first position that a query at `first_query` sees. */
size_t Context::lowest_seen(size_t layer, size_t first_query) const {
  const size_t window = weights_->config.window_of(layer);
  return window && first_query + 1 > window ? first_query + 1 - window : 0;
}

void Context::list_spans(size_t layer, size_t kv_head, size_t first_query, size_t end, std::vector<KeySpan>& spans) const {
  const size_t dim = weights_->config.head_dim;
  const size_t lowest = lowest_seen(layer, first_query);
  const float* k = keys(layer, kv_head);
  const float* v = values(layer, kv_head);
  spans.clear();
  for_each_run(layer, kv_head, end, [&](size_t from, size_t to) {
    for (size_t p = from; p < to; p += KEYS_PER_CALL) {
      const size_t first = std::max(p, lowest);
      const size_t last = std::min(p + KEYS_PER_CALL, to);
      if (first < last) spans.push_back({k + first * dim, v + first * dim, last - first, static_cast<int64_t>(first)});
    }
  });
}

void Context::list_spans(size_t layer, size_t kv_head, size_t first_query, size_t end, std::vector<Int8KeySpan>& spans) const {
  const size_t lowest = lowest_seen(layer, first_query);
  spans.clear();
  for_each_run(layer, kv_head, end, [&](size_t from, size_t to) {
    for (size_t first = std::max(from, lowest); first < to;) {
      const size_t last = std::min(to, (first / KV8_POSITIONS + 1) * KV8_POSITIONS);
      spans.push_back({block8(layer, kv_head, first / KV8_POSITIONS), first % KV8_POSITIONS, last - first, static_cast<int64_t>(first)});
      first = last;
    }
  });
}

}  // namespace lectern
