// Cuts the power of one mounted file system: from now on nothing reaches its device, and what was not synced
// is gone (FS_IOC_SHUTDOWN, known to ext4, xfs and f2fs). Never for a file system anybody else uses.
//   power_cut MOUNTPOINT        prints the monotonic nanosecond it began at
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "base/phases.h"

namespace {

// linux/fs.h has these from kernel 6.14 on only.
constexpr unsigned long kShutdown = _IOR('X', 125, uint32_t);
constexpr uint32_t kNoLogFlush = 2;

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "power_cut MOUNTPOINT\n");
    return 3;
  }
  const int directory = ::open(arguments[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  uint32_t how = kNoLogFlush;
  const uint64_t began = engram::monotonic_ns();
  const bool cut = directory >= 0 && ::ioctl(directory, kShutdown, &how) == 0;
  std::printf("%llu\n", static_cast<unsigned long long>(began));
  if (!cut) std::fprintf(stderr, "%s: %s\n", arguments[1], std::strerror(errno));
  if (directory >= 0) ::close(directory);
  return cut ? 0 : 1;
}
