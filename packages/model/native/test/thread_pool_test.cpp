// The thread pool under stress: every chunk runs exactly once, on jobs shorter than a wake-up, in several pools at once, with errors.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

#include "threads/thread_pool.h"

namespace {

void expect(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "failed: %s\n", what);
  std::exit(1);
}

void every_chunk_once(size_t num_threads, size_t num_jobs) {
  lectern::ThreadPool pool(num_threads);
  for (size_t job = 0; job < num_jobs; job++) {
    const size_t num_chunks = job % 37;
    std::vector<std::atomic<int>> runs(num_chunks);
    std::atomic<size_t> highest_thread{0};
    pool.run(num_chunks, [&](size_t chunk, size_t thread) {
      runs[chunk]++;
      if (thread >= num_threads) highest_thread = thread;
    });
    for (const auto& count : runs) expect(count == 1, "a chunk did not run exactly once");
    expect(highest_thread == 0, "a thread index beyond the pool");
    if (job % 97 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));  // helpers fall asleep
  }
}

void errors_reach_the_caller() {
  lectern::ThreadPool pool(3);
  for (int i = 0; i < 200; i++) {
    bool caught = false;
    std::atomic<int> runs{0};
    try {
      pool.run(20, [&](size_t chunk, size_t) {
        runs++;
        if (chunk == 7) throw std::runtime_error("chunk 7");
      });
    } catch (const std::runtime_error&) {
      caught = true;
    }
    expect(caught && runs == 20, "an error was lost or stopped other chunks");
  }
}

}  // namespace

int main() {
  for (size_t num_threads : {1, 2, 3, 8}) every_chunk_once(num_threads, 3000);
  std::vector<std::thread> users;
  for (size_t num_threads : {1, 2, 4}) users.emplace_back([num_threads] { every_chunk_once(num_threads, 2000); });
  for (auto& user : users) user.join();
  errors_reach_the_caller();
  std::puts("ok");
}
