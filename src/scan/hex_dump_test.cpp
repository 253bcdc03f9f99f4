// Dumps as programs print them: what a line's end cuts is found, and its pieces are not.
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::Contains, ::testing::ElementsAre, ::testing::HasSubstr, ::testing::IsEmpty, ::testing::StartsWith;

// Of what a format writes: what stands in front of the offset, its digits, what is behind it, bytes in a group, what
// stands in the middle, in front of the letters, behind them.
struct Format {
  const char* name;
  const char* front;
  int digits;
  const char* behind_offset;
  size_t group;
  const char* middle;
  const char* before_letters;
  const char* behind_letters;
};
constexpr Format formats[] = {
    {"xxd", "", 8, ": ", 2, " ", "  ", ""},        {"xxd -g1", "", 8, ": ", 1, " ", "  ", ""},
    {"xxd -g4", "", 8, ": ", 4, " ", "  ", ""},    {"hexdump -C", "", 8, "  ", 1, "  ", "  |", "|"},
    {"od", "", 6, " ", 1, " ", "  >", "<"},        {"tcpdump", "\t0x", 4, ":  ", 2, " ", "  ", ""},
    {"Wireshark", "", 4, "  ", 1, " ", "   ", ""}, {"Wireshark, split", "", 4, "   ", 1, "  ", "   ", ""},
};

std::string dump(std::string_view bytes, const Format& format, size_t width = 16, const char* line_break = "\n") {
  std::string out;
  for (size_t at = 0; at < bytes.size(); at += width) {
    const std::string_view line = bytes.substr(at, width);
    std::string shown = fmt::format("{}{:0{}x}{}", format.front, at, format.digits, format.behind_offset), letters;
    const size_t hex = shown.size();
    for (size_t i = 0; i < line.size(); ++i) {
      if (i > 0 && i % format.group == 0) shown += i == 8 ? format.middle : " ";
      shown += fmt::format("{:02x}", uint8_t(line[i]));
      letters += line[i] >= ' ' && line[i] < 0x7f ? line[i] : '.';
    }
    if (line.size() < width) shown.resize(std::max(shown.size(), hex + width * 2 + (width - 1) / format.group), ' ');
    out += shown + format.before_letters + letters + format.behind_letters + line_break;
  }
  return out;
}

std::vector<std::string> found(const Results& results) {
  std::vector<std::string> out;
  for (const Found& one : results.features) out.push_back(fmt::format("{} {}", one.kind, one.value));
  return out;
}

constexpr std::string_view text =
    "\x01\x02 Dear number 4711, write to anna.planted@example.com before noon, or call +49 30 39723612.";

TEST(HexDump, WhatALineCutsIsFound) {
  for (const Format& format : formats)
    for (const char* line_break : {"\n", "\r\n"})
      for (const std::string& front : {""s, "in front\n"s}) {
        const std::string source = front + dump(text, format, 16, line_break) + "behind\n";
        const Results results = scan_all(source);
        EXPECT_THAT(found(results), ElementsAre("email anna.planted@example.com", "phone +493039723612"))
            << format.name << "\n"
            << source << described(results);
        for (const Found& one : results.features) {
          EXPECT_EQ(one.offset, front.size());
          EXPECT_THAT(one.layers, StartsWith("-DUMP-"));
          EXPECT_EQ(as_text(unpack(as_bytes(source).subspan(one.offset), one.layers, {}).bytes), text);
        }
      }
}

// "anna@example.co" is a piece of what the layer says.
TEST(HexDump, PiecesAreNotFound) {
  const std::string source = dump(",anna@example.company.org and more of what there is to say here", formats[3]);
  EXPECT_THAT(found(scan_all(source)), ElementsAre("email anna@example.company.org"));
}

TEST(HexDump, OfPackedBytesIsUnpacked) {
  std::string source = dump(deflated(text, 31), formats[0]);
  EXPECT_THAT(found(scan_all(source)), ElementsAre("email anna.planted@example.com", "phone +493039723612"));
}

TEST(HexDump, OtherWidthsAndOffsets) {
  for (const size_t width : {8u, 20u, 32u})
    for (const size_t format : {0u, 2u})
      EXPECT_THAT(found(scan_all(dump(text, formats[format], width))),
                  ElementsAre("email anna.planted@example.com", "phone +493039723612"))
          << width;
}

// A dump whose first lines are lost is known by a line whose offset ends in 00.
TEST(HexDump, WithoutItsBeginIsRead) {
  const std::string whole = dump(std::string(160, '.') + std::string(text) + std::string(60, '.'), formats[3]);
  const size_t line = whole.find('\n') + 1;
  for (const size_t lost : {1u, 5u, 9u}) {
    const std::string source = "lost\n" + whole.substr(lost * line);
    const Results results = scan_all(source);
    EXPECT_THAT(found(results), ElementsAre("email anna.planted@example.com", "phone +493039723612")) << lost;
    for (const Found& one : results.features) {
      EXPECT_EQ(one.offset, 5u);
      const Layer layer = unpack(as_bytes(source).subspan(one.offset), one.layers, {});
      EXPECT_EQ(layer.bytes.size(), 160 + text.size() + 60 - lost * 16);
    }
  }
}

TEST(HexDump, StarsStandForLinesLikeTheOneAbove) {
  const std::string source =
      "00000000  00 00 00 00 00 00 00 00  00 00 00 00 00 00 00 00  |................|\n*\n"
      "00000100  00 00 00 00 00 00 00 00  00 00 00 61 6e 6e 61 40  |...........anna@|\n"
      "00000110  65 78 61 6d 70 6c 65 2e  63 6f 6d 00              |example.com.|\n"
      "0000011c\n";
  const Results results = scan_all(source);
  ASSERT_THAT(found(results), ElementsAre("email anna@example.com"));
  EXPECT_EQ(results.features[0].layers, fmt::format("-DUMP-{}", 0x10b));
}

TEST(HexDump, LikenessesGiveNothing) {
  const std::string lines = dump(text, formats[0]);
  const size_t line = lines.find('\n') + 1;
  std::string wrong = lines;
  for (size_t at = line; at < wrong.size(); at += line) wrong[at + 7] = '4';  // offsets that do not go on
  for (const std::string& source :
       {wrong, lines.substr(0, 2 * line),
        "  401000:\t55 48 89 e5 48 83 ec 10 \tpush\n  401008:\tb8 00 00 00 00 \tmov\n  40100d:\tc9 \tleave\n"s,
        "2010 11 22 33 44 55 66 77 88\n2018 11 22 33 44 55 66 77 88\n2021 11 22 33 44 55 66 77 88\n"s})
    EXPECT_THROW(unpack(as_bytes(source), "-DUMP-0", {}), Error) << source;
}

// A dump over the seam of pages is one layer, of the page it begins in.
TEST(HexDump, BelongsToThePageItBeginsIn) {
  const std::string source = "in front\n" + dump(text, formats[3]);
  for (size_t seam = 1; seam < source.size(); ++seam) {
    const auto first = found(scan_page(source, 0, seam)), second = found(scan_page(source, seam, source.size()));
    if (seam > 9) {
      EXPECT_THAT(first, ElementsAre("email anna.planted@example.com", "phone +493039723612")) << seam;
    } else {
      EXPECT_THAT(second, ElementsAre("email anna.planted@example.com", "phone +493039723612")) << seam;
    }
    EXPECT_EQ(first.size() + second.size() >= 2, true) << seam;
  }
}

// A line that shows something else beside its bytes is told for itself, too.
TEST(HexDump, WhatStandsBesideTheBytesIsNotLost) {
  std::string remarks = dump(text.substr(0, 48), formats[3], 16, " ; ask bert@example.org\n");
  EXPECT_THAT(found(scan_all(remarks)), Contains("email bert@example.org"));
  // xxd -e turns the bytes of each group around, not the letters.
  const std::string turned =
      "00000000: 74206f74 6f742d6f 666f2d6f 2a2a2a2a  to to-to-of ****\n"
      "00000010: 61406220 6178652e 656c706d 67726f2e   b@a.example.org\n"
      "00000020: 0a67726f                             org.\n";
  EXPECT_THAT(found(scan_all(turned)), Contains("email b@a.example.org"));
}

TEST(HexDump, OfDebiansToolsAreRead) {
  std::string name = (std::filesystem::temp_directory_path() / "weft_dump.XXXXXX").string();
  check(mkdtemp(name.data()) != nullptr, "a scratch folder");
  std::string bytes(text);
  bytes += std::string(200, '\0') + "and to anna@example.com";
  write_file(name + "/a", bytes);
  size_t made = 0;
  for (const char* command : {"xxd", "xxd -g1 -u", "xxd -c 32", "hexdump -C", "od -A x -t x1z", "od -v -A x -t x1"}) {
    if (std::system(fmt::format("{} '{}/a' > '{}/dump' 2>/dev/null", command, name, name).c_str()) != 0) continue;
    ++made;
    const std::string source = read_file(name + "/dump");
    EXPECT_EQ(as_text(unpack(as_bytes(source), "-DUMP-0", {}).bytes), bytes) << command;
  }
  std::filesystem::remove_all(name);
  if (made == 0) GTEST_SKIP() << "install xxd, bsdextrautils";
}

}  // namespace
}  // namespace weft::scan
