#include <cstring>

#include "isa.h"
#include "measure.h"
#include "weights/buffer.h"

namespace lectern {

#ifdef LECTERN_X86_KERNELS
float fma_loop(size_t count);
float dot_loop(size_t count);
float read_loop(const char* bytes, size_t count);

Ceilings measure_ceilings(size_t num_threads) {
  if (best_isa() != Isa::avx512vnni) return {0, 0, 0};
  constexpr size_t COUNT = 20'000, CHAINS = 24, LANES = 16, READ_BYTES = size_t{128} << 20;
  std::vector<float> sink(num_threads * 16);
  const auto threads = static_cast<double>(num_threads);
  const double fma = least_seconds(num_threads, 40, [&](size_t t) { sink[16 * t] = fma_loop(COUNT); });
  const double dot = least_seconds(num_threads, 40, [&](size_t t) { sink[16 * t] = dot_loop(COUNT); });
  Buffer memory(num_threads * READ_BYTES);
  std::memset(memory.as<char>(), 1, memory.bytes());
  const double read = least_seconds(num_threads, 15, [&](size_t t) { sink[16 * t] = read_loop(memory.as<char>(t * READ_BYTES), READ_BYTES / 64); });
  return {threads * 2e-9 * COUNT * CHAINS * LANES / fma, threads * 8e-9 * COUNT * CHAINS * LANES / dot, threads * 1e-9 * READ_BYTES / read};
}
#else
Ceilings measure_ceilings(size_t) { return {0, 0, 0}; }
#endif

}  // namespace lectern
