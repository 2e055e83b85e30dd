#include "base/utf8.h"

#include <gtest/gtest.h>

namespace engram {
namespace {

TEST(Utf8, TakesTextOfEveryLength) { EXPECT_TRUE(is_utf8("a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80")); }

TEST(Utf8, RefusesBrokenAndOverlongSequencesSurrogatesAndWhatIsBeyondUnicode) {
  for (const char* bad :
       {"\x80", "\xC3", "\xC0\xAF", "\xE0\x80\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80"})
    EXPECT_FALSE(is_utf8(bad)) << quote_text(bad);
}

TEST(Utf8, SeesOneByteThatIsNoAsciiWhereverItStands) {
  constexpr size_t kAround = 201;
  for (size_t at = 0; at < kAround; ++at) {
    const std::string before(at, 'x');
    const std::string after(kAround - 1 - at, 'y');
    EXPECT_TRUE(is_utf8(before + "\xC3\xA4" + after)) << at;
    EXPECT_FALSE(is_utf8(before + "\x80" + after)) << at;
    EXPECT_FALSE(is_utf8(before + "\xC3" + after)) << at;
  }
}

TEST(Utf8, QuotesWhatCannotBePrinted) {
  EXPECT_EQ(quote_text("a\nb"), "\"a\\x0Ab\"");
  EXPECT_EQ(quote_text("\xFF"), "\"\\xFF\"");
  EXPECT_EQ(quote_text(std::string(50, 'x')), "\"" + std::string(39, 'x') + "…\" (50 bytes)");
}

}  // namespace
}  // namespace engram
