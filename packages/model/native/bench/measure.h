// Timing of kernels: least time of many runs, threads started together, the slowest counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace lectern {

inline double now_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/** Least seconds of run(thread), over `rounds` rounds after one that is not counted. */
template <typename Run>
double least_seconds(size_t num_threads, int rounds, const Run& run) {
  std::atomic<size_t> arrived{0};
  std::vector<std::vector<double>> times(num_threads);
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < num_threads; thread++) {
    threads.emplace_back([&, thread] {
      run(thread);
      for (int round = 1; round <= rounds; round++) {
        arrived++;
        while (arrived < static_cast<size_t>(round) * num_threads) {
        }
        const double start = now_seconds();
        run(thread);
        times[thread].push_back(now_seconds() - start);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  double least = 1e9;
  for (int round = 0; round < rounds; round++) {
    double slowest = 0;
    for (const auto& own : times) slowest = std::max(slowest, own[static_cast<size_t>(round)]);
    least = std::min(least, slowest);
  }
  return least;
}

/** What the machine can do at most, on all of `num_threads` together. 0: it has no such instruction. */
struct Ceilings {
  double fma_gflops;
  double dot_gops;  // 8-bit dot products (VNNI)
  double read_gbs;  // memory that no cache holds
};

Ceilings measure_ceilings(size_t num_threads);

void bench_products(size_t num_threads, const Ceilings& ceilings);
void bench_attention(size_t num_threads, const Ceilings& ceilings);
void bench_sparse(size_t num_threads);
void bench_softmax();

}  // namespace lectern
