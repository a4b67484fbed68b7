// What computes the log-sum-exps of a part's blocks: in 8-bit integers where the instruction set has them, else in floats. A block's do
// not depend on who computes them, so they are the same bits for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "attend.h"
#include "block_lse.h"
#include "block_lse_parts.h"
#include "isa.h"
#include "kernels/int8_lse.h"

namespace lectern {

constexpr float LOG2_E = 1.44269504088896340736f;
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

inline const Int8LseKernels* int8_lse(Isa isa, size_t head_dim) {
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
  FloatScorer(Isa isa, const LseQueries& queries) : kernels_(attention_kernels(isa)), queries_(queries) {}

  void score(const KeyPart& part, float* lse) {
    block_lse(kernels_, {queries_.q, queries_.head_dim, queries_.num_queries, queries_.head_dim, queries_.softmax_scale, part.block_starts, 0,
                         part.num_blocks, nullptr, part.keys, part.key_scales, lse}, scratch_);
  }

 private:
  const AttentionKernels& kernels_;
  const LseQueries& queries_;
  AttendScratch scratch_;
};

/** One head's queries, made ready for any number of threads. They must outlive it. */
class PackedQueries {
 public:
  PackedQueries(Isa isa, const LseQueries& queries, bool exact)
      : isa_(isa), queries_(queries), kernels_(exact ? nullptr : int8_lse(isa, queries.head_dim)), arena_(kernels_ ? code_bytes() + scale_bytes() : 0) {
    if (!kernels_) return;
    packed_ = {queries.num_queries, queries.head_dim, arena_.take<short>(code_bytes()), arena_.take<float>(scale_bytes())};
    kernels_->pack(packed_, queries.q, queries.softmax_scale * LOG2_E);
  }
  PackedQueries(const PackedQueries&) = delete;

  const LseQueries& queries() const { return queries_; }

  /** A thread's own scratch over the shared queries. */
  class Scorer {
   public:
    explicit Scorer(const PackedQueries& of) {
      if (of.kernels_) integers_.emplace(*of.kernels_, of.packed_);
      else floats_.emplace(of.isa_, of.queries_);
    }
    /** lse: (part.num_blocks, num_queries). */
    void score(const KeyPart& part, float* lse) {
      if (integers_) integers_->score(part, lse);
      else floats_->score(part, lse);
    }

   private:
    std::optional<IntegerScorer> integers_;
    std::optional<FloatScorer> floats_;
  };

 private:
  size_t lanes() const { return lse_vectors(queries_.num_queries, kernels_->lanes) * kernels_->lanes; }
  size_t code_bytes() const { return Arena::rounded(lanes() * queries_.head_dim * sizeof(short)); }
  size_t scale_bytes() const { return Arena::rounded(lanes() * sizeof(float)); }

  Isa isa_;
  LseQueries queries_;
  const Int8LseKernels* kernels_;
  Arena arena_;
  Int8LseQueries packed_{};
};

}  // namespace lectern
