// Attention of a pass: one task is one KV head's query group over some tokens of one sequence.
#include <algorithm>

#include "pass.h"

namespace lectern {

namespace {

struct Unit {
  const TokenSlice* slice;
  size_t kv_head;
  size_t from;  // tokens of the slice
  size_t count;
};

/** Latest tokens first: they see the most keys, and the longest tasks should start first. */
std::vector<Unit> list_units(const Session& s, const Pass& pass) {
  const ModelConfig& c = s.weights->config;
  const size_t rows_per_tile = 3 * s.attention.lanes;
  const size_t tile_tokens = std::max<size_t>(1, rows_per_tile / c.group());
  const bool few = pass.rows * c.num_kv_heads < 8 * s.pool.num_threads() * 4 * tile_tokens;
  const size_t unit_tokens = few ? tile_tokens : 4 * tile_tokens;
  std::vector<Unit> units;
  for (const TokenSlice& slice : pass.slices) {
    const size_t num_units = (slice.count + unit_tokens - 1) / unit_tokens;
    for (size_t u = num_units; u-- > 0;) {
      const size_t from = u * unit_tokens;
      for (size_t h = 0; h < c.num_kv_heads; h++) units.push_back({&slice, h, from, std::min(unit_tokens, slice.count - from)});
    }
  }
  return units;
}

}  // namespace

void count_attended(Session& s, const TokenSlice& slice, const std::vector<KeySpan>& spans) {
  const ModelConfig& c = s.weights->config;
  SparsePart* sparse = slice.item->context->sparse();
  size_t num_keys = 0;
  size_t num_sparse = 0;
  for (const KeySpan& span : spans) {
    num_keys += span.count;
    const auto position = static_cast<size_t>(span.first);
    if (sparse && position >= sparse->position && position < sparse->position + sparse->reserved) num_sparse += span.count;
  }
  s.key_value_bytes += num_keys * c.head_dim * 2 * sizeof(float);
  if (sparse) sparse->bytes_read += num_sparse * c.head_dim * 2 * sizeof(float);
}

void attend_pass(Session& s, const Pass& pass, size_t layer) {
  const PhaseTimer timer(s.phases.attend);
  if (pass.rows == pass.slices.size()) return attend_decode(s, pass, layer);
  const ModelConfig& c = s.weights->config;
  const std::vector<Unit> units = list_units(s, pass);
  s.pool.run(units.size(), [&](size_t chunk, size_t thread) {
    const Unit& unit = units[chunk];
    ThreadScratch& scratch = s.scratch[thread];
    const size_t first_position = unit.slice->position + unit.from;
    unit.slice->item->context->list_spans(layer, unit.kv_head, first_position, first_position + unit.count, scratch.spans);
    count_attended(s, *unit.slice, scratch.spans);
    const size_t offset = (unit.slice->row + unit.from) * c.q_dim() + unit.kv_head * c.group() * c.head_dim;
    attend(s.attention,
           {s.act.q.data() + offset, c.q_dim(), unit.count, c.group(), c.head_dim, c.softmax_scale,
            scratch.spans.data(), scratch.spans.size(), c.head_dim, static_cast<int64_t>(first_position), static_cast<int64_t>(c.window_of(layer)),
            s.act.attended.data() + offset, c.q_dim(), nullptr, 0},
           scratch.attend);
  });
}

}  // namespace lectern
