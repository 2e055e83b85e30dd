// Work that gives way to those who wait for an answer: a thread of its own with the lowest priority there is.
#pragma once

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <exception>
#include <functional>
#include <system_error>
#include <thread>

namespace engram {

/** Weight 15 beside the usual 1,024 (sched(7), nice 19): beside others that are busy the work takes long. It
 * must hold no lock that they wait for. */
inline constexpr int kLowestPriority = 19;

/** Does `work` there and waits; in this thread where the system has no other left. A pool's own thread could
 * be lowered but, without privilege, never raised again. */
inline void in_background(const std::function<void()>& work) {
  std::exception_ptr failure;
  const auto lowered = [&] {
    // On Linux this is of the calling thread only; where it fails the work is done at the usual priority.
    (void)setpriority(PRIO_PROCESS, static_cast<id_t>(syscall(SYS_gettid)), kLowestPriority);
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
  };
  std::thread thread;
  try {
    thread = std::thread(lowered);
  } catch (const std::system_error&) {
    return work();
  }
  thread.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace engram
