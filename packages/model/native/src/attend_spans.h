// Lists of keys that attention reads, in the form that the session's kernels take.
#pragma once

#include <vector>

#include "attend.h"
#include "attend_i8.h"

namespace lectern {

struct Session;
struct TokenSlice;

/** One of the two is used: blocks in int8 where the session attends in int8. */
struct Spans {
  std::vector<KeySpan> f32;
  std::vector<Int8KeySpan> int8;
};

/** Some tokens of a slice at one (layer, KV head), and where their results go. */
struct AttendUnit {
  const TokenSlice* slice;
  size_t layer;
  size_t kv_head;
  size_t from;  // tokens of the slice
  size_t count;
};

/** What the tokens see, in order; returns the number of spans. */
size_t list_spans(const Session& session, const AttendUnit& unit, Spans& spans);

struct SpanRange {
  size_t first;
  size_t count;
  const uint8_t* after = nullptr;  // see Int8AttendJob
};

/** out (count, group, head_dim), tokens out_stride apart, over a range of spans; lse (count, group), group apart, or null. */
void attend_spans(Session& session, const AttendUnit& unit, const Spans& spans, const SpanRange& range, float* out, size_t out_stride, float* lse,
                  AttendScratch& scratch);

}  // namespace lectern
