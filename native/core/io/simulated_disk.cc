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
    if (disk_.syncs_ == disk_.fail_sync_at_) {
      inode_->broken = true;
      return Error{Code::kIo, "the simulated device reports an error", "check the device"};
    }
    if (inode_->broken)
      return {};  // what the kernel says to those who ask again: all is well, and nothing is
    for (size_t i = 0; i < covered; ++i) SimulatedDisk::apply(inode_->durable, inode_->pending[i]);
    inode_->pending.erase(inode_->pending.begin(), inode_->pending.begin() + static_cast<ptrdiff_t>(covered));
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

/** What of the unsynced writes is on the plate: sector by sector, in one of a few moods. */
void SimulatedDisk::survive(Inode& inode) {
  enum class Mood : uint8_t { kNothing, kAll, kPrefix, kScattered };
  const auto mood = static_cast<Mood>(random_.below(4));
  Bytes after = inode.durable;
  const uint64_t until = random_.below(inode.pending.size() + 1);
  for (size_t i = 0; i < inode.pending.size(); ++i) {
    const Pending& write = inode.pending[i];
    if (mood == Mood::kNothing || (mood == Mood::kPrefix && i > until)) {
      ++lost_writes_;
      continue;
    }
    if (write.truncate) {
      if (mood != Mood::kScattered || random_.chance(0.5)) apply(after, write);
      continue;
    }
    if (mood == Mood::kAll || (mood == Mood::kPrefix && i < until)) {
      apply(after, write);
      continue;
    }
    // Torn: each sector by itself. The file may be as long as the write made it, with zeros where none
    // arrived.
    for (uint64_t at = write.offset; at < write.offset + write.bytes.size();) {
      const uint64_t end =
          std::min((at / kSectorBytes + 1) * kSectorBytes, write.offset + write.bytes.size());
      if (random_.chance(0.5))
        apply(after, {at, write.bytes.substr(at - write.offset, end - at), false});
      else
        ++lost_writes_;
      at = end;
    }
  }
  inode.now = inode.durable = std::move(after);
  inode.pending.clear();
  inode.broken = false;
}

void SimulatedDisk::restart() {
  for (auto& [directory, changes] : pending_names_) {
    const bool ordered = random_.chance(0.5);
    const uint64_t until = random_.below(changes.size() + 1);
    for (size_t i = 0; i < changes.size(); ++i) {
      if (ordered ? i >= until : random_.chance(0.5)) {
        ++lost_writes_;
        continue;
      }
      for (const auto& [path, inode] : changes[i].changes) {
        if (inode)
          durable_names_[path] = inode;
        else
          durable_names_.erase(path);
      }
    }
  }
  pending_names_.clear();
  std::set<Inode*> done;
  for (auto& [path, inode] : durable_names_)
    if (done.insert(inode.get()).second) survive(*inode);
  names_ = durable_names_;
  locks_.clear();
  ++generation_;
  off_ = false;
  cut_at_ = kNever;
  fail_sync_at_ = kNever;
  room_ = kNever;
  during_sync_ = nullptr;
}

void SimulatedDisk::rename_now(const std::string& directory, NameChange change) {
  for (const auto& [path, inode] : change.changes) {
    if (inode)
      names_[path] = inode;
    else
      names_.erase(path);
  }
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
      rename_now(parent_path(path), {{{path, std::make_shared<Inode>()}}});
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
  if (counted.ok() || calls_ == cut_at_) rename_now(parent_path(to), {{{from, nullptr}, {to, inode}}});
  return counted;
}

Status SimulatedDisk::remove(const std::string& path) {
  if (off_) return power_cut();
  if (!names_.contains(path)) return missing(path);
  const Status counted = change();
  if (counted.ok() || calls_ == cut_at_) rename_now(parent_path(path), {{{path, nullptr}}});
  return counted;
}

Result<std::vector<std::string>> SimulatedDisk::list(const std::string& directory) {
  if (off_) return power_cut();
  std::vector<std::string> found;
  const std::string prefix = directory + "/";
  for (const auto& [path, inode] : names_)
    if (path.starts_with(prefix) && path.find('/', prefix.size()) == std::string::npos)
      found.push_back(path.substr(prefix.size()));
  return found;
}

Status SimulatedDisk::make_directory(const std::string&) { return off_ ? Status(power_cut()) : Status(); }

Status SimulatedDisk::sync_directory(const std::string& path) {
  ENGRAM_TRY(change());
  const auto pending = pending_names_.find(path);
  if (pending == pending_names_.end()) return {};
  for (const NameChange& one : pending->second)
    for (const auto& [name, inode] : one.changes) {
      if (inode)
        durable_names_[name] = inode;
      else
        durable_names_.erase(name);
    }
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
