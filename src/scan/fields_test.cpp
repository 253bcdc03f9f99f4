// Values that touch what stands beside them: where a structure says where they are, each is seen by itself, where it
// lies. (Columns of SQLite rows: sqlite_rows_test.cpp.)
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "scan/scan_testing.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::Contains, ::testing::ElementsAre, ::testing::IsEmpty, ::testing::Not, ::testing::UnorderedElementsAre;

std::vector<std::string> values(const std::string& bytes, std::string_view kind) {
  std::vector<std::string> out;
  for (const Found& found : scan_all(bytes).features)
    if (found.kind == kind && found.layers.empty()) out.push_back(found.value);
  return out;
}

// The offset of the only one of a kind.
uint64_t offset(const std::string& bytes, std::string_view kind) {
  for (const Found& found : scan_all(bytes).features)
    if (found.kind == kind) return found.offset;
  return UINT64_MAX;
}

// A stored member as the usual programs write it; behind says that its sizes stand behind the content.
std::string member(const std::string& name, const std::string& content, bool behind = false) {
  const std::string sizes = little(content.size(), 4) + little(content.size(), 4);
  std::string out = "PK\3\4\x0a\0"s + little(behind ? 8 : 0, 2) + "\0\0\0\0\0\0\1\2\3\4"s;
  out += (behind ? std::string(8, '\0') : sizes) + little(name.size(), 2) + "\0\0"s + name + content;
  if (behind) out += "PK\7\x8\1\2\3\4"s + sizes;
  return out;
}

// A hive's bin with values of that name, the data of each behind it.
std::string bin(const std::vector<std::pair<std::string, std::string>>& named, uint64_t place = 0x3000) {
  const auto cell = [](std::string content) {
    content.resize((content.size() + 4 + 7) / 8 * 8 - 4);
    return little(uint64_t(-int64_t(content.size() + 4)), 4) + content;
  };
  std::string out = "hbin" + little(place, 4) + little(4096, 4) + std::string(20, '\0');
  for (const auto& [name, text] : named) {
    std::string data;
    for (const char c : text + '\0') data += std::string{c, '\0'};
    const size_t size = cell(std::string(20, '\0') + name).size();
    out += cell("vk" + little(name.size(), 2) + little(data.size(), 4) + little(place + out.size() + size, 4) +
                little(1, 4) + little(1, 4) + name) +
           cell(data);
  }
  out.resize(4096);
  return out;
}

TEST(Fields, VersionsInHivesAreNoAddresses) {
  const auto hive = bin({{"DriverVersion", "10.6.0.23"},
                         {"IP", "10.3.58.6"},
                         {"version", "192.168.77.1"},
                         {"NameServer", "203.0.113.4"},
                         {"Versions", "203.0.113.5"},
                         {"Version", "on anna@velten-law.de"}});
  for (const size_t front : {0, 512, 8192}) {
    EXPECT_THAT(values(std::string(front, '\0') + hive, "ipv4"),
                ElementsAre("10.3.58.6", "203.0.113.4", "203.0.113.5"));
    EXPECT_THAT(values(std::string(front, '\0') + hive, "email"), ElementsAre("anna@velten-law.de"));
  }
  for (size_t cut = 32; cut < 400; ++cut) scan_all(hive.substr(0, cut));
  for (size_t at = 0; at < 400; ++at) {
    std::string broken = hive;
    broken[at] = char(~broken[at]);
    scan_all(broken);
  }
}

TEST(Fields, MembersOfZipsThatAreStored) {
  for (const bool behind : {false, true}) {
    const std::string zip = member("contact.txt", "anna@velten-law.de", behind) +
                            member("phone", "+49 89 32168123", behind) +
                            member("iban", "DE89370400440532013000", behind) + member("ip", "203.0.113.77", behind) +
                            member("u", "http://www.velten-law.de/x", behind) + "PK\1\2"s;
    EXPECT_THAT(values(zip, "email"), ElementsAre("anna@velten-law.de"));
    EXPECT_THAT(values(zip, "phone"), ElementsAre("+498932168123"));
    EXPECT_THAT(values(zip, "iban"), ElementsAre("DE89370400440532013000"));
    EXPECT_THAT(values(zip, "ipv4"), ElementsAre("203.0.113.77"));
    EXPECT_THAT(values(zip, "url"), ElementsAre("http://www.velten-law.de/x"));
    EXPECT_EQ(offset(zip, "email"), zip.find("anna"));
  }
}

TEST(Fields, LargeMembersAreSeenAsTheyLieButForTheirEnds) {
  const std::string line = "nothing to be seen here, but a line that is long enough\n";
  std::string lines;
  while (lines.size() < 100'000) lines += line;
  const std::string content = "anna@velten-law.de\n" + lines + "bert@velten-law.de\n" + lines + "carl@velten-law.de";
  EXPECT_THAT(values(member("a.txt", content) + member("b", "x"), "email"),
              ElementsAre("anna@velten-law.de", "bert@velten-law.de", "carl@velten-law.de"));
  // One that is cut off, too.
  EXPECT_THAT(values(member("a.txt", content).substr(0, content.size() - 50'000), "email"),
              ElementsAre("anna@velten-law.de", "bert@velten-law.de"));
}

TEST(Fields, StructuresAreFoundAroundFields) {
  const std::string central =
      "PK\1\2\x0a\0\x0a\0\0\0\0\0\0\0\0\0\1\2\3\4\x12\0\0\0\x12\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s + "a";
  const std::string zip = member("a", "anna@velten-law.de");
  const std::string whole =
      zip + central + "PK\5\6\0\0\0\0\1\0\1\0"s + little(central.size(), 4) + little(zip.size(), 4) + "\0\0"s;
  EXPECT_THAT(values(whole, "carved_zip"), ElementsAre(testing::HasSubstr("whole")));
  EXPECT_THAT(values(whole, "email"), ElementsAre("anna@velten-law.de"));
}

// A property list as Core Foundation writes it.
class Plist {
 public:
  size_t add(const std::string& object) {
    offsets_.push_back(bytes_.size());
    bytes_ += object;
    return offsets_.size() - 1;
  }
  size_t text(const std::string& text) { return add(head(5, text.size()) + text); }
  size_t wide(const std::string& text) {
    std::string out = head(6, text.size());
    for (const char c : text) out += {'\0', c};
    return add(out);
  }
  size_t data(const std::string& bytes) { return add(head(4, bytes.size()) + bytes); }
  std::string done(size_t width = 1, size_t reference = 1) const {
    std::string out = bytes_;
    for (const size_t at : offsets_) out += big(at, width);
    return out + std::string(6, '\0') + char(width) + char(reference) + big(offsets_.size(), 8) + big(0, 8) +
           big(bytes_.size(), 8);
  }

 private:
  static std::string head(uint8_t kind, size_t size) {
    if (size < 15) return {char(kind << 4 | size)};
    return std::string{char(kind << 4 | 15), '\x10', char(size)};
  }
  std::string bytes_ = "bplist00";
  std::vector<size_t> offsets_;
};

Plist some(size_t reference) {
  Plist list;
  list.add("\xa6"s + [&] {
    std::string out;
    for (size_t i = 1; i <= 6; ++i) out += big(i, reference);
    return out;
  }());
  list.text("pa@velten-law.de"), list.text("Bob"), list.wide("carl@velten-law.de"), list.text("203.0.113.77");
  list.add("\x23\x40\x09\x21\xfb\x54\x44\x2d\x18"s), list.text("http://www.velten-law.de/x");
  return list;
}

TEST(Fields, StringsOfPropertyLists) {
  for (const size_t reference : {1, 2})
    for (const size_t width : {1, 2, 4}) {
      const std::string bytes = "zz" + some(reference).done(width, reference) + "zz";
      EXPECT_THAT(values(bytes, "email"), ElementsAre("pa@velten-law.de", "carl@velten-law.de")) << reference << width;
      EXPECT_THAT(values(bytes, "ipv4"), ElementsAre("203.0.113.77"));
      EXPECT_THAT(values(bytes, "url"), ElementsAre("http://www.velten-law.de/x"));
      EXPECT_EQ(offset(bytes, "email"), bytes.find("pa@"));
    }
  // One in another.
  Plist outer;
  outer.add("\xa2\1\2"s), outer.data(some(1).done()), outer.text("x");
  EXPECT_THAT(values(outer.done(), "email"), ElementsAre("pa@velten-law.de", "carl@velten-law.de"));
}

TEST(Fields, ValuesOfEventLogs) {
  const std::string log = evidence("windows/eventlog/Security_short_selected.evtx");
  if (log.empty()) GTEST_SKIP() << "no evidence";
  // As evtxexport shows them.
  EXPECT_THAT(values(log, "ipv4"),
              UnorderedElementsAre("23.94.153.202", "169.46.6.101", "23.94.153.202", "169.46.118.42", "169.46.6.101",
                                   "169.46.6.101", "169.46.118.42"));
  for (const std::string& url : values(log, "url"))
    EXPECT_EQ(url.find_first_not_of("abcdefghijklmnopqrstuvwxyz:/.0123456789"), std::string::npos) << url;
}

TEST(Fields, ValuesOfAChunkThatWasMade) {
  const std::string chunk = read_file(WEFT_SOURCE_DIR "/fuzz/corpus/all/evtx_chunk");
  EXPECT_THAT(values(chunk, "ipv4"), ElementsAre("203.0.113.77"));
  EXPECT_THAT(values(chunk, "url"), ElementsAre("http://www.velten-law.de"));
}

TEST(Fields, KeysAndBodiesOfChromiumsCache) {
  const std::string key = "1/0/_dk_http://velten-law.de http://velten-law.de http://www.velten-law.de/app.js";
  const std::string entry = "\x30\x5c\x72\xa7\x1b\x6d\xfb\xfc\5\0\0\0"s + little(key.size(), 4) + "\1\2\3\4\0\0\0\0"s +
                            key + "anna@velten-law.de" + "\xd8\x41\x0d\x97\x45\x6f\xfa\xf4"s;
  EXPECT_THAT(values(entry, "email"), ElementsAre("anna@velten-law.de"));
  EXPECT_THAT(values(entry, "url"), Contains("http://www.velten-law.de/app.js"));
}

std::string wide(const std::string& text) {
  std::string out;
  for (const char c : text) out += {c, '\0'};
  return out;
}

// A bin of a registry hive.
class Bin {
 public:
  explicit Bin(size_t place) : place_(place) {}
  // Gives the place of the cell; what the cell held before fills it.
  size_t cell(const std::string& content, bool used = true) {
    const size_t size = (content.size() + 4 + 7) / 8 * 8, at = place_ + 32 + bytes_.size();
    bytes_ += little(used ? -size : size, 4) + content + std::string("before!").substr(0, size - content.size() - 4);
    return at;
  }
  void key(const std::string& name, size_t class_place = 0xffffffff, size_t class_size = 0) {
    cell("nk\x20\0\xca\xcb\x03\xcc\xb5\x74\xcc\x01"s + std::string(36, '\0') + little(class_place, 4) +
         std::string(20, '\0') + little(name.size(), 2) + little(class_size, 2) + name);
  }
  void value(const std::string& name, const std::string& data, bool used = true) {
    const size_t at = data.empty() ? 0 : cell(data, used);
    cell("vk"s + little(name.size(), 2) + little(data.size(), 4) + little(at, 4) + "\1\0\0\0\1\0\0\0"s + name, used);
  }
  std::string done() const {
    std::string out = "hbin" + little(place_, 4) + little(4096, 4) + std::string(20, '\0') + bytes_;
    out += little(4096 - out.size(), 4);
    return out + std::string(4096 - out.size(), '\0');
  }

 private:
  size_t place_;
  std::string bytes_;
};

Bin some_bin() {
  Bin bin(0x5000);
  bin.key("203.0.113.77");
  bin.key("other", bin.cell(wide("http://www.velten-law.de/x")), 52);
  bin.value("00-00-5e-00-01-1d", "");
  bin.value("anna@velten-law.de", wide("carl@velten-law.de"));
  bin.value("x", "dora@velten-law.de");
  bin.value("+49 89 32168123", wide("erna@velten-law.de"), false);
  return bin;
}

TEST(Fields, CellsOfRegistryHives) {
  const std::string bin = some_bin().done();
  const auto all =
      UnorderedElementsAre("anna@velten-law.de", "carl@velten-law.de", "dora@velten-law.de", "erna@velten-law.de");
  EXPECT_THAT(values(bin, "email"), all);
  EXPECT_THAT(values(bin, "ipv4"), ElementsAre("203.0.113.77"));
  EXPECT_THAT(values(bin, "mac"), ElementsAre("00:00:5e:00:01:1d"));
  EXPECT_THAT(values(bin, "phone"), ElementsAre("+498932168123"));
  EXPECT_THAT(values(bin, "url"), ElementsAre("http://www.velten-law.de/x"));
  EXPECT_EQ(offset(bin, "ipv4"), bin.find("203.0.113.77"));
  // Behind another, and cut off.
  Bin more(0x6000);
  more.value("fred@velten-law.de", wide("gitta@velten-law.de"));
  EXPECT_THAT(values(bin + more.done().substr(0, 512), "email"),
              UnorderedElementsAre("anna@velten-law.de", "carl@velten-law.de", "dora@velten-law.de",
                                   "erna@velten-law.de", "fred@velten-law.de", "gitta@velten-law.de"));
  // Names are told without the bin's head, too.
  EXPECT_THAT(values(bin.substr(32), "ipv4"), ElementsAre("203.0.113.77"));
  EXPECT_THAT(values(bin.substr(32), "mac"), ElementsAre("00:00:5e:00:01:1d"));
}

TEST(Fields, CellsOfAHiveThatWindowsWrote) {
  const std::string hive = evidence("windows/registry/NTUSER-WIN7.DAT");
  if (hive.empty()) GTEST_SKIP() << "no evidence";
  // As regfexport shows it; the cell held "ThreeByte..." before.
  EXPECT_EQ(offset(hive, "mac"), 300472u);
}

// A block of a heap in a mail store of Outlook.
std::string heap_block(const std::string& head, const std::vector<std::string>& items) {
  std::string bytes = little(0, 2) + head, places;
  for (const std::string& item : items) {
    places += little(bytes.size(), 2);
    bytes += item;
  }
  places += little(bytes.size(), 2);
  bytes.resize((bytes.size() + 1) / 2 * 2);
  return bytes.replace(0, 2, little(bytes.size(), 2)) + little(items.size(), 2) + little(0, 2) + places;
}

std::string some_heap() {
  return heap_block("\xec\xbc\x20\0\0\0\0\0\0\0"s, {"\xb5\2\6\0\x40\0\0\0"s, wide("anna@velten-law.de"), wide("SMTP"),
                                                    wide("bert@velten-law.de"), "x", wide("carl@velten-law.de")});
}

TEST(Fields, ItemsOfHeapsInMailStores) {
  const std::string next = heap_block("", {"dora@velten-law.de", "SMTP", "203.0.113.77", "Dora"});
  std::string blocks = std::string(512, '\0') + some_heap();
  blocks.resize((blocks.size() + 63) / 64 * 64 + 64, '\xcc');
  blocks += next + "trailer.";
  const auto all =
      UnorderedElementsAre("anna@velten-law.de", "bert@velten-law.de", "carl@velten-law.de", "dora@velten-law.de");
  EXPECT_THAT(values(blocks, "email"), all);
  EXPECT_THAT(values(blocks, "ipv4"), ElementsAre("203.0.113.77"));
  EXPECT_EQ(offset(blocks, "ipv4"), blocks.find("203.0.113.77"));
  // As newer OST files keep them.
  std::vector<std::string> found;
  for (const Found& one : scan_all("zz" + zlibbed(some_heap()) + zlibbed(next) + "zz").features)
    if (one.kind == "email") found.push_back(one.value);
  EXPECT_THAT(found, all);
}

// What NTFS says of a file's name, where Windows writes it.
std::string file_name(const std::string& name) {
  return little(5, 8) + std::string(56, '\0') + little(name.size(), 1) + "\1" + wide(name);
}

std::string padded(const std::string& bytes) {
  return bytes + std::string((8 - bytes.size() % 8) % 8, '\0');
}

std::string file_record(const std::vector<std::string>& names) {
  std::string out = "FILE0\0\3\0"s + std::string(40, '\0');
  for (const std::string& name : names) {
    const std::string value = file_name(name);
    out += "\x30\0\0\0"s + little(padded(value).size() + 24, 4) + little(0, 8) + little(value.size(), 4) +
           "\x18\0\1\0"s + padded(value);
  }
  out += "\x50\0\0\0\x68\0\0\0"s;
  out.resize(1024, '\0');
  return out;
}

std::string index_record(const std::vector<std::string>& names) {
  std::string out = "INDX\x28\0\x09\0"s + std::string(56, '\0');
  for (const std::string& name : names) {
    const std::string value = file_name(name);
    out += "A\0\0\0\0\0\1\0"s + little(padded(value).size() + 16, 2) + little(value.size(), 2) + little(0, 4) +
           padded(value);
  }
  out += "A\0"s;
  out.resize(4096, '\0');
  return out;
}

std::string change_record(const std::string& name) {
  const std::string head = little(2, 4) + std::string(24, '\0') + little(129'000'000'000'000'000, 8) +
                           std::string(16, '\0') + little(2 * name.size(), 2) + "\x3c\0"s + wide(name);
  return padded(little((head.size() + 4 + 7) / 8 * 8, 4) + head);
}

TEST(Fields, NamesOfFilesInNtfs) {
  // Of every length that leaves room behind, and none.
  const std::vector<std::string> names = {"anna@velten-law.de", "bert1@velten-law.de", "carl22@velten-law.de",
                                          "dora333@velten-law.de"};
  std::string changes;
  for (const std::string& name : names) changes += change_record(name);
  for (const std::string& bytes : {file_record(names), index_record(names), changes + change_record("x"),
                                   std::string(512, '\0') + file_record(names) + index_record({"x"})}) {
    EXPECT_EQ(values(bytes, "email"), names);
    EXPECT_EQ(offset(bytes, "email"), bytes.find(wide("anna@")));
  }
}

std::string shortcut(const std::vector<std::string>& strings) {
  std::string out = "L\0\0\0\1\x14\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46\xfd\0\0\0"s + std::string(52, '\0');
  out += little(4, 2) + little(0, 4);  // a list of items
  for (const std::string& one : strings) out += little(one.size(), 2) + wide(one);
  return out + little(0, 4);
}

TEST(Fields, StringsOfShortcuts) {
  const std::string bytes =
      "zzz" + shortcut({"anna@velten-law.de", "..\\..\\Program Files\\Browser\\Application\\browser.exe",
                        "C:\\Program Files\\Browser\\Application", "--app=http://www.velten-law.de/x",
                        "C:\\Users\\anna\\AppData\\Local\\Browser\\Velten.ico"});
  EXPECT_THAT(values(bytes, "email"), ElementsAre("anna@velten-law.de"));
  EXPECT_THAT(values(bytes, "url"), ElementsAre("http://www.velten-law.de/x"));
  const std::string list = evidence("windows/jumplists/5afe4de1b92fc382.customDestinations-ms");
  if (list.empty()) GTEST_SKIP() << "no evidence";
  EXPECT_THAT(values(list, "url"), Contains("http://go.microsoft.com/fwlink/?LinkID=139460"));
}

TEST(Fields, LengthsInFrontTellWhereTextEnds) {
  const std::string url = "http://www.velten-law.de:8123/a.htm";
  // A pickle of Chromium, CBOR, and Protocol Buffers.
  EXPECT_THAT(values("x\0\0\0"s + little(url.size(), 4) + url + "d\0\0\0title"s, "url"), ElementsAre(url));
  EXPECT_THAT(values("\xa2\x78"s + little(url.size(), 1) + url + "bc\1"s, "url"), ElementsAre(url));
  EXPECT_THAT(values("\xda"s + little(url.size(), 1) + url + "z\4hallo"s, "url"), ElementsAre(url));
  // What a NUL ends, goes on to there.
  EXPECT_THAT(values("x\0\0\0"s + little(url.size() - 1, 4) + url + "\0\0\0\0title"s, "url"), ElementsAre(url));
  EXPECT_THAT(values("x\x0a\x0e"s + "ab@example.orgR\5hallo", "email"), ElementsAre("ab@example.org"));
  std::string longer = url;
  while (longer.size() < 150) longer += "/abc";
  EXPECT_THAT(
      values("x\x0a"s + char(0x80 | (longer.size() & 0x7f)) + char(longer.size() >> 7) + longer + "R\5hallo", "url"),
      ElementsAre(longer));
  // A quotation mark is no length, and what goes on far behind is no mistake of one.
  const std::string quoted = "http://www.velten-law.de/page/a.html";  // two more than the sign's number
  ASSERT_EQ(quoted.size(), 36u);
  EXPECT_THAT(values("\"" + quoted + "\"", "url"), ElementsAre(quoted));
}

TEST(Fields, DamagedOnesAreReadAsTheyLie) {
  const std::string plain = " anna@velten-law.de ";
  std::vector<std::string> samples = {member("a", plain),
                                      some(1).done() + plain,
                                      some_bin().done(),
                                      some_heap(),
                                      file_record({plain, plain}),
                                      shortcut({plain, plain, "x", "x", "x"}),
                                      evidence("windows/eventlog/System2.evtx").substr(0, 100'000) + plain};
  std::mt19937_64 random(7);
  for (const std::string& sample : samples)
    for (int round = 0; round < 200; ++round) {
      std::string bytes = sample;
      for (int flips = 0; flips < 6; ++flips)
        bytes[random() % std::min<size_t>(bytes.size() - plain.size(), 4096)] = char(uint8_t(random() >> 56));
      bytes.resize(sample.size() - random() % 3);
      scan_all(bytes + plain);
    }
  // What a head says to be something else is seen: here an extra field.
  std::string extra = member("a", "x");
  extra.insert(31, std::string(50, '.') + plain + std::string(50, '.'));
  extra[28] = char(100 + plain.size());
  EXPECT_THAT(values(extra, "email"), ElementsAre("anna@velten-law.de"));
  std::string chunk = read_file(WEFT_SOURCE_DIR "/fuzz/corpus/all/evtx_chunk");
  const std::string hidden = "............ bert@velten-law.de ...........";
  chunk.replace(chunk.find("GGGGGGGGGGGGGGGG") - 4 + 24 + 6, hidden.size(), hidden);  // in a template
  EXPECT_THAT(values(chunk, "email"), ElementsAre("bert@velten-law.de"));
  EXPECT_THAT(values(chunk, "ipv4"), ElementsAre("203.0.113.77"));
  // A cell that says to hold all the others.
  Bin bin(0x1000);
  bin.cell("vk\1\0"s + little(200, 4) + little(0x1000 + 32 + 32, 4) + "\1\0\0\0\1\0\0\0x"s);
  bin.cell(plain + plain + std::string(180, '.'));
  EXPECT_THAT(values(bin.done(), "email"), ElementsAre("anna@velten-law.de", "anna@velten-law.de"));
  // A length that is wrong hides nothing.
  std::string wrong = member("a", plain) + std::string(60, 'x') + plain;
  wrong[18] = wrong[22] = 40;
  EXPECT_THAT(values(wrong, "email"), ElementsAre("anna@velten-law.de", "anna@velten-law.de"));
}

}  // namespace
}  // namespace weft::scan
