#include "io/recording_disk.h"

namespace engram {
namespace {

class RecordingFile final : public File {
 public:
  RecordingFile(std::unique_ptr<File> file, std::string path, RecordingDisk::Sink sink)
      : file_(std::move(file)), path_(std::move(path)), sink_(std::move(sink)) {}

  Status write(uint64_t offset, View bytes) override {
    sink_({"write", path_, offset, bytes.size()});
    return file_->write(offset, bytes);
  }
  void begin_sync(uint64_t offset, uint64_t bytes) override {
    sink_({"begin_sync", path_, offset, bytes});
    file_->begin_sync(offset, bytes);
  }
  Result<Bytes> read(uint64_t offset, size_t count) override {
    sink_({"read", path_, offset, count});
    return file_->read(offset, count);
  }
  Status sync() override {
    sink_({"sync", path_});
    return file_->sync();
  }
  Status truncate(uint64_t size) override {
    sink_({"truncate", path_, size});
    return file_->truncate(size);
  }
  Result<uint64_t> size() override { return file_->size(); }

 private:
  std::unique_ptr<File> file_;
  std::string path_;
  RecordingDisk::Sink sink_;
};

}  // namespace

Result<std::unique_ptr<File>> RecordingDisk::open(const std::string& path, OpenMode mode) {
  sink_({mode == OpenMode::kCreate ? "create" : "open", path});
  auto file = disk_.open(path, mode);
  ENGRAM_TRY(file);
  return std::unique_ptr<File>(std::make_unique<RecordingFile>(std::move(*file), path, sink_));
}

Status RecordingDisk::rename(const std::string& from, const std::string& to) {
  sink_({"rename", from + " -> " + to});
  return disk_.rename(from, to);
}

Status RecordingDisk::remove(const std::string& path) {
  sink_({"remove", path});
  return disk_.remove(path);
}

Result<std::vector<std::string>> RecordingDisk::list(const std::string& directory) {
  sink_({"list", directory});
  return disk_.list(directory);
}

Status RecordingDisk::make_directory(const std::string& path) {
  sink_({"make_directory", path});
  return disk_.make_directory(path);
}

Status RecordingDisk::sync_directory(const std::string& path) {
  sink_({"sync_directory", path});
  return disk_.sync_directory(path);
}

Result<std::unique_ptr<FileLock>> RecordingDisk::lock(const std::string& path) {
  sink_({"lock", path});
  return disk_.lock(path);
}

}  // namespace engram
