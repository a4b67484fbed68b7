// Measurements of int8 attention beside f32: the least time of many runs.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <thread>

#include "int8_case.h"

namespace lectern {
namespace {

constexpr size_t NUM_BLOCKS = 32;

double seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

/** Least time of `run(thread)`, started on all threads at once; that of the slowest thread counts. */
template <typename Run>
double least_seconds(size_t num_threads, const Run& run) {
  constexpr int ROUNDS = 60;
  std::atomic<size_t> arrived{0};
  std::vector<std::vector<double>> times(num_threads, std::vector<double>(ROUNDS));
  std::vector<std::thread> threads;
  for (size_t thread = 0; thread < num_threads; thread++) {
    threads.emplace_back([&, thread] {
      run(thread);
      for (size_t round = 0; round < ROUNDS; round++) {
        arrived++;
        while (arrived < (round + 1) * num_threads) {
        }
        const double start = seconds();
        run(thread);
        times[thread][round] = seconds() - start;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  double least = 1e9;
  for (size_t round = 0; round < ROUNDS; round++) {
    double slowest = 0;
    for (const auto& own : times) slowest = std::max(slowest, own[round]);
    least = std::min(least, slowest);
  }
  return least;
}

/** The last 64 tokens of 3 heads see every key: first_query is beyond the last block. */
void measure_tiles(Isa isa, const Int8AttentionKernels* kernels, size_t head_dim, size_t num_threads) {
  const Case c({head_dim, 3, 64, NUM_BLOCKS * KV8_POSITIONS, 0, Data::gaussian});
  const size_t row = 3 * head_dim;
  std::vector<std::vector<float>> out(num_threads, std::vector<float>(c.q.size()));
  std::vector<AttendScratch> scratch(num_threads);
  Blocks blocks = c.store(kernels ? *kernels : int8_attention_scalar);
  std::vector<Int8KeySpan> spans;
  std::vector<KeySpan> spans_f32;
  for (size_t block = 0; block < NUM_BLOCKS; block++) {
    const auto first = static_cast<int64_t>(block * KV8_POSITIONS);
    spans.push_back({blocks.at(block), 0, KV8_POSITIONS, first});
    spans_f32.push_back({c.k.data() + block * KV8_POSITIONS * head_dim, c.v.data() + block * KV8_POSITIONS * head_dim, KV8_POSITIONS, first});
  }
  const double time = least_seconds(num_threads, [&](size_t thread) {
    if (kernels) {
      attend_i8(*kernels, {c.q.data(), row, 64, 3, head_dim, 0.125f, spans.data(), NUM_BLOCKS, 1 << 20, 0, out[thread].data(), row, nullptr, 0}, scratch[thread]);
    } else {
      attend(attention_kernels(isa),
             {c.q.data(), row, 64, 3, head_dim, 0.125f, spans_f32.data(), NUM_BLOCKS, head_dim, 1 << 20, 0, out[thread].data(), row, nullptr, 0}, scratch[thread]);
    }
  });
  const double flops = 4.0 * 192 * NUM_BLOCKS * KV8_POSITIONS * static_cast<double>(head_dim * num_threads);
  std::printf("%s, head_dim %zu, %zu blocks, %zu thread(s): %.0f GFLOP/s, %.2f us per block of 192 rows\n", kernels ? "int8" : "f32", head_dim, NUM_BLOCKS,
              num_threads, flops / time * 1e-9, time * 1e6 / NUM_BLOCKS);
}

/** One token of 3 heads over keys of `num_blocks` blocks: few stay in the caches, many come from memory. */
void measure_one_token(const Int8AttentionKernels& kernels, size_t head_dim, size_t num_blocks, size_t num_threads) {
  const Case c({head_dim, 3, 1, NUM_BLOCKS * KV8_POSITIONS, 0, Data::gaussian});
  Blocks source = c.store(kernels);
  Blocks blocks(num_blocks * num_threads, head_dim);
  for (size_t block = 0; block < num_blocks * num_threads; block++) std::memcpy(blocks.at(block), source.at(block % NUM_BLOCKS), blocks.bytes());
  std::vector<std::vector<Int8KeySpan>> spans(num_threads);
  for (size_t block = 0; block < num_blocks * num_threads; block++) {
    spans[block / num_blocks].push_back({blocks.at(block), 0, KV8_POSITIONS, static_cast<int64_t>(block * KV8_POSITIONS)});
  }
  std::vector<std::vector<float>> out(num_threads, std::vector<float>(c.q.size()));
  std::vector<AttendScratch> scratch(num_threads);
  const double time = least_seconds(num_threads, [&](size_t thread) {
    attend_i8(kernels, {c.q.data(), 3 * head_dim, 1, 3, head_dim, 0.125f, spans[thread].data(), num_blocks, int64_t{1} << 40, 0, out[thread].data(), 3 * head_dim, nullptr, 0}, scratch[thread]);
  });
  std::printf("one token, 3 heads, head_dim %zu, %zu blocks, %zu thread(s): %.0f ns per block, %.1f GB/s\n", head_dim, num_blocks, num_threads,
              time * 1e9 / static_cast<double>(num_blocks), static_cast<double>(num_blocks * num_threads * blocks.bytes()) / time * 1e-9);
}

void measure_writers(const Int8AttentionKernels& kernels, size_t head_dim) {
  const Case c({head_dim, 1, 1, 1024, 0, Data::gaussian});
  Blocks blocks(c.num_blocks(), head_dim);
  for (const auto store : {kernels.store_key, kernels.store_value}) {
    const double time = least_seconds(1, [&](size_t) {
      for (size_t key = 0; key < 1024; key++) store(blocks.at(key / KV8_POSITIONS), key % KV8_POSITIONS, c.k.data() + key * head_dim, head_dim);
    });
    std::printf("%s, head_dim %zu: %.1f ns per row\n", store == kernels.store_key ? "store_key" : "store_value", head_dim, time * 1e9 / 1024);
  }
}

}  // namespace

void measure(Isa isa) {
  const Int8AttentionKernels* best = int8_attention_kernels(isa);
  for (const size_t head_dim : {64, 128}) {
    for (const size_t num_threads : {1, 2}) {
      measure_tiles(isa, nullptr, head_dim, num_threads);
      if (best) measure_tiles(isa, best, head_dim, num_threads);
    }
    if (!best) continue;
    measure_writers(*best, head_dim);
    measure_one_token(*best, head_dim, 32, 1);
    for (const size_t num_threads : {1, 2}) measure_one_token(*best, head_dim, 8192, num_threads);
  }
}

}  // namespace lectern
