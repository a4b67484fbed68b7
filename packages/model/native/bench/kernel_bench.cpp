// Rates of the kernels against what the machine's instructions and memory allow, measured in the same run: one JSON object per line.
// kernel_bench [threads [ceilings]] | softmax
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "isa.h"
#include "measure.h"

int main(int argc, char** argv) {
  using namespace lectern;
  if (argc > 1 && std::strcmp(argv[1], "softmax") == 0) return bench_softmax(), 0;
  const size_t num_threads = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : std::thread::hardware_concurrency();
  const Ceilings ceilings = measure_ceilings(num_threads);
  std::printf("{\"kernel\": \"ceilings\", \"isa\": \"%s\", \"threads\": %zu, \"fmaGflops\": %.1f, \"dotGops\": %.1f, \"readGbPerSecond\": %.1f}\n",
              isa_name(best_isa()), num_threads, ceilings.fma_gflops, ceilings.dot_gops, ceilings.read_gbs);
  if (argc > 2 && std::strcmp(argv[2], "ceilings") == 0) return 0;
  bench_products(num_threads, ceilings);
  bench_attention(num_threads, ceilings);
  bench_sparse(num_threads);
  return 0;
}
