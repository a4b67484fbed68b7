// Threads take one part after the other. A block's scores do not depend on who computes them, so they are the same bits for any number.
#include "block_lse_parts.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>

#include "attend.h"
#include "block_lse.h"
#include "kernels/int8_lse.h"
#include "threads.h"

namespace lectern {

namespace {

constexpr float LOG2_E = 1.44269504088896340736f;
/** Starting a thread takes as long as some thousands of keys. */
constexpr size_t MIN_KEYS_PER_THREAD = 16 * 1024;
constexpr size_t ALIGNMENT = 64;

/** Zeroed memory that is handed out in 64-byte aligned pieces. */
class Arena {
 public:
  explicit Arena(size_t num_bytes) : bytes_(new unsigned char[num_bytes + ALIGNMENT]()) {
    next_ = bytes_.get() + (ALIGNMENT - reinterpret_cast<uintptr_t>(bytes_.get()) % ALIGNMENT) % ALIGNMENT;
  }
  static size_t rounded(size_t num_bytes) { return (num_bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT; }
  template <typename T>
  T* take(size_t num_bytes) {
    T* piece = reinterpret_cast<T*>(next_);
    next_ += rounded(num_bytes);
    return piece;
  }

 private:
  std::unique_ptr<unsigned char[]> bytes_;
  unsigned char* next_;
};

const Int8LseKernels* int8_lse(Isa isa, size_t head_dim) {
#ifdef LECTERN_X86_KERNELS
  if (head_dim % 2 != 0 || head_dim > MAX_LSE_HEAD_DIM) return nullptr;
  switch (isa) {
    case Isa::avx2: return &int8_lse_avx2;
    case Isa::avxvnni: return &int8_lse_avxvnni;
    case Isa::avx512: return &int8_lse_avx512;
    case Isa::avx512vnni: return &int8_lse_avx512vnni;
    default: return nullptr;
  }
#else
  static_cast<void>(isa);
  static_cast<void>(head_dim);
  return nullptr;
#endif
}

/** Scores parts in 8-bit integers. The queries are shared; the scratch is a thread's own. */
class IntegerScorer {
 public:
  IntegerScorer(const Int8LseKernels& kernels, const Int8LseQueries& queries)
      : kernels_(kernels), queries_(queries), arena_(scratch_bytes(kernels, queries)) {
    const size_t width = width_bytes(kernels, queries);
    scratch_ = {arena_.take<short>(KEYS_PER_CALL * queries.head_dim * sizeof(short)),
                arena_.take<float>(KEYS_PER_CALL * kernels.lanes * sizeof(float)), arena_.take<float>(width), arena_.take<float>(width)};
  }

  void score(const KeyPart& part, float* lse) {
    for (size_t block = 0; block < part.num_blocks; block++) {
      const auto start = static_cast<size_t>(part.block_starts[block]), end = static_cast<size_t>(part.block_starts[block + 1]);
      kernels_.block_lse(queries_, part.keys + start * queries_.head_dim, part.key_scales + start, end - start, scratch_,
                         lse + block * queries_.num_queries);
    }
  }

 private:
  /** Of a number for each query, in whole vectors. */
  static size_t width_bytes(const Int8LseKernels& kernels, const Int8LseQueries& q) {
    return Arena::rounded(lse_vectors(q.num_queries, kernels.lanes) * kernels.lanes * sizeof(float));
  }
  static size_t scratch_bytes(const Int8LseKernels& kernels, const Int8LseQueries& q) {
    return KEYS_PER_CALL * (q.head_dim * sizeof(short) + kernels.lanes * sizeof(float)) + 2 * width_bytes(kernels, q);
  }

  const Int8LseKernels& kernels_;
  const Int8LseQueries& queries_;
  Arena arena_;
  Int8LseScratch scratch_;
};

/** Keys widened to floats: any instruction set. */
class FloatScorer {
 public:
  FloatScorer(Isa isa, const BlockLsePartsJob& job) : kernels_(attention_kernels(isa)), job_(job) {}

  void score(const KeyPart& part, float* lse) {
    block_lse(kernels_, {job_.q, job_.head_dim, job_.num_queries, job_.head_dim, job_.softmax_scale, part.block_starts, 0, part.num_blocks,
                         nullptr, part.keys, part.key_scales, lse}, scratch_);
  }

 private:
  const AttentionKernels& kernels_;
  const BlockLsePartsJob& job_;
  AttendScratch scratch_;
};

/** Products of masses stay far inside a double's range, so that a block takes one logarithm instead of one for each query. */
constexpr double LEAST_PRODUCT = 1e-200, LARGEST_PRODUCT = 1e200;

double block_score(const BlockScoring& scoring, const float* lse, size_t num_queries, size_t block) {
  const int32_t index = scoring.extra_of[block];
  const float* extra = index < 0 ? nullptr : scoring.extra + static_cast<size_t>(index) * num_queries;
  double score = 0.0, product = 1.0;
  for (size_t i = 0; i < num_queries; i++) {
    const double mass = std::exp(static_cast<double>(lse[i]) - static_cast<double>(scoring.z[i])) + (extra ? static_cast<double>(extra[i]) : 0.0) + scoring.floor;
    const double next = product * mass;
    if (next > LEAST_PRODUCT && next < LARGEST_PRODUCT) {
      product = next;
    } else {
      score += std::log(product) + std::log(mass);
      product = 1.0;
    }
  }
  return score + std::log(product);
}

void score_blocks(const BlockScoring& scoring, const KeyPart& part, const float* lse, size_t num_queries) {
  for (size_t b = 0; b < part.num_blocks; b++) {
    const size_t block = part.first_block + b;
    scoring.scores[block] += scoring.weight * block_score(scoring, lse + b * num_queries, num_queries, block);
  }
}

/** `scoring`: null where the log-sum-exps themselves are wanted. */
template <typename MakeScorer>
void score_parts(const BlockLsePartsJob& job, const BlockScoring* scoring, size_t num_threads, const MakeScorer& make_scorer) {
  std::atomic<size_t> next{0};
  on_threads(num_threads, [&] {
    auto scorer = make_scorer();
    std::vector<float> lse;
    for (size_t i = next++; i < job.parts.size(); i = next++) {
      const KeyPart& part = job.parts[i];
      if (scoring) {
        lse.resize(part.num_blocks * job.num_queries);
        scorer.score(part, lse.data());
        score_blocks(*scoring, part, lse.data(), job.num_queries);
      } else {
        scorer.score(part, job.lse + part.first_block * job.num_queries);
      }
    }
  });
}

void run(Isa isa, const BlockLsePartsJob& job, const BlockScoring* scoring, size_t max_threads) {
  if (job.num_queries == 0) return;
  size_t num_keys = 0;
  for (const KeyPart& part : job.parts) num_keys += part.num_keys;
  const size_t num_threads = std::max<size_t>(1, std::min({max_threads, num_keys / MIN_KEYS_PER_THREAD, job.parts.size()}));
  const Int8LseKernels* kernels = job.exact ? nullptr : int8_lse(isa, job.head_dim);
  if (kernels == nullptr) {
    score_parts(job, scoring, num_threads, [&] { return FloatScorer(isa, job); });
    return;
  }
  const size_t lanes = lse_vectors(job.num_queries, kernels->lanes) * kernels->lanes;
  const size_t code_bytes = lanes * job.head_dim * sizeof(short), scale_bytes = lanes * sizeof(float);
  Arena arena(Arena::rounded(code_bytes) + Arena::rounded(scale_bytes));
  const Int8LseQueries queries{job.num_queries, job.head_dim, arena.take<short>(code_bytes), arena.take<float>(scale_bytes)};
  kernels->pack(queries, job.q, job.softmax_scale * LOG2_E);
  score_parts(job, scoring, num_threads, [&] { return IntegerScorer(*kernels, queries); });
}

}  // namespace

void block_lse_parts(Isa isa, const BlockLsePartsJob& job, size_t max_threads) { run(isa, job, nullptr, max_threads); }

void block_scores(Isa isa, const BlockLsePartsJob& job, const BlockScoring& scoring, size_t max_threads) { run(isa, job, &scoring, max_threads); }

}  // namespace lectern
