#include "base/background_task.h"

#include <system_error>
#include <utility>

namespace engram {

BackgroundTask::BackgroundTask(std::function<void()> work) : work_(std::move(work)) {}

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
