// Work that threads share: each takes the next piece until there is none.
#pragma once

#include <cstddef>
#include <system_error>
#include <thread>
#include <vector>

namespace lectern {

/** Runs `work` on this thread and on up to num_threads - 1 others. */
template <typename Work>
void on_threads(size_t num_threads, const Work& work) {
  std::vector<std::thread> threads;
  try {
    for (size_t i = 1; i < num_threads; i++) threads.emplace_back(work);
  } catch (const std::system_error&) {  // no more to be had: those that run do it
  }
  work();
  for (std::thread& thread : threads) thread.join();
}

}  // namespace lectern
