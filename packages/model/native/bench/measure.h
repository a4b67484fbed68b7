// Timing of kernels: least time of many runs, threads started together, the slowest counts.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#ifdef __linux__
#include <sched.h>
#endif

namespace lectern {

inline double now_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/** To the index-th of the processors that this process may use: two short threads on one processor would measure half of the machine. */
inline void pin_thread(size_t index) {
#ifdef __linux__
  static const cpu_set_t allowed = [] {
    cpu_set_t set;
    CPU_ZERO(&set);
    sched_getaffinity(0, sizeof set, &set);
    return set;
  }();
  size_t wanted = index % static_cast<size_t>(std::max(1, CPU_COUNT(&allowed)));
  for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
    if (!CPU_ISSET(cpu, &allowed) || wanted-- != 0) continue;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    return;
  }
#else
  (void)index;
#endif
}

/** Least seconds of run(thread), over `rounds` rounds after one that is not counted. */
template <typename Run>
double least_seconds(size_t num_threads, int rounds, const Run& run) {
  std::atomic<size_t> arrived{0};
  std::vector<std::vector<double>> times(num_threads);
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < num_threads; thread++) {
    threads.emplace_back([&, thread] {
      pin_thread(thread);
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
