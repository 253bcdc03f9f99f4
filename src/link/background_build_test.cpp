#include "link/background_build.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "link/small_pack_test.h"

namespace weft::link {
namespace {

class Building : public testing::Test {
 protected:
  std::string pack(const std::string& label, const std::string& image, const std::vector<std::string>& addresses) {
    SmallPack small{label, image, {}};
    for (const std::string& address : addresses) small.values.push_back({"email", address, "home/" + address, ""});
    small.values.push_back({"card", "4111********1111", "home/card", keyed_hash(as_bytes("k"), "4111111111111111")});
    return seal_small_pack(scratch_, small);
  }
  BackgroundOptions from(const std::vector<Reference>& references) {
    BackgroundOptions out;
    out.references = references, out.name = "test", out.temporary = scratch_ / "tmp";
    return out;
  }
  std::string error(const std::vector<std::string>& files) {
    try {
      merge_backgrounds(files, "m", 1, scratch_ / "m");
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  }
  pack::Scratch scratch_;
};

TEST_F(Building, ClonesAndGroupsAreOneSource) {
  std::string a = pack("a", "one image", {"all@x.net", "clones@x.net"});
  std::string b = pack("b", "one image", {"all@x.net", "clones@x.net"});
  std::string c = pack("c", "another", {"all@x.net", "late@x.net"});
  std::string d = pack("d", "a third", {"late@x.net", "Capital@X.net"});
  build_background(from({{a, ""}, {b, ""}, {c, ""}, {d, ""}}), scratch_ / "f");
  Background file(scratch_ / "f");
  EXPECT_EQ(file.sources(), 3u);
  EXPECT_EQ(file.holding("email", "all@x.net"), 2u);
  EXPECT_EQ(file.holding("email", "clones@x.net"), 1u);
  EXPECT_EQ(file.holding("email", "late@x.net"), 2u);
  EXPECT_EQ(file.holding("email", "capital@x.net"), 1u);
  EXPECT_EQ(file.holding("email", "absent@x.net"), 0u);
  BackgroundFile written(scratch_ / "f");
  for (const auto& kind : written.kinds()) EXPECT_NE(kind.name, "card");
  build_background(from({{a, ""}, {b, ""}, {c, "office"}, {d, "office"}}), scratch_ / "g");
  Background grouped(scratch_ / "g");
  EXPECT_EQ(grouped.sources(), 2u);
  EXPECT_EQ(grouped.holding("email", "all@x.net"), 2u);
  EXPECT_EQ(grouped.holding("email", "late@x.net"), 1u);
}

TEST_F(Building, SamePacksSameBytesInAnyOrder) {
  std::string a = pack("a", "one", {"all@x.net"}), b = pack("b", "two", {"all@x.net", "b@x.net"});
  build_background(from({{a, ""}, {b, ""}}), scratch_ / "f");
  build_background(from({{b, ""}, {a, ""}}), scratch_ / "g");
  EXPECT_EQ(read_file(scratch_ / "f"), read_file(scratch_ / "g"));
  build_background(from({{a, ""}}), scratch_ / "h");  // other packs, another key
  EXPECT_NE(BackgroundFile(scratch_ / "f").head().fingerprint, BackgroundFile(scratch_ / "h").head().fingerprint);
}

TEST_F(Building, RareValuesAreDroppedOnDemand) {
  std::string a = pack("a", "one", {"all@x.net"}), b = pack("b", "two", {"all@x.net", "b@x.net"});
  BackgroundOptions options = from({{a, ""}, {b, ""}});
  options.least = 2;
  build_background(options, scratch_ / "f");
  Background file(scratch_ / "f");
  EXPECT_EQ(file.holding("email", "all@x.net"), 2u);
  EXPECT_EQ(file.holding("email", "b@x.net"), 0u);
  EXPECT_EQ(file.unlisted(), 1u);
}

TEST_F(Building, MergingAddsUp) {
  std::string a = pack("a", "one", {"all@x.net", "a@x.net"}), b = pack("b", "two", {"all@x.net", "b@x.net"});
  BackgroundOptions first = from({{a, ""}}), second = from({{b, ""}}), both = from({{a, ""}, {b, ""}});
  first.key = second.key = both.key = BackgroundKey(background_key_size, 7);
  both.name = "m";
  build_background(first, scratch_ / "a.wb"), build_background(second, scratch_ / "b.wb");
  build_background(both, scratch_ / "both.wb");
  merge_backgrounds({scratch_ / "a.wb", scratch_ / "b.wb"}, "m", 1, scratch_ / "m");
  EXPECT_EQ(read_file(scratch_ / "m"), read_file(scratch_ / "both.wb"));
}

TEST_F(Building, WhatCannotBeAddedUpIsRefused) {
  std::string a = pack("a", "one", {"all@x.net"}), b = pack("b", "two", {"all@x.net"});
  build_background(from({{a, ""}}), scratch_ / "a.wb");
  build_background(from({{b, ""}}), scratch_ / "b.wb");
  EXPECT_NE(error({scratch_ / "a.wb", scratch_ / "b.wb"}).find("another key"), std::string::npos);
  EXPECT_NE(error({scratch_ / "a.wb", scratch_ / "a.wb"}).find("count twice"), std::string::npos);
  EXPECT_NE(error({scratch_ / "a.wb"}).find("two backgrounds"), std::string::npos);
  BackgroundOptions few = from({{a, ""}});
  few.least = 2;
  build_background(few, scratch_ / "few.wb");
  EXPECT_NE(error({scratch_ / "few.wb", scratch_ / "b.wb"}).find("dropped"), std::string::npos);
}

TEST_F(Building, AKeyHeldApartStaysApartWhenMerged) {
  std::string a = pack("a", "one", {"all@x.net"}), b = pack("b", "two", {"all@x.net"});
  BackgroundOptions first = from({{a, ""}}), second = from({{b, ""}});
  first.key = second.key = random_bytes(background_key_size);
  second.key_apart = true;
  build_background(first, scratch_ / "a.wb"), build_background(second, scratch_ / "b.wb");
  merge_backgrounds({scratch_ / "a.wb", scratch_ / "b.wb"}, "m", 1, scratch_ / "m");
  EXPECT_THROW(Background(scratch_ / "m"), Error);
  EXPECT_EQ(Background(scratch_ / "m", std::vector<BackgroundKey>{*first.key}).holding("email", "all@x.net"), 2u);
}

}  // namespace
}  // namespace weft::link
