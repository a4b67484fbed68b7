// Rows are quantised once for all products of a step; a task is 32 columns over a block of rows that stays in L2.
#include <algorithm>

#include "multiply.h"

namespace lectern {

namespace {

constexpr size_t ROW_BLOCK_BYTES = 640 * 1024;  // of codes; L2 is 1 to 2 MiB
constexpr size_t QUANTISE_ROWS = 16;            // per task
constexpr size_t FEW_ROWS = 2;

size_t num_tasks(const Product& p) {
  const size_t cols = p.weight2 ? PANEL_COLS : TILE_COLS;
  return (p.weight->num_outputs() + cols - 1) / cols;
}

}  // namespace

QuantRows quantise_rows(Session& s, const Linear& weight, const float* rows_in, size_t rows) {
  const PhaseTimer timer(s.phases.quantise);
  const size_t k = weight.num_inputs();
  const std::vector<uint16_t>& outliers = weight.outliers();
  const QuantRows x = s.act.quantised.reserve(rows, k, outliers.size(), s.one_scale);
  s.pool.run((rows + QUANTISE_ROWS - 1) / QUANTISE_ROWS, [&](size_t chunk, size_t thread) {
    float* scratch = s.scratch[thread].unpacked.reserve(k + x.num_side + 32);
    for (size_t r = chunk * QUANTISE_ROWS; r < std::min(rows, (chunk + 1) * QUANTISE_ROWS); r++) {
      s.int8->quantise(rows_in + r * k, outliers.data(), scratch, x.from_row(r));
    }
  });
  return x;
}

namespace {

bool same_shape(const Int8Panel& a, const Int8Panel& b) {
  return a.panel.format == b.panel.format && a.panel.group == b.panel.group && a.panel.half_scales == b.panel.half_scales && a.num_pairs == b.num_pairs;
}

void multiply_columns(Session& s, const Product& p, const QuantRows& x, size_t task, size_t first_row, size_t last_row, ThreadScratch& scratch) {
  const size_t panel = p.weight2 ? task : 2 * task;
  const size_t cols = p.weight2 ? PANEL_COLS : TILE_COLS;
  const size_t col = task * cols;
  const bool whole = col + cols <= p.weight->num_outputs();
  if (last_row - first_row <= FEW_ROWS && !p.weight2 && whole) {  // from memory: one stream of panels is read the fastest
    for (size_t i = 0; i < 2; i++) {
      const size_t at = col + i * PANEL_COLS;
      const Int8Panel one = p.weight->whole_panel(panel + i, *s.int8, last_row - first_row, scratch.joined(*p.weight));
      s.int8->gemm(x.from_row(first_row), last_row - first_row, &one, 1,
                   {p.y + first_row * p.y_stride + at, p.y_stride, p.epilogue, p.bias ? p.bias + at : nullptr});
    }
    return;
  }
  const Linear& second = p.weight2 ? *p.weight2 : *p.weight;
  uint8_t* room = scratch.joined(*p.weight, second);
  const size_t direct_rows = p.weight->has_planes() || second.has_planes() ? SIZE_MAX : last_row - first_row;  // gemm takes but one panel of planes
  const Int8Panel panels[2] = {p.weight->whole_panel(panel, *s.int8, direct_rows, room),
                               second.whole_panel(p.weight2 ? panel : panel + 1, *s.int8, direct_rows, room + p.weight->joined_bytes())};
  const bool direct = same_shape(panels[0], panels[1]) && whole;
  for (size_t row = first_row; row < last_row; row += INT8_ROWS) {
    const size_t rows = std::min(INT8_ROWS, last_row - row);
    if (direct) {
      s.int8->gemm(x.from_row(row), rows, panels, 2, {p.y + row * p.y_stride + col, p.y_stride, p.epilogue, p.bias ? p.bias + col : nullptr});
      continue;
    }
    alignas(64) float tile[INT8_ROWS * TILE_COLS];
    for (size_t i = 0; i < 2; i++) s.int8->gemm(x.from_row(row), rows, panels + i, 1, {tile + i * PANEL_COLS, TILE_COLS, Epilogue::store, nullptr});
    finish_tile(s.kernels, p, tile, tile + PANEL_COLS, TILE_COLS, rows, row, col, cols);
  }
}

}  // namespace

void multiply_int8(Session& s, const Product* products, size_t num_products, size_t rows) {
  const size_t k = products[0].weight->num_inputs();
  const QuantRows x = quantise_rows(s, *products[0].weight, products[0].x, rows);
  const PhaseTimer timer(s.phases.multiply);
  const size_t block = std::max<size_t>(8, ROW_BLOCK_BYTES / k / INT8_ROWS) * INT8_ROWS;
  const size_t num_blocks = (rows + block - 1) / block;
  size_t tasks = 0;
  for (size_t i = 0; i < num_products; i++) tasks += num_tasks(products[i]);
  const size_t per_chunk = rows <= FEW_ROWS ? (tasks + s.pool.num_threads() - 1) / s.pool.num_threads() : rows <= INT8_ROWS ? 4 : 1;
  const size_t chunks = (tasks + per_chunk - 1) / per_chunk;
  s.pool.run(num_blocks * chunks, [&](size_t chunk, size_t thread) {
    const size_t first_row = chunk / chunks * block;
    const size_t first = chunk % chunks * per_chunk;
    for (size_t t = first; t < std::min(tasks, first + per_chunk); t++) {
      size_t task = t;
      const Product* p = products;
      for (; task >= num_tasks(*p); p++) task -= num_tasks(*p);
      multiply_columns(s, *p, x, task, first_row, std::min(rows, first_row + block), s.scratch[thread]);
    }
  });
  for (size_t i = 0; i < num_products; i++) {
    s.weight_bytes += num_blocks * (products[i].weight->int8_bytes() + (products[i].weight2 ? products[i].weight2->int8_bytes() : 0));
  }
}

}  // namespace lectern
