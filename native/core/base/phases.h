// Where a call's time went, for diagnosis: what it waited for (a lock, the disk) is added up per thread while
// somebody asks for it. It reads the machine's clock itself, since it tells of the machine, not of the data,
// and changes no state.
#pragma once

#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <shared_mutex>

namespace engram {

/** Nanoseconds on the monotonic clock, the one that process.hrtime reads. */
inline uint64_t monotonic_ns() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

/** CPU time of this thread. */
inline uint64_t thread_cpu_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<uint64_t>(time.tv_sec) * 1'000'000'000U + static_cast<uint64_t>(time.tv_nsec);
}

struct Phases {
  bool active = false;
  uint64_t lock_ns = 0;  // waiting for readers or writers
  uint64_t sync_ns = 0;  // waiting for the disk, or for whoever syncs for all
};

inline thread_local Phases phases;

/** Adds the time of its scope to one of the phases, when they are asked for. */
class Waiting {
 public:
  explicit Waiting(uint64_t Phases::*phase) : phase_(phase), since_(phases.active ? monotonic_ns() : 0) {}
  ~Waiting() {
    if (phases.active && since_ != 0) phases.*phase_ += monotonic_ns() - since_;
  }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  uint64_t Phases::*phase_;
  uint64_t since_;
};

/**
 * Lets a writer that waits go before readers that come after it. By default glibc lets readers overtake for
 * ever: two threads that do nothing but read would keep a writer out for seconds. To be called before the
 * mutex is in use; no thread may then take it shared twice.
 */
inline void prefer_writers(std::shared_mutex& mutex) {
#if defined(__GLIBC__)
  pthread_rwlockattr_t attributes;
  pthread_rwlockattr_init(&attributes);
  pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
  auto* lock = static_cast<pthread_rwlock_t*>(mutex.native_handle());
  pthread_rwlock_destroy(lock);
  pthread_rwlock_init(lock, &attributes);
  pthread_rwlockattr_destroy(&attributes);
#else
  (void)mutex;
#endif
}

/** Takes a lock, and counts the wait for it. */
template <typename Lock, typename Mutex>
Lock waiting_lock(Mutex& mutex) {
  const Waiting waiting(&Phases::lock_ns);
  return Lock(mutex);
}

}  // namespace engram
