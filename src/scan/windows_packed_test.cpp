// What Windows packs: the examples of [MS-XCA], real prefetch files and mail stores, and compressed files as ntfs-3g
// writes them.
#include "scan/decoders/windows_packed.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;
using ::testing::HasSubstr, ::testing::IsSubsetOf, ::testing::StartsWith;

std::set<std::string> emails(const Results& results, std::string_view layers) {
  std::set<std::string> out;
  for (const Found& f : results.features)
    if (f.kind == "email" && f.layers.find(layers) != std::string::npos) out.insert(f.value);
  return out;
}

std::string text_of(const Unpacked& unpacked) {
  return std::string(as_text(unpacked.bytes));
}

// --- [MS-XCA] --------------------------------------------------------------------------------------------------------

TEST(Xpress, UnpacksTheExamples) {
  constexpr std::string_view alphabet = "\x3f\0\0\0abcdefghijklmnopqrstuvwxyz"sv;
  EXPECT_EQ(text_of(unxpress(as_bytes(alphabet), 26)), "abcdefghijklmnopqrstuvwxyz");
  constexpr std::string_view hundred = "\xff\xff\xff\x1f\x61\x62\x63\x17\x00\x0f\xff\x26\x01"sv;
  std::string wanted;
  for (int i = 0; i < 100; ++i) wanted += "abc";
  const Unpacked unpacked = unxpress(as_bytes(hundred), 300);
  EXPECT_EQ(text_of(unpacked), wanted);
  EXPECT_EQ(unpacked.end, Unpacked::End::whole);
  EXPECT_EQ(unpacked.consumed, hundred.size());
  for (size_t size = 0; size < hundred.size(); ++size)
    EXPECT_NE(unxpress(as_bytes(hundred.substr(0, size)), 300).end, Unpacked::End::whole);
}

TEST(Lznt1, UnpacksTheExample) {
  constexpr std::string_view packed =
      "\x38\xb0\x88\x46\x23\x20\x00\x20\x47\x20\x41\x00\x10\xa2\x47\x01\xa0\x45\x20\x44\x00\x08\x45\x01\x50\x79\x00\xc0"
      "\x45\x20\x05\x24\x13\x88\x05\xb4\x02\x4a\x44\xef\x03\x58\x02\x8c\x09\x16\x01\x48\x45\x00\xbe\x00\x9e\x00\x04\x01"
      "\x18\x90\x00\x00\x00"sv;
  const Unpacked unpacked = unlznt1(as_bytes(packed));
  EXPECT_EQ(text_of(unpacked),
            "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E "
            "A F# F# G A A G F# E D D E F# E D D\0"sv);
  EXPECT_EQ(unpacked.end, Unpacked::End::whole);
  EXPECT_EQ(unpacked.consumed, packed.size());
}

// --- Prefetch --------------------------------------------------------------------------------------------------------

TEST(Xpress, PrefetchFilesUnpackToWhatTheySay) {
  size_t tried = 0;
  for (const char* name : {"AM_DELTA_PATCH_1.443.990.0.EX-7037CF86.pf", "BYTECODEGENERATOR.EXE-C1E9BCE6.pf",
                           "NOTEPAD.EXE-D8414F97.pf", "ONEDRIVE.EXE-7E152375.pf"}) {
    const std::string file = evidence("windows/prefetch/"s + name);
    if (file.empty()) continue;
    ++tried;
    const Results results = scan_all("in front" + file + "behind");
    std::string unpacked;
    for (const Found& found : results.features)
      if (found.kind == "carved_prefetch" && found.layers.starts_with("-XPRESS-")) {
        // The file says how long it is, under its signature and again in it.
        const Layer layer = unpack(as_bytes(std::string_view(file)), found.layers, {});
        EXPECT_THAT(found.value, HasSubstr(fmt::format("{} bytes", layer.bytes.size())));
        unpacked = as_text(layer.bytes);
      }
    EXPECT_EQ(unpacked.substr(4, 4), "SCCA") << name;
    EXPECT_EQ(little(unpacked.size(), 4), file.substr(4, 4)) << name;
    for (const ScanProblem& problem : results.problems) ADD_FAILURE() << problem.what;
    // Cut, it gives what there is, and says so.
    const Results cut = scan_all(file.substr(0, file.size() / 2));
    ASSERT_EQ(cut.problems.size(), 1u) << name;
    EXPECT_THAT(cut.problems[0].what, HasSubstr("MAM file is cut short"));
  }
  if (tried == 0) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
}

// --- Hibernation -----------------------------------------------------------------------------------------------------

// Bytes as they stand, 32 behind each word of flags.
std::string loosely_packed(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); i += 32) out += std::string(4, '\0') + std::string(text.substr(i, 32));
  return out;
}
std::string hibernated(size_t pages, const std::string& packed) {
  return "\x81\x81xpress"s + char(pages - 1) + little(packed.size() * 4 - 4, 4) + std::string(19, '\0') + packed;
}

TEST(Xpress, HibernatedPagesAreRead) {
  std::string page = "now anna@example.com is in memory" + std::string(4096, '\0');
  page.resize(4096);
  // A match of zeros behind the text: three bits of length, half a byte, a byte, two bytes.
  // Two bytes as they stand, then a zero repeated: its length in three bits, half a byte, a byte, two bytes.
  const std::string packed = loosely_packed(page.substr(0, 32)) + "\xff\xff\xff\x3f"s + page[32] + '\0' + little(7, 2) +
                             '\x0f' + '\xff' + little(4096 - 34 - 3, 2);
  const std::string source = "before " + hibernated(1, packed) + " behind";
  const Results results = scan_all(source);
  EXPECT_EQ(emails(results, "-XPRESS-"), (std::set<std::string>{"anna@example.com"}));
  EXPECT_TRUE(results.problems.empty());
  for (const Found& found : results.features) {
    if (found.layers.empty()) continue;
    EXPECT_EQ(found.offset, 7u);
    EXPECT_EQ(as_text(unpack(as_bytes(std::string_view(source)).subspan(7), found.layers, {}).bytes), page);
  }
  // Stored, since it would not shrink.
  EXPECT_EQ(emails(scan_all(hibernated(1, page)), "-XPRESS-"), (std::set<std::string>{"anna@example.com"}));
  // The name alone is none.
  const Results none = scan_all("\x81\x81xpress and a letter to bert@example.org, not packed by anything at all");
  EXPECT_TRUE(emails(none, "-XPRESS-").empty());
  EXPECT_TRUE(none.problems.empty());
}

// --- NTFS ------------------------------------------------------------------------------------------------------------

TEST(Lznt1, FilesThatNtfsCompressesAreReadWithoutIt) {
  std::string name = (std::filesystem::temp_directory_path() / "weft_lznt1.XXXXXX").string();
  check(mkdtemp(name.data()) != nullptr, "a scratch folder");
  std::string text;
  std::set<std::string> planted;
  for (int i = 0; text.size() < 150'000; ++i) {
    text += fmt::format("Dear number {}, write to planted.{}@example.com before {}.\n", i * 7919 % 1000, i, i * 104729);
    planted.insert(fmt::format("planted.{}@example.com", i));
  }
  write_file(name + "/letters", text);
  const bool made = std::system(("cd '" + name +
                                 "' && PATH=$PATH:/sbin:/usr/sbin; truncate -s 8M raw && "
                                 "mkntfs -F -Q -q -C -c 4096 raw >/dev/null 2>&1 && ntfscp -q raw letters letters")
                                    .c_str()) == 0;
  const std::string image = made ? read_file(name + "/raw") : std::string();
  std::filesystem::remove_all(name);
  if (!made) GTEST_SKIP() << "mkntfs and ntfscp could not be run: install ntfs-3g";
  const Results results = scan_all(image);
  // At most one address is cut in two by each border of a unit of 64 KiB.
  const std::set<std::string> found = emails(results, "-LZNT1-");
  EXPECT_GT(found.size() + 4, planted.size());
  EXPECT_THAT(found, IsSubsetOf(planted));
  for (const ScanProblem& problem : results.problems) ADD_FAILURE() << problem.what;
  size_t followed = 0;
  for (const Found& f : results.features)
    if (f.layers.starts_with("-LZNT1-") && ++followed % 500 == 0) {
      const Layer layer = unpack(as_bytes(image).subspan(f.offset), f.layers, {});
      EXPECT_THAT(std::string(as_text(layer.bytes).substr(layer.offset)), StartsWith(f.value));
    }
}

// --- Mail stores -----------------------------------------------------------------------------------------------------

TEST(Pst, AddressesInRealMailStores) {
  // What readpst 0.6.76 shows of their messages; of the last two stores (a distribution list, contacts) it shows less.
  const std::pair<const char*, std::set<std::string>> stores[] = {
      {"outlook.pst", {"user@outlook.com"}},
      {"testPST.pst",
       {"couchbase@couchbase.com", "dev-help@tika.apache.org", "dev@tika.apache.org", "hong-thai.nguyen@polyspot.com",
        "jira@apache.org", "kenigma1122@gmail.com", "kottmann@gmail.com", "lfcnassif@gmail.com", "oldcanine@yahoo.com",
        "users@opennlp.apache.org", "webinar@couchbase.com"}},
      {"dist-list.pst", {"contact1@rjohnson.id.au", "dist1@rjohnson.id.au", "dist2@rjohnson.id.au"}},
      {"32-bit.pst", {"john.harrison@stellent.com"}}};
  size_t tried = 0;
  for (const auto& [name, wanted] : stores) {
    const std::string file = evidence("mail/pst/"s + name);
    if (file.empty()) continue;
    ++tried;
    const Results results = scan_all(file);
    EXPECT_THAT(wanted, IsSubsetOf(emails(results, "-PST-"))) << name;
    // The items of heaps are apart, in those too that go on in another block: no "SMTP" in front, no host behind. And
    // what stands by itself, and is made like Thunderbird's ids, is no address.
    EXPECT_THAT(emails(results, "-PST-"),
                Not(Contains(AnyOf(HasSubstr("smtp"), HasSubstr("orgapache"), HasSubstr("530d9cac")))))
        << name;
    // Every address leads back.
    size_t followed = 0;
    for (const Found& f : results.features)
      if (f.layers.starts_with("-PST-") && ++followed % 50 == 1) {
        const Layer layer = unpack(as_bytes(std::string_view(file)).subspan(f.offset), f.layers, {});
        EXPECT_LT(layer.offset, layer.bytes.size());
      }
  }
  if (tried == 0) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
}

// One block in the items of a heap, one of before 2003, and two that go on one in the other.
TEST(Pst, BlocksByThemselves) {
  const std::string corpus = WEFT_SOURCE_DIR "/fuzz/corpus/PST/", front(4096, '\xee');
  const Results heap = scan_all(front + read_file(corpus + "heap"));
  EXPECT_EQ(emails(heap, "-PST-"), (std::set<std::string>{"anna@example.com", "bert@example.org"}));
  EXPECT_EQ(std::count_if(heap.features.begin(), heap.features.end(),
                          [](const Found& f) { return f.kind == "email" && f.encoding == "utf-16le"; }),
            1);
  EXPECT_EQ(emails(scan_all(front + read_file(corpus + "ansi")), "-PST-"), (std::set<std::string>{"bert@example.org"}));
  const std::string two = read_file(corpus + "long");
  for (const Found& f : scan_all(front + two).features)
    if (f.kind == "email") {
      EXPECT_THAT(f.layers, StartsWith("-PST-"));
      EXPECT_EQ(f.offset, front.size());
      EXPECT_EQ(unpack(as_bytes(two), f.layers, {}).bytes.size(), 8176 + 50u);
    }
  // Off the grid, or with a bit that is wrong, it is none.
  EXPECT_TRUE(emails(scan_all("x" + two), "-PST-").empty());
  std::string bent = read_file(corpus + "heap");
  bent[40] ^= 1;
  EXPECT_TRUE(emails(scan_all(bent), "-PST-").empty());
}

TEST(Xpress, SeedsUnpack) {
  const std::string corpus = WEFT_SOURCE_DIR "/fuzz/corpus/XPRESS/";
  for (const char* name : {"file", "file_with_checksum", "hibernated"}) {
    const Results results = scan_all("in front" + read_file(corpus + name));
    EXPECT_EQ(emails(results, "-XPRESS-"), (std::set<std::string>{"bert@example.org"})) << name;
    for (const ScanProblem& problem : results.problems) ADD_FAILURE() << name << ": " << problem.what;
  }
}

}  // namespace
}  // namespace weft::scan
