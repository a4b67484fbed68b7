// Blocks are the outer loop: int8 keys are widened once per block, for all queries.
#include "block_lse.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace lectern {

namespace {

constexpr float LOG2_E = 1.44269504088896340736f;
constexpr float LN_2 = 0.69314718055994530942f;

void score_block(const AttentionKernels& kernels, const BlockLseJob& job, size_t block, const QueryTile& tile, float* wide) {
  const size_t end = static_cast<size_t>(job.block_starts[block + 1]);
  for (size_t key = static_cast<size_t>(job.block_starts[block]); key < end; key += KEYS_PER_CALL) {
    const size_t count = std::min(KEYS_PER_CALL, end - key);
    if (job.keys) {
      kernels.accumulate_lse(tile, job.keys + key * job.head_dim, job.head_dim, count, nullptr);
    } else {
      kernels.widen_i8(job.keys_i8 + key * job.head_dim, wide, count * job.head_dim);
      kernels.accumulate_lse(tile, wide, job.head_dim, count, job.key_scales + key);
    }
  }
}

}  // namespace

void block_lse(const AttentionKernels& kernels, const BlockLseJob& job, AttendScratch& scratch) {
  const size_t full_width = 3 * kernels.lanes;
  float* buffer = scratch.floats(tile_floats(full_width, job.head_dim) + KEYS_PER_CALL * (full_width + job.head_dim));
  float* scores = buffer + tile_floats(full_width, job.head_dim);
  float* wide = scores + KEYS_PER_CALL * full_width;
  const float scale = job.softmax_scale * LOG2_E;

  for (size_t first = 0; first < job.num_queries; first += full_width) {
    const size_t rows = std::min(full_width, job.num_queries - first);
    const size_t num_vectors = (rows + kernels.lanes - 1) / kernels.lanes;
    const size_t width = num_vectors * kernels.lanes;
    const QueryTile tile = make_tile(buffer, scores, num_vectors, kernels.lanes, job.head_dim);
    for (size_t r = 0; r < rows; r++) {
      for (size_t d = 0; d < job.head_dim; d++) tile.q[d * width + r] = job.q[(first + r) * job.q_stride + d] * scale;
    }
    for (size_t block = job.first_block; block < job.last_block; block++) {
      std::fill(tile.max, tile.max + width, NO_SCORE);
      std::fill(tile.sum, tile.sum + width, 0.0f);
      score_block(kernels, job, block, tile, wide);
      float* lse = job.lse + (block - job.first_block) * job.num_queries + first;
      for (size_t r = 0; r < rows; r++) {
        lse[r] = tile.sum[r] > 0.0f ? (tile.max[r] + std::log2(tile.sum[r])) * LN_2 : -std::numeric_limits<float>::infinity();
      }
    }
  }
}

}  // namespace lectern
