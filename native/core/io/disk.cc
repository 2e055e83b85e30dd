#include "io/disk.h"

#include "base/mutant.h"

namespace engram {

std::string parent_path(const std::string& path) {
  const size_t last = path.find_last_not_of('/');
  if (last == std::string::npos) return path.empty() ? "." : "/";
  const size_t slash = path.find_last_of('/', last);
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<Bytes> read_file(Disk& disk, const std::string& path) {
  auto file = disk.open(path, OpenMode::kRead);
  ENGRAM_TRY(file);
  auto size = (*file)->size();
  ENGRAM_TRY(size);
  return (*file)->read(0, *size);
}

Status write_file_durably(Disk& disk, const std::string& path, View bytes) {
  const std::string temporary = path + ".tmp";
  // A leftover of an earlier crash is in the way of kCreate; that it may not exist is no error.
  if (auto removed = disk.remove(temporary); !removed && removed.error().code != Code::kNotFound)
    return removed;
  {
    auto file = disk.open(temporary, OpenMode::kCreate);
    ENGRAM_TRY(file);
    ENGRAM_TRY((*file)->write(0, bytes));
    if (!mutant(Mutant::kRenameBeforeSync)) ENGRAM_TRY((*file)->sync());
  }
  ENGRAM_TRY(disk.rename(temporary, path));
  return disk.sync_directory(parent_path(path));
}

}  // namespace engram
