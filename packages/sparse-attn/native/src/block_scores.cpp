#include "block_scores.h"

#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "lse_scorers.h"

namespace lectern {

namespace {

/** Products of masses stay far inside a double's range, so that a block takes one logarithm instead of one for each query. */
constexpr double LEAST_PRODUCT = 1e-200, LARGEST_PRODUCT = 1e200;

double block_score(const HeadScoring& head, double floor, const float* lse, int32_t extra_index) {
  const size_t num_queries = head.queries.num_queries;
  const float* extra = extra_index < 0 ? nullptr : head.extra + static_cast<size_t>(extra_index) * num_queries;
  double score = 0.0, product = 1.0;
  for (size_t i = 0; i < num_queries; i++) {
    const double mass = std::exp(static_cast<double>(lse[i]) - static_cast<double>(head.z[i])) + (extra ? static_cast<double>(extra[i]) : 0.0) + floor;
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

}  // namespace

BlockScoresRun::BlockScoresRun(Isa isa, BlockScoresJob job, size_t max_threads) : job_(std::move(job)) {
  if (job_.heads.empty()) return;
  for (const HeadScoring& head : job_.heads) queries_.push_back(std::make_unique<PackedQueries>(isa, head.queries, false));
  try {
    for (size_t i = useful_threads(job_.heads[0].parts, max_threads); i > 1; i--) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {  // no more to be had: finish() does it
  }
}

BlockScoresRun::~BlockScoresRun() {
  if (!job_.heads.empty()) next_ = job_.heads[0].parts.size();
  join();
}

void BlockScoresRun::finish() {
  work();
  join();
}

void BlockScoresRun::join() {
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void BlockScoresRun::work() {
  if (job_.heads.empty()) return;
  std::vector<std::unique_ptr<PackedQueries::Scorer>> scorers;
  for (const auto& queries : queries_) scorers.push_back(std::make_unique<PackedQueries::Scorer>(*queries));
  std::vector<float> lse;
  const size_t num_parts = job_.heads[0].parts.size();
  for (size_t i = next_++; i < num_parts; i = next_++) {
    for (size_t h = 0; h < job_.heads.size(); h++) {
      const HeadScoring& head = job_.heads[h];
      const size_t num_queries = head.queries.num_queries;
      if (num_queries == 0) continue;
      const KeyPart& part = head.parts[i];
      lse.resize(part.num_blocks * num_queries);
      scorers[h]->score(part, lse.data());
      for (size_t b = 0; b < part.num_blocks; b++) {
        const size_t block = part.first_block + b;
        job_.scores[block] += head.weight * block_score(head, job_.floor, lse.data() + b * num_queries, job_.extra_of[block]);
      }
    }
  }
}

}  // namespace lectern
