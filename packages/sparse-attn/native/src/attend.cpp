// Tiles are the inner loop and spans the outer one: a block of keys comes from memory once for up to four tiles.
#include "attend.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lectern {

namespace {

constexpr size_t TILES_PER_PASS = 4;
constexpr float LOG2_E = 1.44269504088896340736f;
constexpr float LN_2 = 0.69314718055994530942f;

/** Row r of a job is token r / group, head r % group. */
void pack_queries(const AttendJob& job, size_t first_row, size_t rows, size_t width, float* packed) {
  const float scale = job.softmax_scale * LOG2_E;
  for (size_t r = 0; r < rows; r++) {
    const size_t row = first_row + r;
    const float* q = job.q + (row / job.group) * job.q_stride + (row % job.group) * job.head_dim;
    for (size_t d = 0; d < job.head_dim; d++) packed[d * width + r] = q[d] * scale;
  }
}

float natural_lse(float max, float sum) {
  return sum > 0.0f ? (max + std::log2(sum)) * LN_2 : -std::numeric_limits<float>::infinity();
}

void attend_span(const AttentionKernels& kernels, const AttendJob& job, const KeySpan& span, const QueryTile& tile,
                 size_t first_row, size_t rows) {
  const size_t width = tile.num_vectors * kernels.lanes;
  const int64_t first_index = job.first_query + static_cast<int64_t>(first_row / job.group);
  const int64_t last_index = job.first_query + static_cast<int64_t>((first_row + rows - 1) / job.group);
  const int64_t last_key = span.first + static_cast<int64_t>(span.count) - 1;
  if (span.first > last_index || (job.window && last_key <= first_index - job.window)) return;
  const bool is_cut = job.window && span.first <= last_index - job.window;  // some row's window begins inside
  if (last_key <= first_index && !is_cut) {
    kernels.attend(tile, span.k, span.v, job.kv_stride, span.count, nullptr, nullptr);
    return;
  }
  const auto clamped = [&](int64_t index) { return static_cast<float>(std::clamp<int64_t>(index - span.first, -1, KEYS_PER_CALL)); };
  alignas(64) float first_visible[MAX_TILE_WIDTH];
  alignas(64) float last_visible[MAX_TILE_WIDTH];
  for (size_t r = 0; r < width; r++) {
    const int64_t index = job.first_query + static_cast<int64_t>((first_row + std::min(r, rows - 1)) / job.group);
    last_visible[r] = clamped(index);
    first_visible[r] = clamped(index - job.window + 1);
  }
  kernels.attend(tile, span.k, span.v, job.kv_stride, span.count, is_cut ? first_visible : nullptr, last_visible);
}

void unpack_results(const AttendJob& job, const QueryTile& tile, size_t width, size_t first_row, size_t rows) {
  for (size_t r = 0; r < rows; r++) {
    const size_t token = (first_row + r) / job.group;
    const size_t head = (first_row + r) % job.group;
    const bool empty = !(tile.sum[r] > 0.0f);
    const float inverse = empty ? 0.0f : 1.0f / tile.sum[r];
    float* out = job.out + token * job.out_stride + head * job.head_dim;
    for (size_t d = 0; d < job.head_dim; d++) out[d] = tile.out[d * width + r] * inverse;
    if (job.lse) job.lse[token * job.lse_stride + head] = natural_lse(tile.max[r], tile.sum[r]);
  }
}

/** One token, every listed key visible: dimensions in the lanes. */
void attend_one_token(const AttentionKernels& kernels, const AttendJob& job, AttendScratch& scratch) {
  const size_t size = job.group * job.head_dim;
  float* q = scratch.floats(2 * size + job.group * (KEYS_PER_CALL + 2));
  const QueryGroup group{job.group, job.head_dim, q, q + size, q + 2 * size, q + 2 * size + job.group, q + 2 * size + 2 * job.group};
  const float scale = job.softmax_scale * LOG2_E;
  for (size_t i = 0; i < size; i++) q[i] = job.q[i] * scale;
  std::fill(group.out, group.out + size, 0.0f);
  std::fill(group.max, group.max + job.group, NO_SCORE);
  std::fill(group.sum, group.sum + job.group, 0.0f);
  for (size_t s = 0; s < job.num_spans; s++) kernels.attend_group(group, job.spans[s].k, job.spans[s].v, job.kv_stride, job.spans[s].count);
  for (size_t row = 0; row < job.group; row++) {
    const bool empty = !(group.sum[row] > 0.0f);
    const float inverse = empty ? 0.0f : 1.0f / group.sum[row];
    for (size_t d = 0; d < job.head_dim; d++) job.out[row * job.head_dim + d] = group.out[row * job.head_dim + d] * inverse;
    if (job.lse) job.lse[row] = natural_lse(group.max[row], group.sum[row]);
  }
}

bool sees_all(const AttendJob& job) {
  if (job.num_spans == 0) return true;
  const KeySpan& last = job.spans[job.num_spans - 1];
  return last.first + static_cast<int64_t>(last.count) - 1 <= job.first_query && (!job.window || job.spans[0].first > job.first_query - job.window);
}

}  // namespace

const AttentionKernels& attention_kernels(Isa isa) {
#ifdef LECTERN_X86_KERNELS
  if (isa == Isa::avx512 || isa == Isa::avx512vnni) return attention_avx512;
  if (isa == Isa::avx2 || isa == Isa::avxvnni) return attention_avx2;
#endif
  (void)isa;
  return attention_scalar;
}

float* AttendScratch::floats(size_t count) {
  if (buffer_.size() < count + 16) buffer_.resize(count + 16);
  const auto address = reinterpret_cast<uintptr_t>(buffer_.data());
  return reinterpret_cast<float*>((address + 63) & ~static_cast<uintptr_t>(63));
}

size_t tile_floats(size_t width, size_t head_dim) { return width * (2 * head_dim + 2); }

QueryTile make_tile(float* buffer, float* scores, size_t num_vectors, size_t lanes, size_t head_dim) {
  const size_t width = num_vectors * lanes;
  QueryTile tile{num_vectors, head_dim, buffer, buffer + width * head_dim, nullptr, nullptr, scores};
  tile.max = tile.out + width * head_dim;
  tile.sum = tile.max + width;
  std::fill(buffer, buffer + tile_floats(width, head_dim), 0.0f);
  std::fill(tile.max, tile.max + width, NO_SCORE);
  return tile;
}

void attend(const AttentionKernels& kernels, const AttendJob& job, AttendScratch& scratch) {
  const size_t lanes = kernels.lanes;
  if (job.num_tokens == 1 && job.head_dim % lanes == 0 && sees_all(job)) return attend_one_token(kernels, job, scratch);
  const size_t full_width = 3 * lanes;
  const size_t num_rows = job.num_tokens * job.group;
  const size_t per_tile = tile_floats(full_width, job.head_dim);
  float* buffer = scratch.floats(TILES_PER_PASS * per_tile + KEYS_PER_CALL * full_width);
  float* scores = buffer + TILES_PER_PASS * per_tile;

  for (size_t pass_row = 0; pass_row < num_rows; pass_row += TILES_PER_PASS * full_width) {
    QueryTile tiles[TILES_PER_PASS];
    size_t rows[TILES_PER_PASS];
    size_t num_tiles = 0;
    for (size_t row = pass_row; row < num_rows && num_tiles < TILES_PER_PASS; row += full_width, num_tiles++) {
      rows[num_tiles] = std::min(full_width, num_rows - row);
      const size_t num_vectors = (rows[num_tiles] + lanes - 1) / lanes;
      tiles[num_tiles] = make_tile(buffer + num_tiles * per_tile, scores, num_vectors, lanes, job.head_dim);
      pack_queries(job, row, rows[num_tiles], num_vectors * lanes, tiles[num_tiles].q);
    }
    for (size_t s = 0; s < job.num_spans; s++) {
      for (size_t i = 0; i < num_tiles; i++) {
        attend_span(kernels, job, job.spans[s], tiles[i], pass_row + i * full_width, rows[i]);
      }
    }
    for (size_t i = 0; i < num_tiles; i++) {
      unpack_results(job, tiles[i], tiles[i].num_vectors * lanes, pass_row + i * full_width, rows[i]);
    }
  }
}

}  // namespace lectern
