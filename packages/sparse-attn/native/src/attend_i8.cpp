// As attend.cpp: tiles are the inner loop and spans the outer one, so a block comes from memory once for up to four tiles.
#include "attend_i8.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lectern {

namespace {

constexpr size_t TILES_PER_PASS = 4;
constexpr float LOG2_E = 1.44269504088896340736f;
constexpr float LN_2 = 0.69314718055994530942f;

float natural_lse(float max, float sum) {
  return sum > 0.0f ? (max + std::log2(sum)) * LN_2 : -std::numeric_limits<float>::infinity();
}

/** Rows first .. first + count - 1 of a job; row r is token r / group, head r % group. */
struct TileRows {
  size_t first;
  size_t count;
};

template <typename Float>
void row_pointers(Float* base, size_t stride, const Int8AttendJob& job, const TileRows& rows, Float** pointers) {
  for (size_t r = 0; r < rows.count; r++) {
    const size_t row = rows.first + r;
    pointers[r] = base + row / job.group * stride + row % job.group * job.head_dim;
  }
}

/** Floats that a tile's buffers take: q, q_scale, out, max, sum. */
size_t tile_floats_i8(size_t width, size_t head_dim) { return width * (head_dim / 4 + head_dim + 3); }
size_t scratch_floats_i8(size_t width) { return width * (KV8_POSITIONS + KV8_POSITIONS / 4); }

Int8QueryTile make_tile_i8(float* buffer, float* scratch, size_t num_vectors, size_t head_dim) {
  const size_t width = num_vectors * INT8_LANES;
  float* out = buffer + width * head_dim / 4;
  float* max = out + width * head_dim;
  std::fill(out, max, 0.0f);
  std::fill(max, max + width, NO_SCORE);
  std::fill(max + width, max + 2 * width, 0.0f);
  return {num_vectors, head_dim, reinterpret_cast<uint8_t*>(buffer), max + 2 * width, out, max, max + width,
          scratch, reinterpret_cast<uint8_t*>(scratch + KV8_POSITIONS * width)};
}

/** Which keys of a span the rows of a job see, by position in the block. */
class Visible {
 public:
  Visible(const Int8AttendJob& job, const Int8KeySpan& span)
      : job_(job),
        low_(static_cast<int64_t>(span.first_in_block)),
        high_(low_ + static_cast<int64_t>(span.count)),
        query_0_(job.first_query - span.first + low_) {}
  int64_t first(size_t row) const { return job_.window ? std::clamp(query(row) - job_.window + 1, low_, high_) : low_; }
  int64_t past(size_t row) const { return std::clamp(query(row) + 1, low_, high_); }

 private:
  int64_t query(size_t row) const { return query_0_ + static_cast<int64_t>(row / job_.group); }

  const Int8AttendJob& job_;
  int64_t low_, high_, query_0_;
};

/** Asks for a part of the next block to be in the second-level cache by the time that it is read. */
void fetch(const uint8_t* block, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(block + i, 0, 2);
}

void attend_span(const Int8AttentionKernels& kernels, const Int8AttendJob& job, const Int8KeySpan& span, const Int8QueryTile& tile, const TileRows& rows) {
  const Visible seen(job, span);
  const size_t last_row = rows.first + rows.count - 1;
  const int64_t begin = seen.first(rows.first), end = seen.past(last_row);
  if (begin >= end) return;
  const auto first_group = static_cast<size_t>(begin & ~int64_t{7}), past_group = static_cast<size_t>((end + 7) & ~int64_t{7});
  const bool all_see_all = seen.first(last_row) == begin && seen.past(rows.first) == end;
  if (all_see_all && begin % 8 == 0 && end % 8 == 0) {
    kernels.attend_tile(tile, span.block, first_group, past_group, nullptr, nullptr);
    return;
  }
  alignas(64) float first_visible[MAX_TILE_WIDTH];
  alignas(64) float last_visible[MAX_TILE_WIDTH];
  for (size_t r = 0; r < tile.num_vectors * INT8_LANES; r++) {
    const size_t row = rows.first + std::min(r, rows.count - 1);
    first_visible[r] = static_cast<float>(seen.first(row));
    last_visible[r] = static_cast<float>(seen.past(row) - 1);
  }
  kernels.attend_tile(tile, span.block, first_group, past_group, first_visible, last_visible);
}

void unpack(const Int8AttentionKernels& kernels, const Int8AttendJob& job, const Int8QueryTile& tile, const TileRows& rows) {
  float* out[MAX_TILE_WIDTH];
  row_pointers(job.out, job.out_stride, job, rows, out);
  kernels.unpack_tile(tile, out, rows.count);
  if (!job.lse) return;
  for (size_t r = 0; r < rows.count; r++) {
    const size_t row = rows.first + r;
    job.lse[row / job.group * job.lse_stride + row % job.group] = natural_lse(tile.max[r], tile.sum[r]);
  }
}

/** One token: dimensions in the lanes, every span's visible part at once. */
void attend_one_token(const Int8AttentionKernels& kernels, const Int8AttendJob& job, AttendScratch& scratch) {
  const size_t size = job.group * job.head_dim;
  float* q_scale = scratch.floats(3 * INT8_LANES + size + job.group * int8_group_stride(job.head_dim) / 4);
  float* max = q_scale + INT8_LANES;
  float* sum = max + INT8_LANES;
  float* out = sum + INT8_LANES;
  const Int8QueryGroup group{job.group, job.head_dim, reinterpret_cast<uint8_t*>(out + size), q_scale, out, max, sum};
  std::fill(q_scale, out + size, 0.0f);
  std::fill(max, sum, NO_SCORE);
  kernels.pack_group(group, job.q, job.softmax_scale * LOG2_E);
  for (size_t s = 0; s < job.num_spans; s++) {
    const Visible seen(job, job.spans[s]);
    const int64_t begin = seen.first(0), end = seen.past(0);
    const uint8_t* next = s + 1 < job.num_spans ? job.spans[s + 1].block : job.after;
    if (begin < end) kernels.attend_group(group, job.spans[s].block, static_cast<size_t>(begin), static_cast<size_t>(end), next);
  }
  for (size_t row = 0; row < job.group; row++) {
    const float inverse = sum[row] > 0.0f ? 1.0f / sum[row] : 0.0f;
    for (size_t d = 0; d < job.head_dim; d++) job.out[row * job.head_dim + d] = out[row * job.head_dim + d] * inverse;
    if (job.lse) job.lse[row] = natural_lse(max[row], sum[row]);
  }
}

}  // namespace

const Int8AttentionKernels* int8_attention_kernels(Isa isa) {
  switch (isa) {
    case Isa::scalar: return &int8_attention_scalar;
#ifdef LECTERN_X86_KERNELS
    case Isa::avx2: return &int8_attention_avx2;
    case Isa::avxvnni: return &int8_attention_avxvnni;
    case Isa::avx512: return &int8_attention_avx512;
    case Isa::avx512vnni: return &int8_attention_avx512vnni;
#elif defined(LECTERN_ARM_KERNELS)
    case Isa::neon: return &int8_attention_neon;
#endif
    default: return nullptr;
  }
}

bool int8_attention_fits(size_t head_dim) { return head_dim > 0 && head_dim % 16 == 0 && head_dim <= KV8_MAX_HEAD_DIM; }

void attend_i8(const Int8AttentionKernels& kernels, const Int8AttendJob& job, AttendScratch& scratch) {
  if (job.num_tokens == 1 && job.group <= INT8_GROUP_ROWS) return attend_one_token(kernels, job, scratch);
  constexpr size_t full_width = MAX_TILE_WIDTH;
  const size_t num_rows = job.num_tokens * job.group;
  const size_t per_tile = tile_floats_i8(full_width, job.head_dim);
  float* shared = scratch.floats(TILES_PER_PASS * per_tile + scratch_floats_i8(full_width));
  float* buffer = shared + scratch_floats_i8(full_width);

  for (size_t pass_row = 0; pass_row < num_rows; pass_row += TILES_PER_PASS * full_width) {
    Int8QueryTile tiles[TILES_PER_PASS];
    TileRows rows[TILES_PER_PASS];
    size_t num_tiles = 0;
    for (size_t row = pass_row; row < num_rows && num_tiles < TILES_PER_PASS; row += full_width, num_tiles++) {
      rows[num_tiles] = {row, std::min(full_width, num_rows - row)};
      const size_t num_vectors = (rows[num_tiles].count + INT8_LANES - 1) / INT8_LANES;
      tiles[num_tiles] = make_tile_i8(buffer + num_tiles * per_tile, shared, num_vectors, job.head_dim);
      const float* queries[MAX_TILE_WIDTH];
      row_pointers(job.q, job.q_stride, job, rows[num_tiles], queries);
      kernels.pack_tile(tiles[num_tiles], queries, rows[num_tiles].count, job.softmax_scale * LOG2_E);
    }
    const size_t fetch_bytes = kv8_layout(job.head_dim).bytes / num_tiles;
    for (size_t s = 0; s < job.num_spans; s++) {
      for (size_t i = 0; i < num_tiles; i++) {
        if (s + 1 < job.num_spans) fetch(job.spans[s + 1].block + i * fetch_bytes, fetch_bytes);
        attend_span(kernels, job, job.spans[s], tiles[i], rows[i]);
      }
    }
    for (size_t i = 0; i < num_tiles; i++) unpack(kernels, job, tiles[i], rows[i]);
  }
}

}  // namespace lectern
