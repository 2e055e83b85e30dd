// The settings of a space, of any bytes beside a sound log: raw, or any values whose checksum is right.
#include "base/crc32c.h"
#include "fuzz/input.h"
#include "fuzz/space_file.h"
#include "space/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace engram;
  FuzzInput input(data, size);
  SimulatedDisk disk(1);
  make_space(disk);
  const bool sealed = input.byte() % 2 == 0;
  Bytes bytes(input.rest());
  if (sealed) Writer(bytes).put(crc32c(0, bytes));
  put_file(disk, kFuzzDirectory, kSettingsName, bytes);
  open_and_check(disk, kFuzzDirectory);
  return 0;
}
