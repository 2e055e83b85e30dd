// Passes every call on to another Disk and writes down what was asked, in order: for tests that hold the
// engine to its order of write, sync, rename and directory sync, and for the counts that stats() shows.
#pragma once

#include <functional>

#include "io/disk.h"

namespace engram {

/** One call: `op` is the method's name; `offset` and `bytes` are 0 where they mean nothing. */
struct DiskCall {
  std::string op;
  std::string path;
  uint64_t offset = 0;
  uint64_t bytes = 0;
};

class RecordingDisk final : public Disk {
 public:
  using Sink = std::function<void(const DiskCall&)>;
  /** `disk` must outlive this; `sink` is called before each call is passed on, possibly from several threads.
   */
  RecordingDisk(Disk& disk, Sink sink) : disk_(disk), sink_(std::move(sink)) {}

  Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  Status make_directory(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;

 private:
  Disk& disk_;
  Sink sink_;
};

}  // namespace engram
