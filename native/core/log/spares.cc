#include "log/spares.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/mutant.h"

namespace engram {
namespace {

constexpr std::string_view kSparePrefix = "spare-";
/** Zeros on their way to the disk at a time: a commit that comes meanwhile waits for no more. */
constexpr uint64_t kPieceBytes = uint64_t{1} << 20;
/** So long nothing is written before a lull is one. */
constexpr std::chrono::milliseconds kLull{50};
/** Between two pieces: others want the disk and the processor, too. */
constexpr std::chrono::milliseconds kPause{5};

}  // namespace

Spares::Spares(Disk& disk, std::string directory, uint64_t bytes_each, bool background)
    : disk_(disk), directory_(std::move(directory)), bytes_each_(bytes_each), background_(background) {}

Status Spares::remove_all() {
  const std::lock_guard lock(mutex_);
  ready_.clear();
  auto names = disk_.list(directory_);
  ENGRAM_TRY(names);
  for (const std::string& name : *names)
    if (name.starts_with(kSparePrefix)) ENGRAM_TRY(disk_.remove(join_path(directory_, name)));
  return {};
}

bool Spares::give_back() {
  const std::lock_guard lock(mutex_);
  wanted_ = 0;
  const std::deque<std::string> given = std::exchange(ready_, {});
  for (const std::string& path : given) (void)disk_.remove(path);
  return !given.empty();
}

void Spares::want(size_t count) {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = count;
  }
  if (!due()) return;
  if (background_)
    filling_.begin();
  else
    fill();
}

bool Spares::due() const {
  const std::lock_guard lock(mutex_);
  return !ended_ && ready_.size() < wanted_;
}

std::string Spares::take() {
  const std::lock_guard lock(mutex_);
  if (ready_.empty()) return {};
  std::string path = std::move(ready_.front());
  ready_.pop_front();
  return path;
}

size_t Spares::count() const {
  const std::lock_guard lock(mutex_);
  return ready_.size();
}

size_t Spares::wanted() const {
  const std::lock_guard lock(mutex_);
  return wanted_;
}

Status Spares::make(const std::string& path) {
  auto file = disk_.open(path, OpenMode::kCreate);
  ENGRAM_TRY(file);
  const Bytes zeros(std::min(kPieceBytes, bytes_each_), '\0');
  for (uint64_t at = 0; at < bytes_each_; at += zeros.size()) {
    if (!lull()) return Error{Code::kClosed, "nobody waits for " + path, "open the space again"};
    ENGRAM_TRY((*file)->write(at, View(zeros).substr(0, bytes_each_ - at)));
    if (!mutant(Mutant::kSkipSync)) ENGRAM_TRY((*file)->sync());
  }
  return {};
}

bool Spares::lull() {
  std::unique_lock lock(mutex_);
  while (!ended_ && ready_.size() < wanted_) {
    const uint64_t writes = writes_;
    if (!background_) return true;
    const bool going_on = writes == writes_seen_;
    over_.wait_for(lock, going_on ? kPause : kLull, [this] { return ended_; });
    if (ended_ || writes != writes_) continue;
    writes_seen_ = writes;
    return true;
  }
  return false;
}

void Spares::fill() {
  while (lull()) {
    const std::string path = join_path(directory_, std::string(kSparePrefix) + std::to_string(made_++));
    const Status made = make(path);
    if (!made) (void)disk_.remove(path);  // what is left of it goes when the log is opened next
    const std::lock_guard lock(mutex_);
    if (made)
      ready_.push_back(path);
    else
      wanted_ = ready_.size();
  }
}

void Spares::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  over_.notify_all();
  filling_.end();
}

}  // namespace engram
