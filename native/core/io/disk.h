// The one I/O port: everything the engine does to a disk goes through a Disk. Three back ends implement it:
// posix_disk.h (real), recording_disk.h (writes down every call), simulated_disk.h (seeded, crashes).
//
// Promises a caller may rely on, and no more:
//   - write() is visible to later reads of this process, and durable only after sync() of that file;
//   - a new, renamed or removed name is durable only after sync_directory() of its directory;
//   - rename() is atomic: after a crash the old or the new name is there, never half of one.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/error.h"

namespace engram {

enum class OpenMode : uint8_t {
  kRead,    // must exist
  kWrite,   // must exist; read and write
  kCreate,  // must not exist; read and write
};

class File {
 public:
  virtual ~File() = default;
  /** Writes all bytes at `offset`, extending the file when needed. */
  virtual Status write(uint64_t offset, View bytes) = 0;
  /** Has the disk begin with what was written there, so that a sync() to come has less to wait for. Promises
   * nothing, and tells nothing: a failure is the sync's to report. */
  virtual void begin_sync(uint64_t /*offset*/, uint64_t /*bytes*/) {}
  /** Reads up to `count` bytes at `offset`; fewer only at the end of the file. */
  virtual Result<Bytes> read(uint64_t offset, size_t count) = 0;
  /** fdatasync: contents and size are durable when this returns. Never retry a failed one. */
  virtual Status sync() = 0;
  virtual Status truncate(uint64_t size) = 0;
  virtual Result<uint64_t> size() = 0;
};

/** Held as long as the object lives. */
class FileLock {
 public:
  virtual ~FileLock() = default;
};

class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status remove(const std::string& path) = 0;
  /** Names in the directory, sorted. */
  virtual Result<std::vector<std::string>> list(const std::string& directory) = 0;
  /** Makes one directory; one that is there already is fine. */
  virtual Status make_directory(const std::string& path) = 0;
  virtual Status sync_directory(const std::string& path) = 0;
  /** Takes the exclusive lock file at `path`; Code::kLocked when another holder has it. */
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
};

inline std::string join_path(const std::string& directory, const std::string& name) {
  return directory + "/" + name;
}
/** The directory part of a path, "." when it has none. */
std::string parent_path(const std::string& path);

/** Reads a whole file. */
Result<Bytes> read_file(Disk& disk, const std::string& path);

/** Puts a file in place whole or not at all: temporary name, write, sync, rename, directory sync. */
Status write_file_durably(Disk& disk, const std::string& path, View bytes);

}  // namespace engram
