// Attention at equal work (12 query heads, 64 dimensions) with keys and values shared by 1, 3 and 4 query heads: a block that is loaded once
// for the whole group costs each of its heads the group's share of the bytes.
#include <cstdio>
#include <random>

#include "attend_i8.h"
#include "measure.h"
#include "weights/buffer.h"

namespace lectern {

namespace {

constexpr size_t QUERY_HEADS = 12, HEAD_DIM = 64;

std::vector<float> normal_values(size_t count, float deviation) {
  std::vector<float> values(count);
  std::mt19937 random(3);
  std::normal_distribution<float> normal(0, deviation);
  for (float& value : values) value = normal(random);
  return values;
}

/** int8 blocks of one thread's KV heads, all different memory. */
struct Blocks {
  Buffer buffer;
  size_t bytes = kv8_layout(HEAD_DIM).bytes;
  Blocks(const Int8AttentionKernels& kernels, size_t count) : buffer(count * kv8_layout(HEAD_DIM).bytes) {
    const std::vector<float> rows = normal_values(2 * KV8_POSITIONS * HEAD_DIM, 1);
    for (size_t b = 0; b < count; b++) {
      for (size_t slot = 0; slot < KV8_POSITIONS; slot++) {
        kernels.store_key(at(b), slot, rows.data() + slot * HEAD_DIM, HEAD_DIM);
        kernels.store_value(at(b), slot, rows.data() + (KV8_POSITIONS + slot) * HEAD_DIM, HEAD_DIM);
      }
    }
  }
  uint8_t* at(size_t block) const { return buffer.as<uint8_t>(block * bytes); }
};

/** Every KV head of a thread over its own `num_blocks` blocks, all seen by `num_tokens` tokens. */
double int8_seconds(const Int8AttentionKernels& kernels, size_t group, size_t num_tokens, size_t num_blocks, size_t num_threads) {
  const size_t kv_heads = QUERY_HEADS / group;
  const Blocks blocks(kernels, kv_heads * num_blocks * num_threads);
  const size_t stride = group * HEAD_DIM;
  const std::vector<float> q = normal_values(num_tokens * stride, 1);
  std::vector<std::vector<float>> out(num_threads, std::vector<float>(q.size()));
  std::vector<AttendScratch> scratch(num_threads);
  return least_seconds(num_threads, 15, [&](size_t thread) {
    std::vector<Int8KeySpan> spans(num_blocks);
    for (size_t head = 0; head < kv_heads; head++) {
      for (size_t b = 0; b < num_blocks; b++) spans[b] = {blocks.at((thread * kv_heads + head) * num_blocks + b), 0, KV8_POSITIONS, static_cast<int64_t>(b * KV8_POSITIONS)};
      attend_i8(kernels, {q.data(), stride, num_tokens, group, HEAD_DIM, 0.125f, spans.data(), num_blocks, int64_t{1} << 40, 0, out[thread].data(), stride, nullptr, 0}, scratch[thread]);
    }
  });
}

double f32_seconds(size_t group, size_t num_tokens, size_t num_blocks, size_t num_threads) {
  const AttentionKernels& kernels = attention_kernels(best_isa());
  const size_t kv_heads = QUERY_HEADS / group, stride = group * HEAD_DIM, keys = num_blocks * KEYS_PER_CALL;
  const std::vector<float> q = normal_values(num_tokens * stride, 1), kv = normal_values(kv_heads * num_threads * 2 * keys * HEAD_DIM, 1);
  std::vector<std::vector<float>> out(num_threads, std::vector<float>(q.size()));
  std::vector<AttendScratch> scratch(num_threads);
  return least_seconds(num_threads, 8, [&](size_t thread) {
    std::vector<KeySpan> spans(num_blocks);
    for (size_t head = 0; head < kv_heads; head++) {
      const float* k = kv.data() + (thread * kv_heads + head) * 2 * keys * HEAD_DIM;
      for (size_t b = 0; b < num_blocks; b++) {
        const size_t first = b * KEYS_PER_CALL;
        spans[b] = {k + first * HEAD_DIM, k + (keys + first) * HEAD_DIM, KEYS_PER_CALL, static_cast<int64_t>(first)};
      }
      attend(kernels, {q.data(), stride, num_tokens, group, HEAD_DIM, 0.125f, spans.data(), num_blocks, HEAD_DIM, int64_t{1} << 40, 0, out[thread].data(), stride, nullptr, 0}, scratch[thread]);
    }
  });
}

void print(const char* precision, size_t group, size_t num_tokens, size_t num_blocks, size_t num_threads, double seconds, double block_bytes, const Ceilings& c) {
  const double keys = static_cast<double>(num_blocks * KV8_POSITIONS), threads = static_cast<double>(num_threads);
  const double flops = 4.0 * static_cast<double>(QUERY_HEADS * num_tokens * HEAD_DIM) * keys * threads;
  const double bytes_per_head = block_bytes * static_cast<double>(num_blocks) / static_cast<double>(group);
  const double bytes = bytes_per_head * QUERY_HEADS * threads;
  // Roofline: no faster than the loads allow, nor than the arithmetic (8 bits: half the dot products' rate would be reached without softmax).
  std::printf("{\"kernel\": \"attention\", \"precision\": \"%s\", \"group\": %zu, \"tokens\": %zu, \"keys\": %.0f, \"threads\": %zu, \"gflops\": %.1f, "
              "\"ofFma\": %.2f, \"bytesPerQueryHead\": %.0f, \"gbPerSecond\": %.1f, \"ofRead\": %.3f}\n",
              precision, group, num_tokens, keys, num_threads, 1e-9 * flops / seconds, c.fma_gflops > 0 ? 1e-9 * flops / seconds / c.fma_gflops : 0.0, bytes_per_head,
              1e-9 * bytes / seconds, c.read_gbs > 0 ? 1e-9 * bytes / seconds / c.read_gbs : 0.0);
}

}  // namespace

void bench_attention(size_t num_threads, const Ceilings& ceilings) {
  const Int8AttentionKernels* int8 = int8_attention_kernels(best_isa());
  const auto int8_bytes = static_cast<double>(kv8_layout(HEAD_DIM).bytes);
  constexpr double F32_BYTES = 2.0 * KEYS_PER_CALL * HEAD_DIM * sizeof(float);
  for (const size_t group : {1, 3, 4}) {
    // Many queries over few keys: arithmetic. One query over keys that no cache holds: loads.
    for (const auto& [num_tokens, num_blocks] : {std::pair<size_t, size_t>{64, 32}, {1, 2048}}) {
      if (int8) print("int8", group, num_tokens, num_blocks, num_threads, int8_seconds(*int8, group, num_tokens, num_blocks, num_threads), int8_bytes, ceilings);
      print("f32", group, num_tokens, num_blocks, num_threads, f32_seconds(group, num_tokens, num_blocks, num_threads), F32_BYTES, ceilings);
    }
  }
}

/** One token over 1M stored tokens of one KV head, group of 3: all of them, and 128 blocks of them. */
void bench_sparse(size_t num_threads) {
  const Int8AttentionKernels* kernels = int8_attention_kernels(best_isa());
  if (!kernels) return;
  constexpr size_t NUM_BLOCKS = 16'384, BUDGET = 128, GROUP = 3;
  const Blocks blocks(*kernels, NUM_BLOCKS);
  const std::vector<float> q = normal_values(GROUP * HEAD_DIM, 1);
  std::vector<std::vector<float>> out(num_threads, std::vector<float>(q.size()));
  std::vector<AttendScratch> scratch(num_threads);
  const auto seconds = [&](size_t num_blocks) {
    return least_seconds(num_threads, 10, [&](size_t thread) {
      std::vector<Int8KeySpan> spans;
      for (size_t i = num_blocks * thread / num_threads; i < num_blocks * (thread + 1) / num_threads; i++) {
        const size_t b = i * (NUM_BLOCKS / num_blocks);  // spread over the whole
        spans.push_back({blocks.at(b), 0, KV8_POSITIONS, static_cast<int64_t>(b * KV8_POSITIONS)});
      }
      attend_i8(*kernels, {q.data(), GROUP * HEAD_DIM, 1, GROUP, HEAD_DIM, 0.125f, spans.data(), spans.size(), int64_t{1} << 40, 0, out[thread].data(), GROUP * HEAD_DIM, nullptr, 0}, scratch[thread]);
    });
  };
  const double dense = seconds(NUM_BLOCKS), sparse = seconds(BUDGET);
  std::printf("{\"kernel\": \"sparse decode\", \"tokens\": %zu, \"budgetBlocks\": %zu, \"threads\": %zu, \"denseMs\": %.3f, \"sparseMs\": %.4f, \"ratio\": %.1f}\n",
              NUM_BLOCKS * KV8_POSITIONS, BUDGET, num_threads, 1e3 * dense, 1e3 * sparse, dense / sparse);
}

}  // namespace lectern
