// Threads take one part after the other.
#include "block_lse_parts.h"

#include <algorithm>
#include <atomic>

#include "lse_scorers.h"
#include "threads.h"

namespace lectern {

namespace {

/** Starting a thread takes as long as some thousands of keys. */
constexpr size_t MIN_KEYS_PER_THREAD = 16 * 1024;

}  // namespace

size_t useful_threads(const std::vector<KeyPart>& parts, size_t max_threads) {
  size_t num_keys = 0;
  for (const KeyPart& part : parts) num_keys += part.num_keys;
  return std::max<size_t>(1, std::min({max_threads, num_keys / MIN_KEYS_PER_THREAD, parts.size()}));
}

void block_lse_parts(Isa isa, const BlockLsePartsJob& job, size_t max_threads) {
  const LseQueries& queries = job.queries;
  if (queries.num_queries == 0) return;
  const PackedQueries packed(isa, queries, job.exact);
  std::atomic<size_t> next{0};
  on_threads(useful_threads(job.parts, max_threads), [&] {
    PackedQueries::Scorer scorer(packed);
    for (size_t i = next++; i < job.parts.size(); i = next++) scorer.score(job.parts[i], job.lse + job.parts[i].first_block * queries.num_queries);
  });
}

}  // namespace lectern
