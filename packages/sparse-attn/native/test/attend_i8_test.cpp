// Int8 attention: every instruction set against the scalar one, that one against f32, and results that do not depend on the tiles.
// `attend_i8_test bench [instruction set]` measures instead, `sparse` one token over a million stored ones; `few` is for slow machines.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>

#include "int8_case.h"

namespace lectern {

#ifdef LECTERN_X86_KERNELS
/** The avxvnni kernels, encoded for a CPU with AVX-512 VNNI. */
extern const Int8AttentionKernels int8_attention_ymm_vnni;
#endif

namespace {

void expect(bool condition, const char* what, const Shape& s, double value) {
  if (condition) return;
  std::fprintf(stderr, "failed: %s (%g): head_dim %zu group %zu tokens %zu keys %zu window %lld data %d\n", what, value, s.head_dim, s.group,
               s.num_tokens, s.num_keys, static_cast<long long>(s.window), static_cast<int>(s.data));
  std::exit(1);
}

double relative_l2(const std::vector<float>& a, const std::vector<float>& b) {
  double difference = 0, total = 0;
  for (size_t i = 0; i < a.size(); i++) {
    if (!std::isfinite(a[i])) return std::numeric_limits<double>::infinity();
    difference += (static_cast<double>(a[i]) - b[i]) * (static_cast<double>(a[i]) - b[i]);
    total += static_cast<double>(b[i]) * b[i];
  }
  return std::sqrt(difference / total);
}

double highest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double highest = 0;
  for (size_t i = 0; i < a.size(); i++) {
    if (a[i] == b[i]) continue;  // also -inf and -inf
    const double difference = std::abs(static_cast<double>(a[i]) - b[i]);
    highest = difference <= highest ? highest : difference;
  }
  return highest;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) { return std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0; }

/** Tokens in jobs of `step`, keys in the same spans. */
Result in_pieces(const Int8AttentionKernels& kernels, const Case& c, Blocks& blocks, size_t step) {
  Result result{std::vector<float>(c.q.size()), std::vector<float>(c.shape.num_tokens * c.shape.group)};
  for (size_t from = 0; from < c.shape.num_tokens; from += step) {
    attend_tokens(kernels, c, blocks, KV8_POSITIONS, from, std::min(from + step, c.shape.num_tokens), result);
  }
  return result;
}

void test_shape(const Int8AttentionKernels& kernels, const Shape& shape) {
  const Case c(shape);
  Blocks blocks = c.store(kernels), expected = c.store(int8_attention_scalar);
  expect(std::memcmp(blocks.at(0), expected.at(0), c.num_blocks() * blocks.bytes()) == 0, "stored bytes differ from the scalar ones", shape, 0);

  const Result result = attend_all(kernels, c, blocks);
  const Result scalar = attend_all(int8_attention_scalar, c, expected);
  double error = relative_l2(result.out, scalar.out);
  expect(error < 1e-5, "differs from scalar", shape, error);
  error = highest_difference(result.lse, scalar.lse);
  expect(error < 1e-5, "lse differs from scalar", shape, error);

  const Result f32 = attend_f32(attention_kernels(best_isa()), c);
  error = relative_l2(result.out, f32.out);
  const double limit = shape.data == Data::gaussian ? 0.02 : 0.06;  // outliers: one channel 30 times the others
  expect(error < limit, "error against f32", shape, error);
  error = highest_difference(result.lse, f32.lse);
  expect(error < (shape.data == Data::gaussian ? 0.05 : 0.3), "lse against f32", shape, error);

  for (const size_t step : {2, 7, 16}) {
    if (shape.num_tokens % step == 1) continue;  // single tokens have a kernel of their own
    const Result pieces = in_pieces(kernels, c, blocks, step);
    expect(same_bits(pieces.out, result.out) && same_bits(pieces.lse, result.lse), "depends on how tokens are grouped", shape, static_cast<double>(step));
  }
  Result short_spans = result;
  attend_tokens(kernels, c, blocks, 23, 0, shape.num_tokens, short_spans);
  error = relative_l2(short_spans.out, f32.out);
  expect(error < limit, "error with spans that are parts of blocks", shape, error);
}

/** The kernel of single tokens against tiles, and against that of the scalar instruction set. */
void test_one_token(const Int8AttentionKernels& kernels, const Shape& shape) {
  const Case c(shape);
  Blocks blocks = c.store(kernels);
  const Result tiles = attend_all(kernels, c, blocks);
  const Result single = in_pieces(kernels, c, blocks, 1), scalar = in_pieces(int8_attention_scalar, c, blocks, 1);
  for (const Result* other : {&tiles, &scalar}) {
    double error = relative_l2(single.out, other->out);
    expect(error < 1e-5, "single tokens differ", shape, error);
    error = highest_difference(single.lse, other->lse);
    expect(error < 1e-5, "lse of single tokens differs", shape, error);
  }
}

/** `few`: of the sizes, those that take another way through the kernels. */
void test_kernels(const Int8AttentionKernels& kernels, bool few) {
  for (const size_t head_dim : {64, 80, 96, 128, 256}) {
    for (const size_t group : {1, 3, 4}) {
      if (few && (head_dim > 80 || group != 3)) continue;
      for (const Data data : {Data::gaussian, Data::outliers}) {
        test_shape(kernels, {head_dim, group, 64, 192, 0, data});
        test_shape(kernels, {head_dim, group, 37, 301, 0, data});
        test_shape(kernels, {head_dim, group, 50, 50, 20, data});
        test_shape(kernels, {head_dim, group, 18, 275, 100, data});
        test_shape(kernels, {head_dim, group, 20, 9, 0, data});  // the first tokens see no key
        test_one_token(kernels, {head_dim, group + 1, 20, 203, 0, data});
        test_one_token(kernels, {head_dim, group + 4, 20, 203, 90, data});
        test_one_token(kernels, {head_dim, group, 9, 7, 0, data});
      }
    }
  }
}

}  // namespace
}  // namespace lectern

int main(int argc, char** argv) {
  using namespace lectern;
  if (argc > 1 && std::strcmp(argv[1], "bench") == 0) {
    measure(choose_isa(argc > 2 ? argv[2] : nullptr));
    return 0;
  }
  if (argc > 1 && std::strcmp(argv[1], "sparse") == 0) {
    measure_sparse();
    return 0;
  }
  const bool few = argc > 1 && std::strcmp(argv[1], "few") == 0;
  for (const Isa isa : ISAS) {
    const Int8AttentionKernels* kernels = is_supported(isa) ? int8_attention_kernels(isa) : nullptr;
    if (!kernels) continue;
    test_kernels(*kernels, few);
    std::puts(isa_name(isa));
  }
#ifdef LECTERN_X86_KERNELS
  if (is_supported(Isa::avx512vnni)) {
    test_kernels(int8_attention_ymm_vnni, few);
    std::puts("avxvnni, encoded for avx512vnni");
  }
#endif
}
