#include "io/simulated_disk.h"

#include <algorithm>
#include <cstring>

namespace engram {
namespace {

Error power_cut() { return {Code::kIo, "the simulated power is off", "restart the disk"}; }

Error missing(const std::string& path) {
  return {Code::kNotFound, "open of " + path + " failed: no such file", "check the path"};
}

}  // namespace

class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedDisk& disk, std::shared_ptr<SimulatedDisk::Inode> inode, bool writable)
      : disk_(disk), inode_(std::move(inode)), generation_(disk.generation_), writable_(writable) {}

  Status write(uint64_t offset, View bytes) override {
    ENGRAM_TRY(alive());
    if (!writable_) return Error{Code::kReadOnly, "the file was opened for reading", "open it for writing"};
    if (bytes.size() > disk_.room_) {
      // As much as fits is written: the caller must not believe that a failed write left nothing.
      disk_.write(*inode_, offset, bytes.substr(0, disk_.room_));
      disk_.room_ = 0;
      return Error{Code::kDiskFull, "the simulated disk is full", "free space"};
    }
    if (disk_.room_ != SimulatedDisk::kNever) disk_.room_ -= bytes.size();
    if (++disk_.writes_ == disk_.fail_write_at_) {
      disk_.write(*inode_, offset, bytes.substr(0, disk_.random_.below(bytes.size() + 1)));
      return Error{Code::kIo, "the simulated device reports an error", "check the device"};
    }
    const Status counted = disk_.change();
    if (counted.ok() || disk_.calls_ == disk_.cut_at_) disk_.write(*inode_, offset, bytes);
    return counted;
  }

  Result<Bytes> read(uint64_t offset, size_t count) override {
    ENGRAM_TRY(alive());
    if (disk_.off_) return power_cut();
    if (offset >= inode_->now.size()) return Bytes();
    return inode_->now.substr(offset, count);
  }

  Status sync() override {
    ENGRAM_TRY(alive());
    // What is written while the sync runs is not part of it.
    const size_t covered = inode_->pending.size();
    if (disk_.during_sync_) {
      const auto hook = std::exchange(disk_.during_sync_, nullptr);
      hook();
      disk_.during_sync_ = hook;
    }
    ++disk_.syncs_;
    ENGRAM_TRY(disk_.change());
    const bool fails = disk_.syncs_ == disk_.fail_sync_at_;
    // After a failure the kernel takes the pages for clean, written or not: no later sync writes them.
    for (size_t i = 0; i < covered; ++i)
      if (!fails || disk_.random_.chance(0.2)) SimulatedDisk::apply(inode_->durable, inode_->pending[i]);
    inode_->pending.erase(inode_->pending.begin(), inode_->pending.begin() + static_cast<ptrdiff_t>(covered));
    if (fails) return Error{Code::kIo, "the simulated device reports an error", "check the device"};
    return {};
  }

  Status truncate(uint64_t size) override {
    ENGRAM_TRY(alive());
    const Status counted = disk_.change();
    if (counted.ok() || disk_.calls_ == disk_.cut_at_) {
      inode_->pending.push_back({size, {}, true});
      SimulatedDisk::apply(inode_->now, inode_->pending.back());
    }
    return counted;
  }

  Result<uint64_t> size() override {
    ENGRAM_TRY(alive());
    if (disk_.off_) return power_cut();
    return static_cast<uint64_t>(inode_->now.size());
  }

 private:
  Status alive() const {
    if (generation_ != disk_.generation_)
      return Error{Code::kIo, "the file was open when the power failed", "open it again"};
    return {};
  }

  SimulatedDisk& disk_;
  std::shared_ptr<SimulatedDisk::Inode> inode_;
  uint64_t generation_;
  bool writable_;
};

namespace {

class SimulatedLock final : public FileLock {
 public:
  SimulatedLock(std::set<std::string>& locks, std::string path) : locks_(locks), path_(std::move(path)) {}
  ~SimulatedLock() override { locks_.erase(path_); }

 private:
  std::set<std::string>& locks_;
  std::string path_;
};

}  // namespace

Status SimulatedDisk::change() {
  if (off_) return power_cut();
  if (++calls_ < cut_at_) return {};
  off_ = true;
  return power_cut();
}

void SimulatedDisk::apply(Bytes& contents, const Pending& write) {
  if (write.truncate) {
    contents.resize(write.offset, '\0');
    return;
  }
  if (contents.size() < write.offset + write.bytes.size())
    contents.resize(write.offset + write.bytes.size(), '\0');
  std::memcpy(contents.data() + write.offset, write.bytes.data(), write.bytes.size());
}

void SimulatedDisk::write(Inode& inode, uint64_t offset, View bytes) {
  if (bytes.empty()) return;
  inode.pending.push_back({offset, Bytes(bytes), false});
  apply(inode.now, inode.pending.back());
}

/** One unsynced write, torn: sector by sector, page by page, or cut at any byte. */
void SimulatedDisk::tear(Bytes& after, const Pending& write) {
  const auto keep = [&](uint64_t from, uint64_t to) {
    apply(after, {from, write.bytes.substr(from - write.offset, to - from), false});
  };
  const uint64_t end = write.offset + write.bytes.size();
  if (random_.chance(0.25)) {  // no file system promises even a sector
    const uint64_t from = random_.chance(0.5) ? 0 : random_.below(write.bytes.size());
    ++lost_writes_;
    keep(write.offset + from, write.offset + from + random_.below(write.bytes.size() - from + 1));
    return;
  }
  const uint64_t unit = random_.chance(0.8) ? kSectorBytes : kPageBytes;
  for (uint64_t at = write.offset; at < end;) {
    const uint64_t next = std::min((at / unit + 1) * unit, end);
    if (random_.chance(0.5))
      keep(at, next);
    else
      ++lost_writes_;
    at = next;
  }
}

/** The new length arrived without the contents: zeros, or what another file has there. */
void SimulatedDisk::grow(Bytes& after, uint64_t size) {
  const uint64_t before = after.size();
  if (size <= before) return;
  ++lost_writes_;
  after.resize(before + 1 + random_.below(size - before), '\0');
  if (names_.empty() || random_.chance(0.5)) return;
  auto other = names_.begin();
  std::advance(other, random_.below(names_.size()));
  const Bytes& stale = other->second->durable;
  if (stale.size() > before)
    std::memcpy(after.data() + before, stale.data() + before, std::min(stale.size(), after.size()) - before);
}

/** What of the unsynced writes is on the plate, in one of a few moods. */
void SimulatedDisk::survive(Inode& inode) {
  enum class Mood : uint8_t { kNothing, kAll, kPrefix, kScattered, kGrown };
  const auto mood = static_cast<Mood>(random_.below(5));
  Bytes after = inode.durable;
  if (mood == Mood::kGrown && !inode.pending.empty()) grow(after, inode.now.size());
  const uint64_t until = random_.below(inode.pending.size() + 1);
  for (size_t i = 0; i < inode.pending.size(); ++i) {
    const Pending& write = inode.pending[i];
    const bool lost = mood == Mood::kNothing || (mood == Mood::kPrefix && i > until) ||
                      (mood == Mood::kGrown && random_.chance(0.7));
    const bool whole = mood == Mood::kAll || (mood == Mood::kPrefix && i < until);
    if (lost)
      ++lost_writes_;
    else if (whole || (write.truncate && random_.chance(0.5)))
      apply(after, write);
    else if (!write.truncate)
      tear(after, write);
  }
  inode.now = inode.durable = std::move(after);
  inode.pending.clear();
}

void SimulatedDisk::apply(Names& names, std::set<std::string>& directories, const NameChange& change) {
  if (!change.made.empty()) directories.insert(change.made);
  for (const auto& [path, inode] : change.changes) {
    if (inode)
      names[path] = inode;
    else
      names.erase(path);
  }
}

/** A name is lost with any directory on its way. */
void SimulatedDisk::lose_orphans() {
  const auto orphan = [&](const std::string& path) {
    for (std::string above = parent_path(path); above != "." && above != "/"; above = parent_path(above))
      if (directories_.contains(above) && !durable_directories_.contains(above)) return true;
    return false;
  };
  std::erase_if(durable_names_, [&](const auto& name) { return orphan(name.first); });
  std::erase_if(durable_directories_, orphan);
  directories_ = durable_directories_;
}

void SimulatedDisk::forget_handles() {
  locks_.clear();
  ++generation_;
  off_ = false;
  cut_at_ = fail_sync_at_ = fail_write_at_ = room_ = kNever;
  during_sync_ = nullptr;
}

void SimulatedDisk::kill() { forget_handles(); }

void SimulatedDisk::restart() {
  for (auto& [directory, changes] : pending_names_) {
    const bool ordered = random_.chance(0.5);
    const uint64_t until = random_.below(changes.size() + 1);
    for (size_t i = 0; i < changes.size(); ++i) {
      if (ordered ? i >= until : random_.chance(0.5))
        ++lost_writes_;
      else
        apply(durable_names_, durable_directories_, changes[i]);
    }
  }
  pending_names_.clear();
  lose_orphans();
  std::set<Inode*> done;
  for (auto& [path, inode] : durable_names_)
    if (done.insert(inode.get()).second) survive(*inode);
  names_ = durable_names_;
  forget_handles();
}

void SimulatedDisk::rename_now(const std::string& directory, NameChange change) {
  apply(names_, directories_, change);
  pending_names_[directory].push_back(std::move(change));
}

Result<std::unique_ptr<File>> SimulatedDisk::open(const std::string& path, OpenMode mode) {
  if (off_) return power_cut();
  auto found = names_.find(path);
  if (mode == OpenMode::kCreate) {
    if (found != names_.end())
      return Error{Code::kConflict, "open of " + path + " failed: it exists", "choose another name"};
    const Status counted = change();
    if (counted.ok() || calls_ == cut_at_)
      rename_now(parent_path(path), {{{path, std::make_shared<Inode>()}}, {}});
    ENGRAM_TRY(counted);
    found = names_.find(path);
  }
  if (found == names_.end()) return missing(path);
  return std::unique_ptr<File>(
      std::make_unique<SimulatedFile>(*this, found->second, mode != OpenMode::kRead));
}

Status SimulatedDisk::rename(const std::string& from, const std::string& to) {
  if (off_) return power_cut();
  const auto found = names_.find(from);
  if (found == names_.end()) return missing(from);
  const auto inode = found->second;
  const Status counted = change();
  if (counted.ok() || calls_ == cut_at_) rename_now(parent_path(to), {{{from, nullptr}, {to, inode}}, {}});
  return counted;
}

Status SimulatedDisk::remove(const std::string& path) {
  if (off_) return power_cut();
  if (!names_.contains(path)) return missing(path);
  const Status counted = change();
  if (counted.ok() || calls_ == cut_at_) rename_now(parent_path(path), {{{path, nullptr}}, {}});
  return counted;
}

Result<std::vector<std::string>> SimulatedDisk::list(const std::string& directory) {
  if (off_) return power_cut();
  std::vector<std::string> found;
  const std::string prefix = directory + "/";
  for (const auto& [path, inode] : names_)
    if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos)
      found.push_back(path.substr(prefix.size()));
  for (const std::string& path : directories_)
    if (parent_path(path) == directory) found.push_back(path.substr(prefix.size()));
  std::sort(found.begin(), found.end());
  return found;
}

Status SimulatedDisk::make_directory(const std::string& path) {
  if (off_) return power_cut();
  if (directories_.contains(path)) return {};
  const Status counted = change();
  if (counted.ok() || calls_ == cut_at_) rename_now(parent_path(path), {{}, path});
  return counted;
}

Status SimulatedDisk::sync_directory(const std::string& path) {
  ENGRAM_TRY(change());
  const auto pending = pending_names_.find(path);
  if (pending == pending_names_.end()) return {};
  for (const NameChange& one : pending->second) apply(durable_names_, durable_directories_, one);
  pending_names_.erase(pending);
  return {};
}

Result<std::unique_ptr<FileLock>> SimulatedDisk::lock(const std::string& path) {
  if (!locks_.insert(path).second)
    return Error{Code::kLocked, path + " is locked", "close the other engine first"};
  return std::unique_ptr<FileLock>(std::make_unique<SimulatedLock>(locks_, path));
}

Bytes* SimulatedDisk::contents(const std::string& path) {
  const auto found = names_.find(path);
  if (found == names_.end()) return nullptr;
  return &found->second->now;
}

std::vector<std::string> SimulatedDisk::files() const {
  std::vector<std::string> paths;
  for (const auto& [path, inode] : names_) paths.push_back(path);
  return paths;
}

}  // namespace engram
