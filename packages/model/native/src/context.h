// Keys and values of one sequence: one array of positions per layer and KV head. Keys are stored rotated to their position.
#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include "attend.h"
#include "attend_i8.h"
#include "weights/weights.h"

namespace lectern {

/** Stored keys (before RoPE) and values; pointers are valid during one call only. */
struct StoredBlocks {
  const float* keys;    // (num_stored_heads, num_tokens, head_dim)
  const float* values;  // the same
  size_t num_tokens;
  const int32_t* head_index;  // (num_layers * num_kv_heads) -> stored head
};

/** A stored document of which each layer and KV head reads a choice. Its chosen rows are copied to [position, position + chosen). */
struct SparsePart {
  std::vector<int32_t> block_starts;  // (num_blocks + 1), no block above 64 tokens
  std::vector<int32_t> head_index;    // (num_layers * num_kv_heads) -> stored head
  size_t budget_blocks;
  size_t window_blocks;
  size_t position;  // of its first row
  size_t reserved;  // positions it takes, however many are read

  std::vector<std::vector<int32_t>> chosen;  // [layer * num_kv_heads + kv_head]
  std::vector<bool> has_choice;              // [layer]; empty before the first pass
  std::vector<size_t> num_chosen_tokens;     // the same index
  double mass_sum = 0;
  size_t mass_count = 0;
  std::atomic<uint64_t> bytes_read{0};

  // The stored arrays, bound by the glue for the length of a call in which the choice is made.
  const float* keys = nullptr;
  const float* values = nullptr;

  size_t num_tokens() const { return static_cast<size_t>(block_starts.back()); }
  size_t num_blocks() const { return block_starts.size() - 1; }
  bool has_choice_at(size_t layer) const { return layer < has_choice.size() && has_choice[layer]; }
  void forget_choice();
};

/** The rows of the last context that was disposed of: the next one of a reading wants as many, and fresh pages cost time to clear. */
class SpareRows {
 public:
  /** is_clean: it is new, or of as many positions, so that its blocks' floats are floats; else other bytes may stand where they were, even NaN. */
  Buffer take(size_t bytes, size_t num_positions, bool& is_clean);
  void give(Buffer buffer, size_t num_positions);

 private:
  Buffer spare_;
  size_t num_positions_ = 0;
};

class Context {
 public:
  /** Room for num_positions rows per layer and KV head, of which `capacity` are own tokens. */
  Context(std::shared_ptr<const Weights> weights, std::shared_ptr<SpareRows> spare, size_t num_positions, size_t capacity, const Int8AttentionKernels* int8 = nullptr);
  ~Context() { spare_->give(std::move(rows_), num_positions_); }

  size_t length() const { return length_; }
  size_t num_tokens() const { return num_tokens_; }
  /** Layers below have keys and values, this one keys only, later ones nothing. num_layers: whole. */
  size_t stop_layer() const { return stop_layer_; }

  /** To its position, in place; direction -1 takes it back. */
  void rotate(const ModelKernels& kernels, size_t layer, size_t position, float* head, float direction = 1.0f) const;

  float* keys(size_t layer, size_t kv_head) const { return row(layer, kv_head, 0); }
  float* values(size_t layer, size_t kv_head) const { return row(layer, kv_head, 1); }

  /** int8 only: the rotated key and the value that keys() and values() hold at this position, into what attention reads. */
  void store_key(size_t layer, size_t kv_head, size_t position) const;
  void store_value(size_t layer, size_t kv_head, size_t position) const;

  void copy_prefix(const Context& prefix);
  void append_stored(const StoredBlocks& blocks, const ModelKernels& kernels, ThreadPool& pool);
  void set_sparse(std::unique_ptr<SparsePart> part);
  SparsePart* sparse() const { return sparse_.get(); }

  /** Throws CONTEXT_TOO_LONG unless this many own tokens fit besides those it has. */
  void check_room(size_t num_new) const;
  /** The pass that wrote rows [length, length + num_new) has ended. */
  void commit(size_t num_new, size_t stop_layer);
  /** Back to an earlier state of the same call, after a cancelled pass. */
  void roll_back(size_t length, size_t num_tokens);

  /** Keys before RoPE, and values unless null, of own tokens [from, to): (to - from, head_dim). */
  void take(size_t from, size_t to, size_t layer, size_t kv_head, const ModelKernels& kernels, float* keys, float* values) const;

  /**
   * Spans of at most 64 keys in order of position, up to (not including) `end`; in a sliding layer from the first key that a query at
   * position `first_query` sees. They are cut at the same places wherever they begin, so that sums do not depend on how queries are grouped.
   */
  void list_spans(size_t layer, size_t kv_head, size_t first_query, size_t end, std::vector<KeySpan>& spans) const;
  /** int8 only: the same, cut at multiples of 64 positions. */
  void list_spans(size_t layer, size_t kv_head, size_t first_query, size_t end, std::vector<Int8KeySpan>& spans) const;

 private:
  /** Calls add(from, to) for each run of positions that are read, in order. */
  template <typename Add>
  void for_each_run(size_t layer, size_t kv_head, size_t end, const Add& add) const;
  size_t lowest_seen(size_t layer, size_t first_query) const;
  size_t num_blocks8() const { return (num_positions_ + KV8_POSITIONS - 1) / KV8_POSITIONS; }
  uint8_t* block8(size_t layer, size_t kv_head, size_t block) const;
  float* row(size_t layer, size_t kv_head, size_t which) const;

  struct OwnRange {
    size_t first_token;
    size_t position;
    size_t count;
  };

  std::shared_ptr<const Weights> weights_;
  std::shared_ptr<SpareRows> spare_;  // of this JavaScript thread
  size_t num_positions_;
  size_t capacity_;
  size_t length_ = 0;
  size_t num_tokens_ = 0;
  size_t stop_layer_;
  std::vector<OwnRange> own_;
  std::unique_ptr<SparsePart> sparse_;
  size_t rows_bytes_;
  const Int8AttentionKernels* int8_;  // null: attention reads the floats
  Kv8Layout layout8_;
  /**
   * Floats: (num_layers, num_kv_heads, keys | values, num_positions, head_dim), which takeBlocks reads. int8: then blocks of 64 positions,
   * (num_layers, num_kv_heads, blocks), which attention reads.
   */
  Buffer rows_;
};

}  // namespace lectern
