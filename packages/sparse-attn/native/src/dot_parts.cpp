#include "dot_parts.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>

#include "kernels/dot.h"
#include "threads.h"

namespace lectern {

namespace {

/** Starting a thread takes as long as a megabyte of rows. */
constexpr size_t MIN_BYTES_PER_THREAD = size_t{1} << 20;

const DotKernel& dot_kernel(Isa isa) {
#ifdef LECTERN_X86_KERNELS
  if (isa != Isa::scalar) return dot_avx2;
#elif defined(LECTERN_ARM_KERNELS)
  if (isa == Isa::neon) return dot_neon;
#else
  static_cast<void>(isa);
#endif
  return dot_scalar;
}

struct Codes {
  std::vector<int16_t> values;  // (dim)
  double step;
};

/** The largest code is 32767, or less where sums of 128 * |code| could leave 32 bits. */
Codes codes_of(const float* q, size_t dim) {
  double largest = 0.0, magnitudes = 0.0;
  for (size_t i = 0; i < dim; i++) {
    largest = std::max(largest, std::fabs(static_cast<double>(q[i])));
    magnitudes += std::fabs(static_cast<double>(q[i]));
  }
  Codes codes{std::vector<int16_t>(dim), 0.0};
  if (!(largest > 0.0)) return codes;
  const double sum_limit = 2147483647.0 / 128.0 - 0.5 * static_cast<double>(dim);  // of magnitudes, less their rounding
  codes.step = largest / std::floor(std::min(32767.0, sum_limit * (largest / magnitudes)));
  for (size_t i = 0; i < dim; i++) codes.values[i] = static_cast<int16_t>(std::nearbyint(static_cast<double>(q[i]) / codes.step));
  return codes;
}

}  // namespace

void dot_parts(Isa isa, const DotPartsJob& job, size_t max_threads) {
  const DotKernel& kernel = dot_kernel(isa);
  const Codes codes = codes_of(job.q, job.dim);
  size_t num_rows = 0;
  for (const RowPart& part : job.parts) num_rows += part.num_rows;
  const size_t num_threads = std::max<size_t>(1, std::min({max_threads, num_rows * job.dim / MIN_BYTES_PER_THREAD, job.parts.size()}));
  std::atomic<size_t> next{0};
  on_threads(num_threads, [&] {
    for (size_t i = next++; i < job.parts.size(); i = next++) {
      const RowPart& part = job.parts[i];
      for (size_t row = 0; row < part.num_rows; row++) {
        const int sum = kernel(part.rows + row * job.dim, codes.values.data(), job.dim);
        job.out[part.first_row + row] = sum * codes.step * static_cast<double>(part.scales[row]);
      }
    }
  });
}

}  // namespace lectern
