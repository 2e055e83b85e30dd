// One record of the write-ahead log: framing, checksums and the search for valid records behind damage.
// The bytes are described in FORMAT.md, "Record".
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "base/bytes.h"

namespace engram {

/** Sequence number of an operation in its space: 1, 2, 3, …; 0 is "before the first". */
using Sequence = uint64_t;

/** Sixteen random bytes drawn when a space is created; they seed every checksum of the space. */
using SpaceUuid = std::array<char, 16>;

inline constexpr size_t kRecordHeaderBytes = 40;
inline constexpr size_t kRecordAlignment = 8;

/** A decoded record; `payload` points into the buffer it was read from. */
struct Record {
  uint16_t type = 0;
  Sequence sequence = 0;
  Sequence synced = 0;  // what was known to be durable when this record was written
  uint32_t chain = 0;   // as stored
  uint32_t body = 0;    // as stored
  View payload;
  size_t size = 0;  // on disk: header, payload, padding
};

/** Where a chain stands: the sequence and chain value of the last good record. */
struct ChainPosition {
  Sequence sequence = 0;
  uint32_t chain = 0;
};

/** The chain value of a space's log before its first record. */
uint32_t chain_start(const SpaceUuid& uuid);
uint32_t chain_next(uint32_t chain, uint32_t body);

constexpr size_t record_size(size_t payload_bytes) {
  return (kRecordHeaderBytes + payload_bytes + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}

/** Appends the record that follows `position` to `out` and moves `position` onto it. */
void encode_record(Bytes& out, const SpaceUuid& uuid, ChainPosition& position, Sequence synced, uint16_t type,
                   View payload);

/** The record at `offset`, when the bytes there are one by themselves (framing and body checksum). */
std::optional<Record> decode_record(View segment, size_t offset, const SpaceUuid& uuid);

/** Whether `record` is the one that follows `position`. */
bool follows(const Record& record, const ChainPosition& position);

/** The highest sequence that any valid record at or behind `offset` says was synced; 0 when none says so. */
Sequence synced_claim_behind(View segment, size_t offset, const SpaceUuid& uuid);

}  // namespace engram
