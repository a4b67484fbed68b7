// Rates of the matrix products at the shapes of a 135M model, 512 rows and one: 8 bits beside f32, one line of JSON each.
// `gemm_bench <instruction set>`; without it, the machine's best.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <random>

#include "int8/quant_buffer.h"
#include "isa.h"
#include "session.h"

using namespace lectern;

namespace {

double seconds_of(const std::function<void()>& work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int i = 0; i < 15; i++) {
    const auto start = Clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
  }
  return best;
}

struct Matrix {
  std::vector<uint8_t> bytes;
  Tensor tensor;
  Matrix(TensorType type, size_t rows, size_t cols) {
    tensor = {"bench", type, rows, cols, nullptr};
    bytes.resize(rows * tensor.row_bytes());
    std::mt19937 random(1);
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
    const size_t block = traits(type).block_bytes;
    for (size_t i = 0; i < bytes.size(); i += block) {  // scales and mins of about 0.01
      bytes[i] = 0, bytes[i + 1] = 0x21;
      if (traits(type).has_mins) bytes[i + 2] = 0, bytes[i + 3] = 0x21;
    }
    tensor.data = bytes.data();
  }
};

/** As multiply.cpp: many rows over unpacked columns, few over panels as they are stored. */
double f32_seconds(const ModelKernels& kernels, ThreadPool& pool, const Linear& weight, const float* x, size_t rows, size_t k, float* y) {
  const size_t outputs = weight.num_outputs();
  std::vector<float> sums(k / ACTIVATION_GROUP, 0.0f);
  return seconds_of([&] {
    pool.run(weight.num_panels() / 2, [&](size_t task, size_t) {
      static thread_local std::vector<float> b;
      b.resize(k * TILE_COLS);
      if (rows <= GEMV_ROWS) {
        for (size_t p = 2 * task; p < 2 * task + 2; p++) kernels.gemv(weight.panel(p), x, k, rows, sums.data(), 0, y + p * PANEL_COLS, outputs);
        return;
      }
      for (size_t p = 0; p < 2; p++) kernels.unpack(weight.panel(2 * task + p), b.data() + p * PANEL_COLS);
      alignas(64) float tile[TILE_ROWS * TILE_COLS];
      for (size_t row = 0; row < rows; row += TILE_ROWS) {
        const size_t count = std::min(TILE_ROWS, rows - row);
        kernels.gemm_tile(x + row * k, k, count, b.data(), k, tile);
        for (size_t r = 0; r < count; r++) std::copy(tile + r * TILE_COLS, tile + (r + 1) * TILE_COLS, y + (row + r) * outputs + task * TILE_COLS);
      }
    });
  });
}

void run(const Int8Kernels& kernels, const ModelKernels& f32_kernels, TensorType type, size_t rows, size_t outputs, size_t k, size_t num_threads) {
  ThreadPool pool(num_threads);
  const Matrix matrix(type, outputs, k);
  Linear weight(matrix.tensor, Precision::int8, pool);
  std::vector<uint16_t> outliers;
  for (uint16_t i = 0; i < 16; i++) outliers.push_back(static_cast<uint16_t>(i * 31));
  weight.add_side(outliers, pool);
  QuantBuffer buffer;
  const QuantRows x = buffer.reserve(rows, k, outliers.size());
  std::vector<float> values(rows * k), scratch(2 * k);
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (float& value : values) value = normal(random);
  const double quantise = seconds_of([&] {
    for (size_t r = 0; r < rows; r++) kernels.quantise(values.data() + r * k, outliers.data(), scratch.data(), x.from_row(r));
  });
  std::vector<float> y(rows * outputs);
  const double seconds = seconds_of([&] {
    pool.run(weight.num_panels() / 2, [&](size_t task, size_t) {
      const Int8Panel panels[2] = {weight.int8_panel(2 * task), weight.int8_panel(2 * task + 1)};
      for (size_t row = 0; row < rows; row += INT8_ROWS) {
        kernels.gemm(x.from_row(row), std::min(INT8_ROWS, rows - row), panels, 2, {y.data() + row * outputs + task * TILE_COLS, outputs, Epilogue::store, nullptr});
      }
    });
  });
  const double f32 = f32_seconds(f32_kernels, pool, weight, values.data(), rows, k, y.data());
  const double gops = 2e-9 * static_cast<double>(rows * outputs * k);
  std::printf("{\"kernel\": \"gemm %s\", \"rows\": %zu, \"outputs\": %zu, \"inputs\": %zu, \"threads\": %zu, \"gops\": %.1f, \"quantiseNsPerRow\": %.0f, "
              "\"f32Gops\": %.1f, \"ratio\": %.2f}\n",
              traits(type).name, rows, outputs, k, num_threads, gops / seconds, 1e9 * quantise / static_cast<double>(rows), gops / f32,
              f32 / (seconds + quantise / static_cast<double>(num_threads)));
}

}  // namespace

int main(int argc, char** argv) {
  const Isa isa = choose_isa(argc > 1 ? argv[1] : nullptr);
  const Int8Kernels* kernels = int8_kernels(isa);
  if (!kernels) return std::puts("{\"error\": \"no 8-bit kernels for this machine\"}"), 0;
  for (size_t threads : {1, 2}) {
    for (TensorType type : {TensorType::Q4_1, TensorType::Q8_0}) {
      const auto measure = [&](size_t rows, size_t outputs, size_t k) { run(*kernels, model_kernels(isa), type, rows, outputs, k, threads); };
      measure(512, 1536, 576);
      measure(512, 576, 1536);
      measure(1, 1536, 576);
      measure(1, 49152, 576);
    }
  }
  return 0;
}
