// Structures on real files, each scanner alone: how many there are is known from other tools (named at each), and what
// is whole must end where the file does.
#include <cstdlib>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "base/file.h"
#include "base/text.h"
#include "scan/scan_testing.h"
#include "scan/scanners/scanners_harness.h"

namespace weft::scan {
namespace {

const Scanner& scanner(std::string_view name) {
  for (const Scanner* each : all_scanners())
    if (each->name == name) return *each;
  throw Error("no scanner " + std::string(name));
}

std::vector<Feature> of(std::string_view text, std::string_view by, std::string_view kind) {
  std::vector<Feature> out;
  for (Feature& feature : Direct(scanner(by)).run(text))
    if (feature.kind == kind) out.push_back(std::move(feature));
  return out;
}

struct Whole {
  const char *file, *scanner, *kind;
  size_t behind = 0;  // bytes at the end of the file that are no part of the structure
};

constexpr Whole whole_files[] = {
    {"media/1.jpg", "carved_jpeg", "carved_jpeg"},
    {"media/Canon_40D.jpg", "carved_jpeg", "carved_jpeg"},
    {"media/DSCN0010.jpg", "carved_jpeg", "carved_jpeg"},
    {"media/Nikon_D70.jpg", "carved_jpeg", "carved_jpeg"},
    {"media/landscape_6.jpg", "carved_jpeg", "carved_jpeg"},
    {"media/testPNG.png", "carved_png", "carved_png"},
    {"media/testMP4.m4a", "carved_files", "carved_media"},
    {"media/testHEIF.heic", "carved_files", "carved_media"},
    {"documents/testPDF.pdf", "carved_pdf", "carved_pdf"},
    {"documents/testPDF_incrementalUpdates.pdf", "carved_pdf", "carved_pdf"},
    {"documents/testWORD.docx", "carved_zip", "carved_zip"},
    {"documents/testOpenOffice2.odt", "carved_zip", "carved_zip"},
    {"archives/syslog.zip", "carved_zip", "carved_zip"},
    {"documents/testEXCEL.xls", "carved_files", "carved_ole"},
    {"windows/thumbs/Thumbs.db", "carved_files", "carved_ole"},
    {"chat/imessage_chat.db", "carved_files", "carved_sqlite"},
    {"android/turbo.db", "carved_files", "carved_sqlite"},
};

TEST(Exif, SaysWhereATextIsCut) {
  const auto with_model = [](size_t size) {  // under 512 bytes
    std::string file("II*\0\x08\0\0\0\1\0\x10\1\2\0", 14);
    file += {char((size + 1) & 0xff), char((size + 1) >> 8), 0, 0, 26, 0, 0, 0, 0, 0, 0, 0};
    return file + std::string(size, 'K') + '\0';
  };
  for (const size_t size : {300, 301}) {
    const auto found = of(with_model(size), "exif", "carved_exif");
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].value, std::string(300, 'K') + (size == 300 ? "" : "…"));
  }
}

TEST(Carved, WholeFilesEndWhereTheyEnd) {
  size_t seen = 0;
  for (const Whole& one : whole_files) {
    const std::string bytes = evidence(one.file);
    if (bytes.empty()) continue;
    ++seen;
    const std::string noise = std::string(512, 'x');
    const auto found = of(noise + bytes + noise, one.scanner, one.kind);
    ASSERT_FALSE(found.empty()) << one.file;
    EXPECT_EQ(found[0].begin, 512u) << one.file;
    const bool walked = one.scanner != std::string_view("carved_files");
    EXPECT_EQ(found[0].value.find(fmt::format("{} bytes{}", bytes.size(), walked ? ", whole" : " by its header")), 0u)
        << one.file << ", " << bytes.size() << " bytes: " << found[0].value;
    if (walked) {
      EXPECT_EQ(found[0].end, 512 + bytes.size()) << one.file;
    }
    // Cut in half it is not whole (but for a document with updates, whose half is an earlier state of it).
    if (std::string_view(one.file).find("incremental") != std::string_view::npos) continue;
    for (const Feature& half : of(std::string_view(bytes).substr(0, bytes.size() / 2), one.scanner, one.kind)) {
      EXPECT_LE(half.end, bytes.size() / 2);
      if (half.begin == 0) {
        EXPECT_EQ(half.value.find("whole"), std::string::npos) << one.file << ": " << half.value;
      }
    }
  }
  if (seen == 0) GTEST_SKIP() << "no evidence";
}

struct Counted {
  const char *file, *scanner, *kind;
  size_t least, most;
  const char* value;  // of one of them
};

constexpr Counted counted[] = {
    {"windows/ntfs/WindowsMFT", "carved_ntfs", "carved_mft_record", 1, 100000, nullptr},
    {"windows/ntfs/WindowsINDX", "carved_ntfs", "carved_index_record", 1, 100000, nullptr},
    {"windows/ntfs/UsnJrnl.raw", "carved_ntfs", "carved_usn_record", 1, 100000, nullptr},
    {"windows/ntfs/WindowsUSN", "carved_ntfs", "carved_usn_record", 1, 100000, nullptr},
    {"windows/ntfs/WindowsLogfile", "carved_ntfs", "carved_log_page", 1, 100000, nullptr},
    {"windows/eventlog/System.evtx", "carved_evtx", "carved_evtx", 1, 1, nullptr},
    {"windows/eventlog/System.evtx", "carved_evtx", "carved_evtx_chunk", 1, 40, nullptr},
    {"windows/lnk/example.lnk", "carved_windows", "carved_lnk", 1, 1, nullptr},
    {"windows/prefetch/CMD.EXE-087B4001.pf", "carved_windows", "carved_prefetch", 1, 1, nullptr},
    {"windows/prefetch/BYTECODEGENERATOR.EXE-C1E9BCE6.pf", "carved_windows", "carved_prefetch", 1, 1, nullptr},
    {"windows/registry/NTUSER.DAT", "carved_windows", "carved_registry_hive", 1, 1, nullptr},
    {"windows/registry/NTUSER.DAT", "carved_windows", "carved_registry_bin", 10, 200, nullptr},
    {"windows/registry/NTUSER.DAT", "carved_windows", "carved_registry_key", 500, 5000, nullptr},
    {"linux/utmp", "carved_utmp", "carved_utmp", 14, 14, nullptr},  // as utmpdump
    {"linux/utmp_x86_64", "carved_utmp", "carved_utmp", 3, 5, nullptr},
    {"linux/utmp_aarch64", "carved_utmp", "carved_utmp", 3, 5, nullptr},
    {"linux/utmp_s390", "carved_utmp", "carved_utmp", 3, 5, nullptr},
    {"linux/utmp_corrupted", "carved_utmp", "carved_utmp", 2, 2, nullptr},
    {"linux/wtmp.1", "carved_utmp", "carved_utmp", 2, 4, nullptr},
    {"linux/apache_access.log", "http_log", "http_log", 15, 15, nullptr},
};

TEST(Carved, RecordsAreCounted) {
  size_t seen = 0;
  for (const Counted& one : counted) {
    const std::string bytes = evidence(one.file);
    if (bytes.empty()) continue;
    ++seen;
    const auto found = of(bytes, one.scanner, one.kind);
    std::string values;
    for (size_t i = 0; i < std::min<size_t>(found.size(), 3); ++i) values += "\n  " + found[i].value;
    std::printf("%s: %zu %s%s\n", one.file, found.size(), one.kind, values.c_str());
    EXPECT_GE(found.size(), one.least) << one.file << " " << one.kind;
    EXPECT_LE(found.size(), one.most) << one.file << " " << one.kind;
  }
  if (seen == 0) GTEST_SKIP() << "no evidence";
}

TEST(Carved, NothingReadsBehindTheEndOfDamagedBytes) {
  std::mt19937_64 random(6);
  for (const char* name : {"windows/ntfs/WindowsMFT", "windows/ntfs/WindowsINDX", "windows/ntfs/UsnJrnl.raw",
                           "windows/lnk/example.lnk", "windows/prefetch/CMD.EXE-087B4001.pf", "media/testPNG.png",
                           "media/1.jpg", "documents/testPDF.pdf", "documents/testEXCEL.xls", "archives/syslog.zip",
                           "media/testMP4.m4a", "windows/carving/test_winprefetch.raw", "linux/utmp"}) {
    const std::string whole = evidence(name).substr(0, 64 * KiB);
    if (whole.empty()) continue;
    for (int round = 0; round < 60; ++round) {
      std::string bytes = whole.substr(0, 1 + random() % whole.size());
      for (int flips = 0; flips < 8; ++flips) bytes[random() % bytes.size()] = char(uint8_t(random() >> 56));
      for (const char* by : {"carved_jpeg", "carved_png", "carved_gif", "carved_pdf", "carved_zip", "carved_files",
                             "carved_ntfs", "carved_evtx", "carved_windows", "carved_utmp"})
        for (const Feature& feature : Direct(scanner(by)).run(bytes)) {
          EXPECT_LT(feature.begin, feature.end);
          EXPECT_LE(feature.end, bytes.size()) << name << ": " << feature.value;
        }
    }
  }
}

// Two rows, (NULL, 'Anna') and (NULL, 'Bob'), as SQLite writes them.
std::string sqlite_page(size_t size) {
  std::string page(size, '\0');
  const std::string rows = std::string(
                               "\x06\x02\x03\0\x13"
                               "Bob",
                               8) +
                           std::string(
                               "\x07\x01\x03\0\x15"
                               "Anna",
                               9);
  const size_t anna = size - 9, bob = size - 17;
  page.replace(
      0, 12, {0x0D, 0, 0, 0, 2, char(bob >> 8), char(bob), 0, char(anna >> 8), char(anna), char(bob >> 8), char(bob)});
  page.replace(bob, 17, rows);
  return page;
}

TEST(Carved, PagesOfDatabasesOutsideOfThem) {
  auto values = [](std::string_view text) {
    std::vector<std::string> out;
    for (const Feature& feature : of(text, "carved_sqlite_page", "carved_sqlite_page"))
      out.push_back(fmt::format("{} {}", feature.begin, feature.value));
    return out;
  };
  const std::string page = sqlite_page(1024), gap(512, '\xee');
  const std::string what = "1024 bytes, rows 1 to 2, 2 of them, 2 columns, “Anna”";
  EXPECT_EQ(values(gap + page + gap + page), (std::vector<std::string>{"512 " + what, "2048 " + what}));
  EXPECT_TRUE(values("x" + page).empty());
  // A row that is a byte too short, rows that are not numbered upwards, a place outside.
  for (const auto& [at, byte] : std::initializer_list<std::pair<size_t, char>>{{1015, 8}, {1016, 2}, {8, 8}, {4, 3}}) {
    std::string bent = page;
    bent[at] = byte;
    EXPECT_TRUE(values(bent).empty()) << at;
  }
  // A write-ahead log: a page in each frame.
  const std::string head(
      "\x37\x7f\x06\x82\0\x2d\xe2\x18\0\0\4\0\0\0\0\0"
      "saltsaltsumssums",
      32),
      frame("\0\0\0\2\0\0\0\2saltsaltsumssums", 24);
  EXPECT_EQ(values(head + frame + page + frame + page),
            (std::vector<std::string>{"56 " + what, fmt::format("{} ", 56 + 1024 + 24) + what}));
}

TEST(Carved, PagesOfRealDatabases) {
  size_t tried = 0;
  for (const char* name :
       {"browsers/firefox/places.sqlite", "browsers/chrome/hindsight/60/History", "android/turbo.db"}) {
    std::string file = evidence(name);
    if (file.empty()) continue;
    ++tried;
    // Whole, it is one database; without its head, all pages of rows. (The first page has the head in front.)
    EXPECT_TRUE(of(file, "carved_sqlite_page", "carved_sqlite_page").empty()) << name;
    const size_t size = size_t(uint8_t(file[16])) << 8 | uint8_t(file[17]);
    size_t wanted = 0;
    for (size_t at = size; at < file.size(); at += size) wanted += file[at] == 0x0D && (file[at + 3] || file[at + 4]);
    file.replace(0, size, std::string(size, '\0'));
    const auto found = of(file, "carved_sqlite_page", "carved_sqlite_page");
    EXPECT_EQ(found.size(), wanted) << name;
    for (const Feature& feature : found) {
      EXPECT_EQ(feature.begin % size, 0u);
      EXPECT_EQ(feature.value.substr(0, feature.value.find(',')), fmt::format("{} bytes", size)) << name;
    }
  }
  if (tried == 0) GTEST_SKIP() << "no evidence: set WEFT_EVIDENCE";
}

}  // namespace
}  // namespace weft::scan
