// Bidirectional attention of short texts: a task is one head of one text; both products are tiles of the f32 kernel.
#include <algorithm>
#include <cmath>
#include <cstring>

#include "bert/bert_session.h"

namespace lectern {

namespace {

constexpr float LOG2_E = 1.44269504088896340736f;
constexpr float NO_KEY = -1e30f;  // 2^ of it is 0

size_t round_up(size_t n, size_t step) { return (n + step - 1) / step * step; }

/** What one head needs besides its rows. */
struct HeadScratch {
  float* keys;    // (columns / 32, head_dim, 32): k transposed, times the scale
  float* values;  // (stripes of 32 of head_dim, count, 32)
  float* scores;  // (TILE_ROWS, columns)
  size_t columns; // count, rounded up to 32
};

HeadScratch reserve(Floats& scratch, size_t count, size_t head_dim) {
  const size_t columns = round_up(count, TILE_COLS);
  const size_t keys = columns * head_dim, values = round_up(head_dim, TILE_COLS) * count;
  float* data = scratch.reserve(keys + values + TILE_ROWS * columns);
  return {data, data + keys, data + keys + values, columns};
}

/** k, v: the head's first element in the text's first row; rows dim apart. */
void place(const HeadScratch& s, const float* k, const float* v, size_t count, size_t dim, size_t head_dim) {
  const float scale = LOG2_E / std::sqrt(static_cast<float>(head_dim));
  for (size_t t = 0; t < s.columns; t++) {
    float* to = s.keys + t / TILE_COLS * head_dim * TILE_COLS + t % TILE_COLS;
    for (size_t i = 0; i < head_dim; i++) to[i * TILE_COLS] = t < count ? k[t * dim + i] * scale : 0.0f;
  }
  for (size_t from = 0; from < head_dim; from += TILE_COLS) {
    float* to = s.values + from * count;
    const size_t width = std::min(TILE_COLS, head_dim - from);
    for (size_t t = 0; t < count; t++, to += TILE_COLS) {
      std::memcpy(to, v + t * dim + from, width * sizeof(float));
      std::fill(to + width, to + TILE_COLS, 0.0f);
    }
  }
}

/** Copies the first `width` columns of a tile into rows `stride` apart. */
void put_tile(const float* tile, size_t rows, size_t width, float* to, size_t stride) {
  for (size_t r = 0; r < rows; r++) std::memcpy(to + r * stride, tile + r * TILE_COLS, width * sizeof(float));
}

void attend_head(BertSession& bert, const TextRows& text, size_t head, size_t thread) {
  const BertConfig& c = bert.weights->config;
  const size_t head_dim = c.head_dim();
  const Activations& a = bert.products.act;
  const size_t start = text.first * c.dim + head * head_dim;
  const HeadScratch s = reserve(bert.scratch[thread], text.count, head_dim);
  place(s, a.k.data() + start, a.v.data() + start, text.count, c.dim, head_dim);
  const auto gemm_tile = bert.products.kernels.gemm_tile;
  alignas(64) float tile[TILE_ROWS * TILE_COLS];
  for (size_t row = 0; row < text.count; row += TILE_ROWS) {
    const size_t rows = std::min(TILE_ROWS, text.count - row);
    for (size_t col = 0; col < s.columns; col += TILE_COLS) {
      gemm_tile(a.q.data() + start + row * c.dim, c.dim, rows, s.keys + col * head_dim, head_dim, tile);
      put_tile(tile, rows, TILE_COLS, s.scores + col, s.columns);
    }
    for (size_t r = 0; r < rows; r++) {
      float* scores = s.scores + r * s.columns;
      std::fill(scores + text.count, scores + s.columns, NO_KEY);
      bert.kernels.softmax2(scores, s.columns);
    }
    for (size_t from = 0; from < head_dim; from += TILE_COLS) {
      gemm_tile(s.scores, s.columns, rows, s.values + from * text.count, text.count, tile);
      put_tile(tile, rows, std::min(TILE_COLS, head_dim - from), a.attended.data() + start + row * c.dim + from, c.dim);
    }
  }
}

}  // namespace

void attend_texts(BertSession& bert, const std::vector<TextRows>& texts) {
  const PhaseTimer timer(bert.products.phases.attend);
  const size_t num_heads = bert.weights->config.num_heads;
  bert.products.pool.run(texts.size() * num_heads, [&](size_t task, size_t thread) {
    attend_head(bert, texts[task / num_heads], task % num_heads, thread);
  });
}

}  // namespace lectern
