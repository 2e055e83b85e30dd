#include "wire/json_numbers.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/random.h"

namespace engram {
namespace {

std::optional<JsonNumbers> read(std::string_view json, std::span<float> out) {
  return json_numbers(json, "vector", out);
}

TEST(JsonNumbers, ReadsTheArrayAndSaysWhereItStands) {
  std::array<float, 4> out{};
  const std::string json =
      R"( {"k":5, "s":"a\"]}", "o":{"vector":[9]}, "vector" : [ 1, -2.5e1 ,0.125],"x":1})";
  const auto found = read(json, out);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->count, 3U);
  EXPECT_EQ(json.substr(found->begin, found->end - found->begin), "[ 1, -2.5e1 ,0.125]");
  EXPECT_EQ(out[0], 1.0F);
  EXPECT_EQ(out[1], -25.0F);
  EXPECT_EQ(out[2], 0.125F);
}

TEST(JsonNumbers, RefusesWhatJsonDoesNotKnow) {
  std::array<float, 4> out{};
  for (const char* bad :
       {"[1.]", "[.5]",  "[01]",    "[+1]",  "[1e]",    "[-]",   "[NaN]", "[inf]",       "[1,]", "[,1]",
        "[]",   "[1 2]", "[\"1\"]", "[[1]]", "[1e999]", "[0x1]", "[1",    "[1,2,3,4,5]", "7",    "null"})
    EXPECT_FALSE(read(std::string(R"({"vector":)") + bad + "}", out)) << bad;
}

TEST(JsonNumbers, RefusesTextThatIsNoObjectOrLacksTheKey) {
  std::array<float, 4> out{};
  for (const char* bad :
       {"", "[]", "{", "{}", "{\"vector", "{\"a\":1}", "{\"a\":[1}", "{\"a\":\"\\", "{\"a\" 1}"})
    EXPECT_FALSE(read(bad, out)) << bad;
}

TEST(JsonNumbers, ReadsEveryNumberAsTheNearestDoubleRoundedToF32) {
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    char text[64];
    const double value = (static_cast<double>(random.next() >> 11U) * 0x1p-53 - 0.5) *
                         std::strtod(("1e" + std::to_string(random.below(60))).c_str(), nullptr) * 1e-30;
    std::snprintf(text, sizeof text, "%.*g", static_cast<int>(1 + random.below(20)), value);
    std::array<float, 1> out{};
    ASSERT_TRUE(read(std::string(R"({"vector":[)") + text + "]}", out)) << text;
    EXPECT_EQ(out[0], static_cast<float>(std::strtod(text, nullptr))) << text;
  }
}

TEST(JsonNumbers, NeverReadsBeyondTextThatIsCutAnywhere) {
  const std::string json = R"({"k":5,"s":"a\\\"","vector":[1.5e-3,-2],"x":{"y":[1]}})";
  for (size_t length = 0; length < json.size(); ++length) {
    std::array<float, 4> out{};
    const std::string cut(json.data(), length);  // its own allocation: ASan sees a byte too many
    const auto found = read(cut, out);
    EXPECT_EQ(found.has_value(), length >= json.find("],\"x\"") + 1);
  }
}

}  // namespace
}  // namespace engram
