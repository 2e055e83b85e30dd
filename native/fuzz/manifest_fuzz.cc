// The manifest of a backup, of any bytes beside sound files: raw, or any entries whose checksum is right.
// What is read of it is written as the same bytes; what is restored by it is refused with a word, or is a
// sound space.
#include <cstdlib>
#include <map>

#include "backup/backup.h"
#include "backup/restore.h"
#include "base/crc32c.h"
#include "fuzz/input.h"
#include "fuzz/space_file.h"

namespace {

using namespace engram;

std::map<std::string, Bytes> sound_backup() {
  SimulatedDisk disk(1);
  make_backup(disk);
  std::map<std::string, Bytes> files;
  const std::vector<std::string> names = *disk.list(kFuzzBackup);
  for (const std::string& name : names) files[name] = *disk.contents(join_path(kFuzzBackup, name));
  return files;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::map<std::string, Bytes> sound = sound_backup();
  static const std::string target = "restored";
  FuzzInput input(data, size);
  const bool sealed = input.byte() % 2 == 0;
  Bytes bytes(input.rest());
  if (sealed) Writer(bytes).put(crc32c(0, bytes));
  const auto manifest = decode_manifest(bytes, "manifest");
  if (manifest && encode_manifest(*manifest) != bytes) std::abort();

  SimulatedDisk disk(1);
  for (const std::string& directory : {kFuzzBackup, target})
    if (!disk.make_directory(directory)) std::abort();
  for (const auto& [name, content] : sound) put_file(disk, kFuzzBackup, name, content);
  put_file(disk, kFuzzBackup, kManifestName, bytes);
  const auto verified = verify_backup(disk, kFuzzBackup);
  if (!verified && verified.error().message.empty()) std::abort();
  const auto restored = restore(disk, kFuzzBackup, target, {});
  if (restored)
    open_and_check(disk, target);
  else if (restored.error().code == Code::kInternal || restored.error().message.empty() ||
           !disk.list(target)->empty())
    std::abort();
  return 0;
}
