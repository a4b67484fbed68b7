// Matrices of 5 and 6 bits give the same products tight and in bytes, bit for bit, for every number of rows, in every instruction set
// that reads tight panels: alone, with columns that fill no panel, two fused into one, of one type or two. Prints what was tested.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "multiply.h"

namespace lectern {
namespace {

constexpr size_t COLS = 512;

[[noreturn]] void fail(const char* isa, const char* what, const char* type, size_t outputs, size_t rows) {
  std::fprintf(stderr, "failed: %s: %s: %s, %zu outputs, %zu rows\n", isa, what, type, outputs, rows);
  std::exit(1);
}

/** Where a block's halves (scale, then min) lie. */
size_t halves_at(TensorType type) { return type == TensorType::Q6_K ? 208 : 0; }

/** Made-up codes, all that there are, with positive and negative scales of about 0.01. */
struct Matrix {
  std::vector<uint8_t> bytes;
  Tensor tensor;
  Linear bytewise, tight;

  Matrix(TensorType type, size_t outputs, ThreadPool& pool, unsigned seed) : tensor{"test", type, outputs, COLS, nullptr} {
    bytes.resize(outputs * tensor.row_bytes());
    std::mt19937 random(seed);
    for (auto& byte : bytes) byte = static_cast<uint8_t>(random());
    for (size_t block = 0; block < bytes.size(); block += traits(type).block_bytes) {
      for (size_t i = 0; i < (traits(type).has_mins ? 2 : 1); i++) {
        const auto half = static_cast<uint16_t>(0x2000 + random() % 0x0400 + random() % 2 * 0x8000);
        std::memcpy(&bytes[block + halves_at(type) + 2 * i], &half, 2);
      }
    }
    tensor.data = bytes.data();
    bytewise = made(pool, Packing::bytes);
    tight = made(pool, Packing::tight);
  }

 private:
  Linear made(ThreadPool& pool, Packing packing) const {
    Linear linear(tensor, Precision::int8, pool);
    linear.add_side({3, 17, 250, 511}, pool, packing);
    return linear;
  }
};

std::vector<float> random_rows(size_t rows) {
  std::vector<float> x(rows * COLS);
  std::mt19937 random(7);
  std::normal_distribution<float> normal;
  for (float& value : x) value = normal(random);
  return x;
}

struct Want {
  Epilogue epilogue;
  bool bias;
};

/** Of `second` null: one matrix. */
void expect_same(Session& s, const Matrix& first, const Matrix* second, size_t rows, Want want) {
  const size_t outputs = first.tensor.rows;
  const std::vector<float> x = random_rows(rows), bias(outputs, 0.5f);
  std::vector<float> y[2];
  for (const bool tight : {false, true}) {
    y[tight].assign(rows * outputs, 3.0f);
    const Product product{tight ? &first.tight : &first.bytewise, !second ? nullptr : tight ? &second->tight : &second->bytewise, x.data(), y[tight].data(), outputs,
                          want.epilogue, want.bias ? bias.data() : nullptr};
    multiply(s, &product, 1, rows);
  }
  if (std::memcmp(y[0].data(), y[1].data(), y[0].size() * sizeof(float)) != 0) fail(isa_name(s.isa), "other products", traits(first.tensor.type).name, outputs, rows);
}

void test_session(Session& s) {
  struct Type {
    TensorType type;
    double bits_per_weight;  // tight, with scales; outliers and mins come on top of it
  };
  for (const Type& type : {Type{TensorType::Q5_0, 5.5}, Type{TensorType::Q5_1, 5.5}, Type{TensorType::Q5_K, 6}, Type{TensorType::Q6_K, 8}}) {
    for (const size_t outputs : {1, 21, 64, 203}) {  // few of them a whole number of panels
      const Matrix first(type.type, outputs, s.pool, 1), second(type.type, outputs, s.pool, 2), other(TensorType::Q8_0, outputs, s.pool, 3),
          wider(type.type == TensorType::Q6_K ? TensorType::Q5_0 : TensorType::Q6_K, outputs, s.pool, 4);
      const auto weights = static_cast<double>(first.tight.num_panels() * PANEL_COLS * COLS), side = static_cast<double>(first.tight.num_panels()) * 2048;
      if (!first.tight.has_tight_panels() || static_cast<double>(first.tight.bytes()) > type.bits_per_weight / 8 * weights + side) {
        fail(isa_name(s.isa), "not as tight as its type", traits(type.type).name, outputs, 0);
      }
      if (other.tight.has_tight_panels()) fail(isa_name(s.isa), "8 bits are tight", "Q8_0", outputs, 0);
      for (const size_t rows : {1, 2, 3, 7, 8, 21, 22, 100}) {
        expect_same(s, first, nullptr, rows, {Epilogue::store, true});
        expect_same(s, first, nullptr, rows, {Epilogue::add, false});
        for (const Matrix* up : {&second, &other, &wider}) {
          expect_same(s, first, up, rows, {Epilogue::gelu_mul, false});
          expect_same(s, *up, &first, rows, {Epilogue::silu_mul, false});
        }
      }
    }
  }
}

}  // namespace
}  // namespace lectern

int main() {
  using namespace lectern;
  for (const Isa isa : ISAS) {
    if (!is_supported(isa) || !int8_kernels(isa) || int8_kernels(isa)->tight_rows == 0) continue;
    for (const size_t threads : {1, 3}) {
      Session session(Precision::int8, isa, threads);
      test_session(session);
    }
    std::puts(isa_name(isa));
  }
  std::puts("ok");
}
