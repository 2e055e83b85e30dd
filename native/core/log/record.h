// One record of the write-ahead log: framing, checksums and the search for valid records behind damage.
// The bytes are described in FORMAT.md, "Record".
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

#include "base/bytes.h"

namespace engram {

/** Sequence number of an operation in its space: 1, 2, 3, …; 0 is "before the first". */
using Sequence = uint64_t;

/** Sixteen random bytes drawn when a space is created; they seed every checksum of the space. */
using SpaceUuid = std::array<char, 16>;

/** The formats of segments and records that this build reads; it writes the newest. */
inline constexpr uint32_t kLogVersion = 3;
inline constexpr uint32_t kLogVersionOldest = 1;

inline constexpr size_t kRecordHeaderBytes = 48;
inline constexpr size_t kRecordAlignment = 8;
inline constexpr size_t kKeyMaxBytes = 255;

/** What a writer says about a record beside its operation. */
struct RecordTag {
  double at_ms = 0;          // the writer's time; 0: not told
  View key = {};             // idempotency key; empty: none
  uint64_t fingerprint = 0;  // of the request that bore the key
};

/** A decoded record; its views point into the buffer it was read from. */
struct Record {
  uint16_t type = 0;
  RecordTag tag;
  Sequence sequence = 0;
  Sequence synced = 0;  // what was known to be durable when this record was written
  uint32_t chain = 0;   // as stored
  uint32_t body = 0;    // as stored
  View payload;
  size_t size = 0;  // on disk: header, tag, payload, padding
  View bytes;       // all of it, as stored
};

/** Where a chain stands: the sequence, chain value and time of the last good record. */
struct ChainPosition {
  Sequence sequence = 0;
  uint32_t chain = 0;
  double at_ms = 0;  // never falls along a log
};

/** The chain value of a space's log before its first record. */
uint32_t chain_start(const SpaceUuid& uuid);
uint32_t chain_next(uint32_t chain, uint32_t body);

/** Bytes on disk of a record whose key has `key_bytes` (0: no key). */
size_t record_size(size_t payload_bytes, size_t key_bytes = 0);

/** Appends a record's payload to what is there. */
using PayloadWriter = std::function<void(Bytes& out)>;

/** Appends the record that follows `position` to `out` and moves `position` onto it. A time before that of
 *  `position` is raised to it. */
void encode_record(Bytes& out, const SpaceUuid& uuid, ChainPosition& position, Sequence synced, uint16_t type,
                   const RecordTag& tag, const PayloadWriter& payload);
void encode_record(Bytes& out, const SpaceUuid& uuid, ChainPosition& position, Sequence synced, uint16_t type,
                   const RecordTag& tag, View payload);

/** The record at `offset` of a segment of that version, when the bytes there are one by themselves (framing
 * and body checksum). */
std::optional<Record> decode_record(View segment, size_t offset, const SpaceUuid& uuid,
                                    uint32_t version = kLogVersion);

/** How many bytes from `offset` on a record there would take, by its header alone; 0 when that is none. */
size_t announced_size(View segment, size_t offset, uint32_t version);

/** Whether `record` is the one that follows `position`. */
bool follows(const Record& record, const ChainPosition& position);
/** `position`, moved onto a record that follows it. */
ChainPosition moved_onto(const Record& record, const ChainPosition& position);

/** The highest sequence that any valid record of any version at or behind `offset` says was synced; 0 when
 * none says so. */
Sequence synced_claim_behind(View segment, size_t offset, const SpaceUuid& uuid);

}  // namespace engram
