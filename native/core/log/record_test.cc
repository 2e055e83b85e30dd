#include "log/record.h"

#include <gtest/gtest.h>

#include "log/mark.h"
#include "log/segment.h"

namespace engram {
namespace {

const SpaceUuid kUuid = {'u', 'u', 'i', 'd'};

TEST(Record, DecodesWhatWasEncoded) {
  Bytes bytes;
  ChainPosition position{41, chain_start(kUuid)};
  encode_record(bytes, kUuid, position, 40, 3, {}, "payload");
  const auto record = decode_record(bytes, 0, kUuid);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->sequence, 42U);
  EXPECT_EQ(record->synced, 40U);
  EXPECT_EQ(record->type, 3);
  EXPECT_EQ(record->payload, "payload");
  EXPECT_EQ(record->size, bytes.size());
  EXPECT_EQ(bytes.size() % kRecordAlignment, 0U);
  EXPECT_TRUE(follows(*record, {41, chain_start(kUuid)}));
}

TEST(Record, NoticesEveryFlippedBitByItselfOrThroughTheChain) {
  Bytes bytes;
  const ChainPosition before{41, chain_start(kUuid)};
  ChainPosition position = before;
  encode_record(bytes, kUuid, position, 40, 3, {}, "payload");
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes flipped = bytes;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    const auto record = decode_record(flipped, 0, kUuid);
    EXPECT_FALSE(record && follows(*record, before)) << "bit " << bit;
  }
}

TEST(Record, KeepsTheTimeTheKeyAndTheFingerprintAndTimeNeverFalls) {
  Bytes bytes;
  ChainPosition position{0, chain_start(kUuid)};
  encode_record(bytes, kUuid, position, 0, 1, {.at_ms = 50, .key = "k-1", .fingerprint = 77}, "payload");
  encode_record(bytes, kUuid, position, 0, 1, {.at_ms = 40}, "");
  EXPECT_EQ(bytes.size(), record_size(7, 3) + record_size(0));
  const auto first = decode_record(bytes, 0, kUuid);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->tag.key, "k-1");
  EXPECT_EQ(first->tag.fingerprint, 77U);
  EXPECT_EQ(first->tag.at_ms, 50);
  EXPECT_EQ(first->payload, "payload");
  const auto second = decode_record(bytes, first->size, kUuid);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->tag.at_ms, 50);
  EXPECT_TRUE(second->tag.key.empty() && second->payload.empty());
  EXPECT_EQ(position.at_ms, 50);
}

TEST(Record, OfAnotherSpaceIsNone) {
  Bytes bytes;
  ChainPosition position{0, 0};
  encode_record(bytes, kUuid, position, 0, 1, {}, "x");
  EXPECT_FALSE(decode_record(bytes, 0, SpaceUuid{'o', 't', 'h', 'e', 'r'}));
}

TEST(Record, DoesNotFollowARecordItWasNotWrittenAfter) {
  ChainPosition one{0, 0};
  ChainPosition other{0, 0};
  Bytes first;
  Bytes second;
  encode_record(first, kUuid, one, 0, 1, {}, "a");
  encode_record(first, kUuid, one, 0, 1, {}, "b");
  encode_record(second, kUuid, other, 0, 1, {}, "c");
  const auto b = decode_record(first, record_size(1), kUuid);
  ASSERT_TRUE(b);
  EXPECT_FALSE(follows(*b, other));
}

TEST(SegmentHeader, SurvivesTheRoundTripAndRefusesAnUnknownVersionByNumber) {
  Bytes bytes = encode_segment_header({kUuid, 7, 9});
  const auto header = decode_segment_header(bytes, "log-x");
  ASSERT_TRUE(header.ok());
  EXPECT_EQ(header->first, 7U);
  EXPECT_EQ(header->chain, 9U);
  bytes[20] = 'X';
  EXPECT_EQ(decode_segment_header(bytes, "log-x").error().code, Code::kDamaged);
}

TEST(SegmentName, IsReadBackAndNothingElseIs) {
  EXPECT_EQ(segment_name(255), "log-00000000000000ff");
  EXPECT_EQ(parse_segment_name("log-00000000000000ff"), 255U);
  for (const char* other :
       {"log-ff", "log-00000000000000FF", "log-00000000000000fg", "mark", "log-00000000000000ff.tmp"})
    EXPECT_FALSE(parse_segment_name(other)) << other;
}

TEST(Mark, IsOnlyReadWhole) {
  const Bytes bytes = encode_mark(kUuid, 12);
  EXPECT_EQ(bytes.size(), kMarkBytes);
  EXPECT_EQ(decode_mark(bytes, kUuid), 12U);
  for (size_t i = 0; i < bytes.size(); ++i) {
    Bytes flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    EXPECT_FALSE(decode_mark(flipped, kUuid)) << "byte " << i;
  }
}

}  // namespace
}  // namespace engram
