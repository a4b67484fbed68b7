#include "attend_spans.h"

#include "pass.h"

namespace lectern {

namespace {

template <typename Span>
void count_attended(Session& s, const AttendUnit& unit, const std::vector<Span>& spans, size_t first, size_t num_spans, size_t bytes_per_key) {
  SparsePart* sparse = unit.slice->item->context->sparse();
  size_t num_keys = 0;
  size_t num_sparse = 0;
  for (size_t i = first; i < first + num_spans; i++) {
    num_keys += spans[i].count;
    const auto position = static_cast<size_t>(spans[i].first);
    if (sparse && position >= sparse->position && position < sparse->position + sparse->reserved) num_sparse += spans[i].count;
  }
  s.key_value_bytes += num_keys * bytes_per_key;
  if (sparse) sparse->bytes_read += num_sparse * bytes_per_key;
}

}  // namespace

size_t list_spans(const Session& s, const AttendUnit& unit, Spans& spans) {
  const size_t first = unit.slice->position + unit.from;
  const Context& context = *unit.slice->item->context;
  if (s.int8_attention) {
    context.list_spans(unit.layer, unit.kv_head, first, first + unit.count, spans.int8);
    return spans.int8.size();
  }
  context.list_spans(unit.layer, unit.kv_head, first, first + unit.count, spans.f32);
  return spans.f32.size();
}

void attend_spans(Session& s, const AttendUnit& unit, const Spans& spans, const SpanRange& range, float* out, size_t out_stride, float* lse,
                  AttendScratch& scratch) {
  const auto [first, num_spans, after] = range;
  const ModelConfig& c = s.weights->config;
  const float* q = s.act.q.data() + (unit.slice->row + unit.from) * c.q_dim() + unit.kv_head * c.group() * c.head_dim;
  const auto first_query = static_cast<int64_t>(unit.slice->position + unit.from);
  const auto window = static_cast<int64_t>(c.window_of(unit.layer));
  if (s.int8_attention) {
    count_attended(s, unit, spans.int8, first, num_spans, 2 * c.head_dim + 4 * sizeof(float));
    attend_i8(*s.int8_attention,
              {q, c.q_dim(), unit.count, c.group(), c.head_dim, c.softmax_scale, spans.int8.data() + first, num_spans, first_query, window, out,
               out_stride, lse, c.group(), after},
              scratch);
  } else {
    count_attended(s, unit, spans.f32, first, num_spans, 2 * c.head_dim * sizeof(float));
    attend(s.attention,
           {q, c.q_dim(), unit.count, c.group(), c.head_dim, c.softmax_scale, spans.f32.data() + first, num_spans, c.head_dim, first_query, window, out,
            out_stride, lse, c.group()},
           scratch);
  }
}

}  // namespace lectern
