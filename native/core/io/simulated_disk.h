// A disk in memory that loses power: at a crash, what was not synced is kept, lost, torn at sector boundaries
// or reordered, as a seed decides; names that were not synced with their directory may be lost too.
// Single-threaded; the same seed and the same calls give the same disk. For the crash oracle and the tests.
//
//   SimulatedDisk disk(seed);
//   disk.cut_after(calls);        // the power fails in the middle of that call
//   …                             // use it until calls fail
//   disk.restart();               // what survived; open files are gone
#pragma once

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <set>

#include "base/random.h"
#include "io/disk.h"

namespace engram {

class SimulatedDisk final : public Disk {
 public:
  /** What a disk writes whole or not at all. */
  static constexpr size_t kSectorBytes = 512;
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  explicit SimulatedDisk(uint64_t seed) : random_(seed) {}

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directory(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

  /** The power fails in the `calls`-th call from now that changes anything: it may take effect, or not. */
  void cut_after(uint64_t calls) { cut_at_ = calls_ + calls; }
  bool off() const { return off_; }
  /** The `calls`-th sync from now fails, and what it should have made durable never will be. */
  void fail_sync_after(uint64_t calls) { fail_sync_at_ = syncs_ + calls; }
  /** Bytes that may still be written before the disk is full. */
  void set_room(uint64_t bytes) { room_ = bytes; }
  /** Called in the middle of every sync of a file: what others do meanwhile. */
  void during_sync(std::function<void()> hook) { during_sync_ = std::move(hook); }

  /** Power is back: the state is what survived. A disk that was not cut loses its power now. */
  void restart();

  /** Calls so far that change anything. */
  uint64_t calls() const { return calls_; }
  uint64_t syncs() const { return syncs_; }
  /** How often a crash lost or tore something: a harness whose crashes harm nothing tests nothing. */
  uint64_t lost_writes() const { return lost_writes_; }

  /** Contents of a file as they are now, for tests that flip bytes. */
  Bytes* contents(const std::string& path);
  std::vector<std::string> files() const;

 private:
  friend class SimulatedFile;

  /** A write or a truncation that is not durable yet. */
  struct Pending {
    uint64_t offset = 0;
    Bytes bytes;
    bool truncate = false;  // to `offset`
  };
  struct Inode {
    Bytes now;
    Bytes durable;
    std::vector<Pending> pending;
    bool broken = false;  // a sync failed: pending writes never become durable
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  /** One change of names: `set` to an inode, or erased where it is null. Atomic. */
  struct NameChange {
    std::vector<std::pair<std::string, std::shared_ptr<Inode>>> changes;
  };

  Status change();  // counts a call; fails when the power is off
  void write(Inode& inode, uint64_t offset, View bytes);
  void survive(Inode& inode);
  static void apply(Bytes& contents, const Pending& write);
  void rename_now(const std::string& directory, NameChange change);

  Random random_;
  Names names_;
  Names durable_names_;
  std::map<std::string, std::vector<NameChange>> pending_names_;  // by directory, in order
  std::set<std::string> locks_;
  std::function<void()> during_sync_;
  uint64_t calls_ = 0;
  uint64_t syncs_ = 0;
  uint64_t cut_at_ = kNever;
  uint64_t fail_sync_at_ = kNever;
  uint64_t room_ = kNever;
  uint64_t lost_writes_ = 0;
  uint64_t generation_ = 0;
  bool off_ = false;
};

}  // namespace engram
