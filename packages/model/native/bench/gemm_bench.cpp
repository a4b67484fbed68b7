// Rates of the matrix products at the shapes of a 135M model, 512 rows, against the instruction ceiling: one line of JSON each.
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

void run(const Int8Kernels& kernels, TensorType type, size_t rows, size_t outputs, size_t k, size_t num_threads) {
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
  std::printf("{\"kernel\": \"gemm %s\", \"rows\": %zu, \"outputs\": %zu, \"inputs\": %zu, \"threads\": %zu, \"gops\": %.1f, \"quantiseNsPerRow\": %.0f}\n",
              traits(type).name, rows, outputs, k, num_threads, 2e-9 * static_cast<double>(rows * outputs * k) / seconds,
              1e9 * quantise / static_cast<double>(rows));
}

}  // namespace

int main() {
  const Int8Kernels* kernels = int8_kernels(best_isa());
  if (!kernels) return std::puts("{\"error\": \"no 8-bit kernels for this machine\"}"), 0;
  for (size_t threads : {1, 2}) {
    for (TensorType type : {TensorType::Q4_1, TensorType::Q8_0}) {
      run(*kernels, type, 512, 1536, 576, threads);
      run(*kernels, type, 512, 576, 1536, threads);
      run(*kernels, type, 1, 1536, 576, threads);
      run(*kernels, type, 1, 49152, 576, threads);
    }
  }
  return 0;
}
