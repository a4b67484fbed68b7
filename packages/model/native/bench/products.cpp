// Products with weights at the shapes of a 135M model: 8 bits and f32, many rows and one.
#include <cstdio>
#include <random>

#include "int8/quant_buffer.h"
#include "measure.h"
#include "session.h"

namespace lectern {

namespace {

struct Shape {
  size_t rows, outputs, inputs;
};
constexpr Shape SHAPES[] = {{512, 1536, 576}, {512, 576, 1536}, {1, 1536, 576}, {1, 49152, 576}};
constexpr size_t NUM_OUTLIERS = 16;

/** A matrix of made-up codes with scales of about 0.01. */
struct Matrix {
  std::vector<uint8_t> bytes;
  Tensor tensor;
  Matrix(TensorType type, const Shape& shape) : tensor{"bench", type, shape.outputs, shape.inputs, nullptr} {
    bytes.resize(shape.outputs * tensor.row_bytes());
    std::mt19937 random(1);
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
    for (size_t i = 0; i < bytes.size(); i += traits(type).block_bytes) {
      bytes[i] = 0, bytes[i + 1] = 0x21;
      if (traits(type).has_mins) bytes[i + 2] = 0, bytes[i + 3] = 0x21;
    }
    tensor.data = bytes.data();
  }
};

std::vector<float> random_rows(const Shape& shape) {
  std::vector<float> x(shape.rows * shape.inputs);
  std::mt19937 random(2);
  std::normal_distribution<float> normal;
  for (float& value : x) value = normal(random);
  return x;
}

/** Panels that a thread takes: an equal part, in pairs. */
template <typename Task>
void for_own_pairs(const Linear& weight, size_t thread, size_t num_threads, const Task& task) {
  const size_t pairs = weight.num_panels() / 2;
  for (size_t i = pairs * thread / num_threads; i < pairs * (thread + 1) / num_threads; i++) task(i);
}

/** one_scale: of each row, as index-only passes have it. */
double int8_seconds(const Int8Kernels& kernels, const Linear& weight, const Shape& shape, size_t num_threads, bool one_scale) {
  const std::vector<float> values = random_rows(shape);
  QuantBuffer buffer;
  const QuantRows x = buffer.reserve(shape.rows, shape.inputs, NUM_OUTLIERS, one_scale);
  std::vector<float> scratch(2 * shape.inputs + 64), y(shape.rows * shape.outputs);
  for (size_t r = 0; r < shape.rows; r++) kernels.quantise(values.data() + r * shape.inputs, weight.outliers().data(), scratch.data(), x.from_row(r));
  return least_seconds(num_threads, 20, [&](size_t thread) {
    for_own_pairs(weight, thread, num_threads, [&](size_t pair) {
      const Int8Panel panels[2] = {weight.int8_panel(2 * pair), weight.int8_panel(2 * pair + 1)};
      if (shape.rows <= 2) {  // as the engine does
        for (size_t i = 0; i < 2; i++) kernels.gemm(x, shape.rows, panels + i, 1, {y.data() + pair * TILE_COLS + i * PANEL_COLS, shape.outputs, Epilogue::store, nullptr});
        return;
      }
      for (size_t row = 0; row < shape.rows; row += INT8_ROWS) {
        kernels.gemm(x.from_row(row), std::min(INT8_ROWS, shape.rows - row), panels, 2,
                     {y.data() + row * shape.outputs + pair * TILE_COLS, shape.outputs, Epilogue::store, nullptr});
      }
    });
  });
}

double f32_seconds(const ModelKernels& kernels, const Linear& weight, const Shape& shape, size_t num_threads) {
  const std::vector<float> x = random_rows(shape);
  const size_t k = shape.inputs;
  std::vector<float> sums(k / ACTIVATION_GROUP);
  return least_seconds(num_threads, 8, [&](size_t thread) {
    std::vector<float> b(k * TILE_COLS), tile(TILE_ROWS * TILE_COLS);
    for_own_pairs(weight, thread, num_threads, [&](size_t pair) {
      for (size_t i = 0; i < 2; i++) {
        if (shape.rows == 1) kernels.gemv(weight.panel(2 * pair + i), x.data(), k, 1, sums.data(), sums.size(), tile.data(), PANEL_COLS);
        else kernels.unpack(weight.panel(2 * pair + i), b.data() + i * PANEL_COLS);
      }
      for (size_t row = 0; shape.rows > 1 && row < shape.rows; row += TILE_ROWS) {
        kernels.gemm_tile(x.data() + row * k, k, std::min(TILE_ROWS, shape.rows - row), b.data(), k, tile.data());
      }
    });
  });
}

void print(const char* precision, const char* scales, const char* type, const Shape& s, size_t num_threads, double seconds, double bytes, double ceiling, double read_gbs) {
  const double ops = 2.0 * static_cast<double>(s.rows * s.outputs * s.inputs);
  std::printf("{\"kernel\": \"product\", \"precision\": \"%s\", \"scales\": \"%s\", \"type\": \"%s\", \"rows\": %zu, \"outputs\": %zu, \"inputs\": %zu, \"threads\": %zu, "
              "\"gops\": %.1f, \"ofCeiling\": %.3f, \"gbPerSecond\": %.1f, \"ofRead\": %.3f}\n",
              precision, scales, type, s.rows, s.outputs, s.inputs, num_threads, 1e-9 * ops / seconds, ceiling > 0 ? 1e-9 * ops / seconds / ceiling : 0.0,
              1e-9 * bytes / seconds, read_gbs > 0 ? 1e-9 * bytes / seconds / read_gbs : 0.0);
}

}  // namespace

void bench_products(size_t num_threads, const Ceilings& ceilings) {
  ThreadPool pool(num_threads);
  const Isa isa = best_isa();
  const Int8Kernels* int8 = int8_kernels(isa);
  for (TensorType type : {TensorType::Q4_1, TensorType::Q8_0}) {
    for (const Shape& shape : SHAPES) {
      const Matrix matrix(type, shape);
      Linear weight(matrix.tensor, Precision::int8, pool);
      std::vector<uint16_t> outliers;
      for (size_t i = 0; i < NUM_OUTLIERS; i++) outliers.push_back(static_cast<uint16_t>(i * 31));
      weight.add_side(outliers, pool);
      const auto bytes = static_cast<double>(weight.int8_bytes());
      const char* name = traits(type).name;
      for (const bool one_scale : {false, true}) {
        if (!int8 || (one_scale && shape.rows == 1)) continue;  // index-only passes have many rows
        const double seconds = int8_seconds(*int8, weight, shape, num_threads, one_scale);
        print("int8", one_scale ? "one per row" : "one per group", name, shape, num_threads, seconds, bytes, ceilings.dot_gops, ceilings.read_gbs);
      }
      const Linear plain(matrix.tensor, Precision::f32, pool);
      print("f32", "none", name, shape, num_threads, f32_seconds(model_kernels(isa), plain, shape, num_threads), static_cast<double>(plain.bytes()), ceilings.fma_gflops, ceilings.read_gbs);
    }
  }
}

}  // namespace lectern
