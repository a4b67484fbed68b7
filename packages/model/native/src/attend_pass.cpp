// Attention of a pass: one task is one KV head's query group over some tokens of one sequence.
#include <algorithm>

#include "pass.h"

namespace lectern {

namespace {

/** Latest tokens first: they see the most keys, and the longest tasks should start first. */
std::vector<AttendUnit> list_units(const Session& s, const Pass& pass, size_t layer) {
  const ModelConfig& c = s.weights->config;
  const size_t rows_per_tile = 3 * (s.int8_attention ? INT8_LANES : s.attention.lanes);
  const size_t tile_tokens = std::max<size_t>(1, rows_per_tile / c.group());
  const size_t threads = s.pool.num_threads();
  const bool few = threads > 1 && pass.rows * c.num_kv_heads < 8 * threads * 4 * tile_tokens;
  const size_t unit_tokens = few ? tile_tokens : 4 * tile_tokens;
  std::vector<AttendUnit> units;
  for (const TokenSlice& slice : pass.slices) {
    const size_t num_units = (slice.count + unit_tokens - 1) / unit_tokens;
    for (size_t u = num_units; u-- > 0;) {
      const size_t from = u * unit_tokens;
      for (size_t h = 0; h < c.num_kv_heads; h++) units.push_back({&slice, layer, h, from, std::min(unit_tokens, slice.count - from)});
    }
  }
  return units;
}

}  // namespace

void attend_pass(Session& s, const Pass& pass, size_t layer) {
  const PhaseTimer timer(s.phases.attend);
  if (pass.rows == pass.slices.size()) return attend_decode(s, pass, layer);
  const ModelConfig& c = s.weights->config;
  const std::vector<AttendUnit> units = list_units(s, pass, layer);
  s.pool.run(units.size(), [&](size_t chunk, size_t thread) {
    const AttendUnit& unit = units[chunk];
    ThreadScratch& scratch = s.scratch[thread];
    const size_t num_spans = list_spans(s, unit, scratch.spans);
    float* out = s.act.attended.data() + (unit.slice->row + unit.from) * c.q_dim() + unit.kv_head * c.group() * c.head_dim;
    attend_spans(s, unit, scratch.spans, {0, num_spans}, out, c.q_dim(), nullptr, scratch.attend);
  });
}

}  // namespace lectern
