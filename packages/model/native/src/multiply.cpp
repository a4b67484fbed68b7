// Many rows: a task unpacks 32 columns to floats once and runs them over a block of rows that stays in L2.
// Few rows (decode): a task reads panels as they are stored, once, at memory speed.
#include "multiply.h"

#include <algorithm>

namespace lectern {

namespace {

constexpr size_t ROW_BLOCK_BYTES = 768 * 1024;  // of activations; L2 is 1 to 2 MiB
constexpr size_t PANELS_PER_GEMV_TASK = 4;
constexpr size_t SUM_GROUP = 32;  // every type that has mins has one per 32 weights

/** Columns that a task produces: 32 of one matrix, or 16 of each of two. */
size_t task_cols(const Product& p) { return p.weight2 ? PANEL_COLS : TILE_COLS; }

size_t count_columns_tasks(const Product& p) { return (p.weight->num_outputs() + task_cols(p) - 1) / task_cols(p); }

}  // namespace

void finish_tile(const ModelKernels& kernels, const Product& p, const float* tile, const float* tile2, size_t stride, size_t rows, size_t row,
            size_t col, size_t cols) {
  cols = std::min(cols, p.weight->num_outputs() - col);
  for (size_t r = 0; r < rows; r++) {
    float* y = p.y + (row + r) * p.y_stride + col;
    const float* t = tile + r * stride;
    switch (p.epilogue) {
      case Epilogue::store:
        std::copy(t, t + cols, y);
        if (p.bias) kernels.add(p.bias + col, y, cols);
        break;
      case Epilogue::add: kernels.add(t, y, cols); break;
      case Epilogue::silu_mul: kernels.silu_mul(t, tile2 + r * stride, y, cols); break;
      case Epilogue::gelu_mul: kernels.gelu_mul(t, tile2 + r * stride, y, cols); break;
    }
  }
}

namespace {

void gemm_task(Session& s, const Product& p, size_t column_task, size_t first_row, size_t last_row, ThreadScratch& scratch) {
  const size_t k = p.weight->num_inputs();
  const size_t cols = task_cols(p);
  const size_t panel = column_task * (cols / PANEL_COLS);
  float* b = scratch.unpacked.reserve(k * TILE_COLS);
  s.kernels.unpack(p.weight->panel(panel), b);
  s.kernels.unpack(p.weight2 ? p.weight2->panel(panel) : p.weight->panel(panel + 1), b + PANEL_COLS);
  alignas(64) float tile[TILE_ROWS * TILE_COLS];
  for (size_t row = first_row; row < last_row; row += TILE_ROWS) {
    const size_t rows = std::min(TILE_ROWS, last_row - row);
    s.kernels.gemm_tile(p.x + row * k, k, rows, b, k, tile);
    finish_tile(s.kernels, p, tile, tile + PANEL_COLS, TILE_COLS, rows, row, column_task * cols, cols);
  }
}

void gemm(Session& s, const Product* products, size_t num_products, size_t rows) {
  const size_t k = products[0].weight->num_inputs();
  const size_t block = std::max<size_t>(2, ROW_BLOCK_BYTES / (k * sizeof(float)) / TILE_ROWS) * TILE_ROWS;
  const size_t num_blocks = (rows + block - 1) / block;
  size_t num_tasks = 0;
  for (size_t i = 0; i < num_products; i++) num_tasks += count_columns_tasks(products[i]);
  s.pool.run(num_blocks * num_tasks, [&](size_t chunk, size_t thread) {
    size_t task = chunk % num_tasks;
    const size_t first_row = chunk / num_tasks * block;
    const Product* p = products;
    for (; task >= count_columns_tasks(*p); p++) task -= count_columns_tasks(*p);
    gemm_task(s, *p, task, first_row, std::min(rows, first_row + block), s.scratch[thread]);
  });
  for (size_t i = 0; i < num_products; i++) {
    s.weight_bytes += num_blocks * (products[i].weight->bytes() + (products[i].weight2 ? products[i].weight2->bytes() : 0));
  }
}

void gemv_panel(Session& s, const Product& p, size_t panel, size_t rows, const float* sums, size_t num_sums) {
  alignas(64) float tile[GEMV_ROWS * PANEL_COLS];
  alignas(64) float tile2[GEMV_ROWS * PANEL_COLS];
  const size_t k = p.weight->num_inputs();
  s.kernels.gemv(p.weight->panel(panel), p.x, k, rows, sums, num_sums, tile, PANEL_COLS);
  if (p.weight2) s.kernels.gemv(p.weight2->panel(panel), p.x, k, rows, sums, num_sums, tile2, PANEL_COLS);
  finish_tile(s.kernels, p, tile, tile2, PANEL_COLS, rows, 0, panel * PANEL_COLS, PANEL_COLS);
}

void gemv(Session& s, const Product* products, size_t num_products, size_t rows) {
  const size_t k = products[0].weight->num_inputs();
  const size_t num_sums = k / SUM_GROUP;
  std::vector<float> sums(rows * num_sums);
  for (size_t i = 0; i < rows * num_sums; i++) {
    const float* x = products[0].x + i / num_sums * k + i % num_sums * SUM_GROUP;
    float sum = 0;
    for (size_t j = 0; j < SUM_GROUP; j++) sum += x[j];
    sums[i] = sum;
  }
  size_t num_tasks = 0;
  const auto count = [](const Product& p) {
    const size_t panels = (p.weight->num_outputs() + PANEL_COLS - 1) / PANEL_COLS;
    return (panels + PANELS_PER_GEMV_TASK - 1) / PANELS_PER_GEMV_TASK;
  };
  for (size_t i = 0; i < num_products; i++) num_tasks += count(products[i]);
  s.pool.run(num_tasks, [&](size_t task, size_t) {
    const Product* p = products;
    for (; task >= count(*p); p++) task -= count(*p);
    const size_t num_panels = (p->weight->num_outputs() + PANEL_COLS - 1) / PANEL_COLS;
    const size_t last = std::min(num_panels, (task + 1) * PANELS_PER_GEMV_TASK);
    for (size_t panel = task * PANELS_PER_GEMV_TASK; panel < last; panel++) gemv_panel(s, *p, panel, rows, sums.data(), num_sums);
  });
  for (size_t i = 0; i < num_products; i++) {
    s.weight_bytes += products[i].weight->bytes() + (products[i].weight2 ? products[i].weight2->bytes() : 0);
  }
}

}  // namespace

void multiply(Session& session, const Product* products, size_t num_products, size_t rows) {
  if (rows == 0) return;
  if (session.observe) session.observe(*products[0].weight, products[0].x, rows);
  if (session.int8) {
    multiply_int8(session, products, num_products, rows);
    return;
  }
  const PhaseTimer timer(session.phases.multiply);
  if (rows <= GEMV_ROWS) {
    gemv(session, products, num_products, rows);
  } else {
    gemm(session, products, num_products, rows);
  }
}

}  // namespace lectern
