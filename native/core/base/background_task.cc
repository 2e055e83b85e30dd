#include "base/background_task.h"

#ifdef __linux__
#include <sched.h>
#endif

#include <system_error>
#include <utility>

namespace engram {
namespace {

/** Best effort: refused, the thread is scheduled as any other. */
void schedule(Scheduling scheduling) {
#ifdef __linux__
  const sched_param none{};
  if (scheduling == Scheduling::kBatch) (void)sched_setscheduler(0, SCHED_BATCH, &none);
#else
  (void)scheduling;
#endif
}

}  // namespace

BackgroundTask::BackgroundTask(std::function<void()> work, Scheduling scheduling)
    : work_(std::move(work)), scheduling_(scheduling) {}

BackgroundTask::~BackgroundTask() { end(); }

void BackgroundTask::begin() {
  const std::lock_guard lock(mutex_);
  if (ended_) return;
  try {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    return;
  }
  due_ = true;
  changed_.notify_one();
}

void BackgroundTask::end() {
  std::thread last;
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_one();
    last = std::exchange(thread_, {});
  }
  if (last.joinable()) last.join();
}

void BackgroundTask::run() {
  schedule(scheduling_);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return due_ || ended_; });
    if (ended_) return;
    due_ = false;
    lock.unlock();
    work_();
    lock.lock();
  }
}

}  // namespace engram
