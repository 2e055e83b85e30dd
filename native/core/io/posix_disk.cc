#include "io/posix_disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/descriptor.h"

namespace engram {
namespace {

struct Cause {
  int number;
  Code code;
  const char* remedy;
};

/** What an errno means to a user of the engine. Everything else is Code::kIo. */
constexpr std::array kCauses = {
    Cause{ENOENT, Code::kNotFound, "check the path"},
    Cause{ENOTDIR, Code::kNotFound, "a part of the path is a file: choose another directory"},
    Cause{ENOSPC, Code::kDiskFull, "free space on the device; nothing of this operation was kept"},
    Cause{EDQUOT, Code::kDiskFull, "raise the disk quota; nothing of this operation was kept"},
    Cause{EFBIG, Code::kDiskFull,
          "raise the file-size limit (ulimit -f); nothing of this operation was kept"},
    Cause{EACCES, Code::kReadOnly, "give this user write permission on the directory"},
    Cause{EPERM, Code::kReadOnly,
          "the directory or file is immutable: lift that, or choose another directory"},
    Cause{EROFS, Code::kReadOnly,
          "the file system is mounted read-only: remount it or choose another directory"},
    Cause{EMFILE, Code::kIo, "raise the limit of open files (ulimit -n)"},
    Cause{EIO, Code::kIo, "the device reports an error: check it and the kernel log before anything else"},
};

Error posix_error(const char* call, const std::string& path, int number) {
  const auto* cause =
      std::find_if(kCauses.begin(), kCauses.end(), [&](const Cause& c) { return c.number == number; });
  const bool known = cause != kCauses.end();
  return {known ? cause->code : Code::kIo,
          std::string(call) + " of " + path + " failed: " + std::strerror(number),
          known ? cause->remedy : "see the system's documentation of this error"};
}

class PosixFile final : public File {
 public:
  PosixFile(Descriptor descriptor, std::string path)
      : descriptor_(std::move(descriptor)), path_(std::move(path)) {}

  Status write(uint64_t offset, View bytes) override {
    while (!bytes.empty()) {
      const ssize_t wrote =
          ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
      if (wrote < 0) {
        if (errno == EINTR) continue;
        return posix_error("write", path_, errno);
      }
      bytes.remove_prefix(static_cast<size_t>(wrote));
      offset += static_cast<uint64_t>(wrote);
    }
    return {};
  }

  void begin_sync([[maybe_unused]] uint64_t offset, [[maybe_unused]] uint64_t bytes) override {
#if defined(__linux__)
    // Without the flags that wait: those would take an error away from the fdatasync that must report it.
    (void)::sync_file_range(descriptor_.get(), static_cast<off64_t>(offset), static_cast<off64_t>(bytes),
                            SYNC_FILE_RANGE_WRITE);
#endif
  }

  Result<Bytes> read(uint64_t offset, size_t count) override {
    Bytes out(count, '\0');
    size_t have = 0;
    while (have < count) {
      const ssize_t got =
          ::pread(descriptor_.get(), out.data() + have, count - have, static_cast<off_t>(offset + have));
      if (got < 0) {
        if (errno == EINTR) continue;
        return posix_error("read", path_, errno);
      }
      if (got == 0) break;
      have += static_cast<size_t>(got);
    }
    out.resize(have);
    return out;
  }

  Status sync() override {
    if (::fdatasync(descriptor_.get()) != 0) return posix_error("sync", path_, errno);
    return {};
  }

  Status truncate(uint64_t size) override {
    if (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0)
      return posix_error("truncate", path_, errno);
    return {};
  }

  Result<uint64_t> size() override {
    struct stat info {};
    if (::fstat(descriptor_.get(), &info) != 0) return posix_error("stat", path_, errno);
    return static_cast<uint64_t>(info.st_size);
  }

 private:
  Descriptor descriptor_;
  std::string path_;
};

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;
};

constexpr mode_t kFileMode = 0644;
constexpr mode_t kDirectoryMode = 0755;

}  // namespace

Result<std::unique_ptr<File>> PosixDisk::open(const std::string& path, OpenMode mode) {
  int flags = O_CLOEXEC;
  switch (mode) {
    case OpenMode::kRead:
      flags |= O_RDONLY;
      break;
    case OpenMode::kWrite:
      flags |= O_RDWR;
      break;
    case OpenMode::kCreate:
      flags |= O_RDWR | O_CREAT | O_EXCL;
      break;
  }
  Descriptor descriptor(::open(path.c_str(), flags, kFileMode));
  if (descriptor.get() < 0) return posix_error("open", path, errno);
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(descriptor), path));
}

Status PosixDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return posix_error("rename", from, errno);
  return {};
}

Status PosixDisk::remove(const std::string& path) {
  if (::remove(path.c_str()) != 0) return posix_error("remove", path, errno);
  return {};
}

Result<std::vector<std::string>> PosixDisk::list(const std::string& directory) {
  std::unique_ptr<DIR, int (*)(DIR*)> handle(::opendir(directory.c_str()), ::closedir);
  if (!handle) return posix_error("list", directory, errno);
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(handle.get())) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
  }
  if (errno != 0) return posix_error("list", directory, errno);
  std::sort(names.begin(), names.end());
  return names;
}

Status PosixDisk::make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kDirectoryMode) == 0) return {};
  const int number = errno;
  struct stat info {};
  if (number == EEXIST && ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  return posix_error("mkdir", path, number == EEXIST ? ENOTDIR : number);
}

Status PosixDisk::sync_directory(const std::string& path) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (descriptor.get() < 0) return posix_error("open", path, errno);
  if (::fsync(descriptor.get()) != 0) return posix_error("sync", path, errno);
  return {};
}

Result<std::unique_ptr<FileLock>> PosixDisk::lock(const std::string& path) {
  Descriptor descriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
  if (descriptor.get() < 0) return posix_error("open", path, errno);
  if (::flock(descriptor.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return posix_error("lock", path, errno);
    return Error{Code::kLocked, path + " is locked: another process, or this one, has the directory open",
                 "close the other engine first, or open another directory"};
  }
  return std::unique_ptr<FileLock>(std::make_unique<PosixLock>(std::move(descriptor)));
}

}  // namespace engram
