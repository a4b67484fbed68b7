// Attention of a pass of single tokens (decode): a KV head's keys are cut into parts of fixed size, so that a long context occupies all
// threads; the parts are merged in order by their log-sum-exps. The cut does not depend on the number of threads, so the result does not.
#include <algorithm>
#include <cmath>

#include "pass.h"

namespace lectern {

namespace {

constexpr size_t SPANS_PER_PART = 8;  // 512 keys

struct Part {
  size_t sequence;  // slice * num_kv_heads + kv_head
  size_t first_span;
  size_t num_spans;
};

/** out (group, head_dim) = sum of exp(lse_i - lse) out_i over `count` partials of (group, head_dim) values and (group) lse, `stride` apart. */
void merge(const float* partials, size_t count, size_t stride, size_t group, size_t head_dim, float* out) {
  for (size_t g = 0; g < group; g++) {
    const float* lse = partials + group * head_dim + g;
    float max = lse[0];
    for (size_t i = 1; i < count; i++) max = std::max(max, lse[i * stride]);
    float total = 0;
    std::fill(out + g * head_dim, out + (g + 1) * head_dim, 0.0f);
    for (size_t i = 0; i < count; i++) {
      const float weight = std::exp(lse[i * stride] - max);
      total += weight;
      for (size_t d = 0; d < head_dim; d++) out[g * head_dim + d] += weight * partials[i * stride + g * head_dim + d];
    }
    for (size_t d = 0; d < head_dim; d++) out[g * head_dim + d] /= total;
  }
}

const uint8_t* first_block(const Spans& spans, size_t span) { return spans.int8.empty() ? nullptr : spans.int8[span].block; }

}  // namespace

void attend_decode(Session& s, const Pass& pass, size_t layer) {
  const ModelConfig& c = s.weights->config;
  const size_t num_sequences = pass.slices.size() * c.num_kv_heads;
  const auto unit_of = [&](size_t sequence) { return AttendUnit{&pass.slices[sequence / c.num_kv_heads], layer, sequence % c.num_kv_heads, 0, 1}; };
  std::vector<Spans> spans(num_sequences);
  std::vector<Part> parts;
  for (size_t i = 0; i < num_sequences; i++) {
    const size_t num_spans = list_spans(s, unit_of(i), spans[i]);
    for (size_t first = 0; first < num_spans; first += SPANS_PER_PART) parts.push_back({i, first, std::min(SPANS_PER_PART, num_spans - first)});
  }

  const size_t size = c.group() * c.head_dim;
  const size_t stride = size + c.group();
  float* partials = s.act.partials.reserve(parts.size() * stride);
  // A thread takes a run of parts, and asks for the next one's first block while it reads the last one's: memory never waits.
  const size_t run = (parts.size() + s.pool.num_threads() - 1) / s.pool.num_threads();
  s.pool.run((parts.size() + run - 1) / run, [&](size_t chunk, size_t thread) {
    const size_t last = std::min(parts.size(), (chunk + 1) * run);
    for (size_t i = chunk * run; i < last; i++) {
      const Part& part = parts[i];
      const SpanRange range{part.first_span, part.num_spans, i + 1 < last ? first_block(spans[parts[i + 1].sequence], parts[i + 1].first_span) : nullptr};
      attend_spans(s, unit_of(part.sequence), spans[part.sequence], range, partials + i * stride, size, partials + i * stride + size, s.scratch[thread].attend);
    }
  });
  for (size_t i = 0; i < parts.size();) {
    size_t last = i;
    while (last < parts.size() && parts[last].sequence == parts[i].sequence) last++;
    const size_t row = pass.slices[parts[i].sequence / c.num_kv_heads].row;
    float* out = s.act.attended.data() + row * c.q_dim() + parts[i].sequence % c.num_kv_heads * size;
    merge(partials + i * stride, last - i, stride, c.group(), c.head_dim, out);
    i = last;
  }
}

}  // namespace lectern
