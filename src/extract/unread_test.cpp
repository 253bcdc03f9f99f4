#include "extract/unread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weft::extract {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr, ::testing::IsEmpty;

std::string said(std::string_view path, const std::string& first, const std::string& last = {}) {
  return unread_container(path, "application/octet-stream", as_bytes(first), as_bytes(last));
}

TEST(Unread, ContainersAreToldWithWhatToDo) {
  EXPECT_EQ(said("a", "MSWIM\0\0\0\xd0\0\0\0"s),
            "is a Windows image (WIM), which is not unpacked here: extract it (7z x, wimlib) and take in the folder");
  EXPECT_THAT(said("a", "QFI\xfb\0\0\0\3"s), HasSubstr("take it in as an exhibit of its own"));
  EXPECT_THAT(said("a", std::string(64, ' ') + "\x7f\x10\xda\xbe"), HasSubstr("VirtualBox"));
  EXPECT_THAT(said("a", "hsqs" + std::string(16, '\1') + "\5\0"s), HasSubstr("squashfs"));
  EXPECT_THAT(said("a.DMG", "any", "koly\0\0\0\4"s), HasSubstr("Apple disk image"));
  EXPECT_THAT(said("b/f.txt.br", "\xf1\x08"), HasSubstr("brotli"));
}

TEST(Unread, OthersAreNot) {
  EXPECT_THAT(said("a.wim", ""), IsEmpty());
  EXPECT_THAT(said("a", "QFI"), IsEmpty());
  EXPECT_THAT(said("a", "hsqs" + std::string(16, '\1') + "\4\0"s), IsEmpty());  // xz: its blocks are streams
  EXPECT_THAT(said("a", "hsqs"), IsEmpty());
  EXPECT_TRUE(unread_container("f.br", "text/plain", as_bytes("text"), {}).empty());
  EXPECT_TRUE(is_told_by_its_end("x/Y.dmg"));
  EXPECT_FALSE(is_told_by_its_end("x/dmg"));
}

}  // namespace
}  // namespace weft::extract
