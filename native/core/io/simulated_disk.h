// A disk in memory that loses power: at a crash, what was not synced is kept, lost, torn or reordered, as a
// seed decides; a file may have grown with zeros or another file's bytes in place of its own; names and
// directories that were not synced with their parent may be lost too. A failed sync behaves as Linux's: the
// pages stay readable, count as clean, and the next sync says yes (Rebello et al. 2020, "Can Applications
// Recover from fsync Failures?"). Single-threaded; the same seed and the same calls give the same disk.
//
//   SimulatedDisk disk(seed);
//   disk.cut_after(calls);        // the power fails in the middle of that call
//   …                             // use it until calls fail
//   disk.restart();               // what survived; open files are gone
//   disk.kill();                  // or: only the process died, the page cache is whole
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
  /** What a disk mostly writes whole, and what a file system does. */
  static constexpr size_t kSectorBytes = 512;
  static constexpr size_t kPageBytes = 4'096;
  static constexpr uint64_t kNever = std::numeric_limits<uint64_t>::max();

  explicit SimulatedDisk(uint64_t seed) : random_(seed) {}

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directory(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

  /** The power fails, or the process dies, in the `calls`-th call from now that changes anything. */
  void cut_after(uint64_t calls) { cut_at_ = calls_ + calls; }
  void cut_now() { off_ = true; }
  bool off() const { return off_; }
  /** The `calls`-th sync from now fails, and what it should have made durable never will be. */
  void fail_sync_after(uint64_t calls) { fail_sync_at_ = syncs_ + calls; }
  /** The `calls`-th write from now is an I/O error after a part of it. */
  void fail_write_after(uint64_t calls) { fail_write_at_ = writes_ + calls; }
  /** Bytes that may still be written before the disk is full. */
  void set_room(uint64_t bytes) { room_ = bytes; }
  /** Called in the middle of every sync of a file: what others do meanwhile. */
  void during_sync(std::function<void()> hook) { during_sync_ = std::move(hook); }

  /** Power is back: the state is what survived. A disk that was not cut loses its power now. */
  void restart();
  /** The process died and the machine did not: everything written is still readable, nothing is more durable
   * than before. */
  void kill();

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
    std::vector<Pending> pending;  // of `now`, not yet durable; after a failed sync less than the difference
  };
  using Names = std::map<std::string, std::shared_ptr<Inode>>;
  /** One change of names: `set` to an inode, or erased where it is null; or a directory made. Atomic. */
  struct NameChange {
    std::vector<std::pair<std::string, std::shared_ptr<Inode>>> changes;
    std::string made;
  };

  Status change();  // counts a call; fails when the power is off
  void write(Inode& inode, uint64_t offset, View bytes);
  void survive(Inode& inode);
  void tear(Bytes& after, const Pending& write);
  void grow(Bytes& after, uint64_t size);
  void forget_handles();
  void lose_orphans();
  static void apply(Bytes& contents, const Pending& write);
  static void apply(Names& names, std::set<std::string>& directories, const NameChange& change);
  void rename_now(const std::string& directory, NameChange change);

  Random random_;
  Names names_;
  Names durable_names_;
  std::map<std::string, std::vector<NameChange>> pending_names_;  // by directory, in order
  std::set<std::string> directories_;  // that were made here; any other is taken to be there and durable
  std::set<std::string> durable_directories_;
  std::set<std::string> locks_;
  std::function<void()> during_sync_;
  uint64_t calls_ = 0;
  uint64_t syncs_ = 0;
  uint64_t writes_ = 0;
  uint64_t cut_at_ = kNever;
  uint64_t fail_sync_at_ = kNever;
  uint64_t fail_write_at_ = kNever;
  uint64_t room_ = kNever;
  uint64_t lost_writes_ = 0;
  uint64_t generation_ = 0;
  bool off_ = false;
};

}  // namespace engram
