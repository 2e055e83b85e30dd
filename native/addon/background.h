// Work that gives way to those who wait for an answer: a thread of its own with the lowest priority there is.
#pragma once

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <exception>
#include <optional>
#include <thread>
#include <utility>

namespace engram {

/** Weight 15 beside the usual 1,024 (sched(7), nice 19). A lock that it holds is not waited for long: who
 * waits for it leaves the processor to it. */
inline constexpr int kLowestPriority = 19;

/** Does `work` there and waits. A pool's own thread could be lowered but, without privilege, never raised
 * again. */
template <typename Work>
auto in_background(Work&& work) {
  std::optional<decltype(work())> result;
  std::exception_ptr failure;
  std::thread thread([&] {
    // On Linux this is of the calling thread only; where it fails the work is done at the usual priority.
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kLowestPriority);
    try {
      result.emplace(work());
    } catch (...) {
      failure = std::current_exception();
    }
  });
  thread.join();
  if (failure) std::rethrow_exception(failure);
  return std::move(*result);
}

}  // namespace engram
