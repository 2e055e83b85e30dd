// A log segment of any bytes behind a sound space: raw, or any payloads in records whose checksums are right,
// which is what random bytes would never come to. A type with its highest bit bears an idempotency key first.
#include "fuzz/input.h"
#include "fuzz/space_file.h"
#include "log/segment.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace engram;
  constexpr uint16_t kTypes = static_cast<uint16_t>(OperationType::kIndex) + 2;  // those there are, and more
  FuzzInput input(data, size);
  SimulatedDisk disk(1);
  make_space(disk);
  const bool sealed = input.byte() % 2 == 0;
  Bytes segment;
  if (sealed) {
    segment = encode_segment_header({kFuzzUuid, 1, chain_start(kFuzzUuid)});
    ChainPosition position{0, chain_start(kFuzzUuid)};
    while (!input.empty()) {
      const uint8_t head = input.byte();
      RecordTag tag;
      if ((head & kKeyedBit) != 0) {
        tag.key = input.sized().substr(0, kKeyMaxBytes);
        tag.at_ms = static_cast<double>(input.byte());
        tag.fingerprint = input.byte();
      }
      const auto type = static_cast<uint16_t>((head & ~kKeyedBit) % kTypes);
      encode_record(segment, kFuzzUuid, position, position.sequence, type, tag, input.sized());
    }
  } else {
    segment = input.rest();
  }
  put_file(disk, kFuzzDirectory, segment_name(1), segment);
  open_and_check(disk, kFuzzDirectory);
  return 0;
}
