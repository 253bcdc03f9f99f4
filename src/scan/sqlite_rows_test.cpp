// Rows of SQLite databases, whose columns touch each other: each is seen by itself, where it lies.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/text.h"
#include "scan/scan_testing.h"
#include "scan/sqlite_page.h"

namespace weft::scan {
namespace {

using namespace std::string_literals;
using ::testing::Contains, ::testing::ElementsAre, ::testing::IsEmpty, ::testing::Not, ::testing::UnorderedElementsAre;

constexpr size_t page_size = 4096;
enum : uint8_t { inner_keys = 2, keys = 10, rows = 13 };

std::string varint(uint64_t value) {
  std::string out(1, char(value & 0x7f));
  while (value >>= 7) out.insert(out.begin(), char(0x80 | (value & 0x7f)));
  return out;
}

struct Value {
  uint64_t type;
  std::string bytes;
};
Value text(const std::string& bytes) {
  return {13 + 2 * bytes.size(), bytes};
}
Value blob(const std::string& bytes) {
  return {12 + 2 * bytes.size(), bytes};
}
const Value null{0, ""}, zero{8, ""}, is_one{9, ""}, two{1, "\2"};

std::string row_of(const std::vector<Value>& values) {
  std::string types, columns;
  for (const Value& value : values) types += varint(value.type), columns += value.bytes;
  return varint(types.size() + 1) + types + columns;
}

// A page of rows or keys, filled from its end on. head: of a database, in front.
class Made {
 public:
  explicit Made(uint8_t kind = rows, const std::string& head = {}) : kind_(kind), head_(head.size()) { put(0, head); }
  Made& add(const std::vector<Value>& values) { return add_payload(row_of(values)); }
  // What does not fit goes on on page 7.
  Made& add_payload(const std::string& payload) {
    const size_t here = sqlite::size_here(payload.size(), page_size, kind_ == rows);
    std::string cell = kind_ == inner_keys ? big(3, 4) : "";
    cell += varint(payload.size());
    if (kind_ == rows) cell += varint(count_ + 1);
    cell += payload.substr(0, here) + (here < payload.size() ? big(7, 4) : "");
    top_ -= cell.size();
    put(top_, cell);
    put(head_ + (kind_ == inner_keys ? 12 : 8) + 2 * count_++, big(top_, 2));
    put(head_,
        char(kind_) + big(0, 2) + big(count_, 2) + big(top_, 2) + "\0"s + (kind_ == inner_keys ? big(4, 4) : ""));
    return *this;
  }
  // The last row as SQLite deletes it: a free block, whose first four bytes are lost.
  Made& remove_last(size_t size) {
    put(top_, big(0, 2) + big(size, 2));
    put(head_, char(kind_) + big(top_, 2) + big(--count_, 2) + big(top_, 2));
    return *this;
  }
  void put(size_t at, const std::string& some) { bytes.replace(at, some.size(), some); }

  std::string bytes = std::string(page_size, '\0');

 private:
  uint8_t kind_;
  size_t head_, count_ = 0, top_ = page_size;
};

std::vector<std::string> found(std::string_view bytes, std::string_view kind) {
  std::vector<std::string> out;
  for (const Found& one : scan_all(bytes).features)
    if (one.kind == kind) {
      out.push_back(one.value);
      // Where it says, the value lies.
      if (kind != "card" && one.layers.empty() && one.encoding == "utf-8" &&
          bytes.substr(one.offset, one.value.size()) != one.value)
        ADD_FAILURE() << one.value << " is not at " << one.offset;
    }
  return out;
}

TEST(SqliteRows, each_column_is_seen_by_itself) {
  const std::vector<std::pair<std::string, std::string>> values = {
      {"iban", "DE89370400440532013000"},
      {"ipv4", "203.0.113.7"},
      {"mac", "00:1a:2b:3c:4d:5e"},
      {"uuid", "f81d4fae-7dec-41d0-a765-00a0c91e6bf0"},
      {"phone", "+4915123456000"},
      {"bitcoin", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
      {"email", "anna@velten-law.de"},
      {"url", "http://www.velten-law.de/anna"},
      {"url", "http://www.velten-law.de"},
      {"sid", "S-1-5-21-1004336348-1177238915-682003330-512"},
      {"bitcoin", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"}};
  for (const uint8_t kind : {uint8_t(rows), uint8_t(keys), uint8_t(inner_keys)})
    for (const auto& [what, value] : values)
      for (const Value& flag : {null, zero, is_one, two, Value{6, "\0\0\1\0\0\0\0\0"s}}) {
        const Made made = Made(kind)
                              .add({null, text("Kunde"), text(value), flag, text("Notiz")})
                              .add({text("Kunde1"), text(value), text("4Notiz"), flag});
        EXPECT_EQ(found(made.bytes, what), (std::vector<std::string>{value, value})) << int(kind) << " " << flag.type;
      }
  const Made cards = Made().add({null, text("7"), text("4532015112830366"), text("2")});
  EXPECT_THAT(found(cards.bytes, "card"), ElementsAre("453201******0366"));
}

TEST(SqliteRows, columns_that_make_an_address_together_make_none) {
  const Made made = Made()
                        .add({text("Bob"), text("anna@velten-law.de"), is_one, text("Notiz")})
                        .add({text("http://www.velten-law.de/a"), text("bert@velten-law.de"), is_one, text("Notiz")})
                        .add({text("kay"), text("@velten-law.de"), is_one})
                        .add({text("Kestrel"), text("see http://"), text("velten-law.de/c")});
  EXPECT_THAT(found(made.bytes, "email"), UnorderedElementsAre("anna@velten-law.de", "bert@velten-law.de"));
  EXPECT_THAT(found(made.bytes, "url"), ElementsAre("http://www.velten-law.de/a"));
}

std::string utf16(const std::string& ascii, bool big_endian) {
  std::string out;
  for (const char c : ascii) out += big_endian ? "\0"s + c : c + "\0"s;
  return out;
}

TEST(SqliteRows, columns_of_utf_16_are_seen_by_themselves) {
  for (const bool big_endian : {false, true}) {
    const auto in = [&](const std::string& ascii) { return text(utf16(ascii, big_endian)); };
    // Of two units, and of one that is no character alone.
    const std::string signs = big_endian ? "\xd8\x3d\xde\x00\xd8\x3d\0 "s : "\x3d\xd8\x00\xde\x3d\xd8 \0"s;
    const Made made = Made()
                          .add({null, in("Kunde"), in("anna@velten-law.de"), two, in("Notiz")})
                          .add({null, text(signs + utf16("a@b.de", big_endian)), in("203.0.113.7"), is_one, in("x")});
    const Results results = scan_all(made.bytes);
    std::vector<std::string> values;
    for (const Found& one : results.features) {
      if (one.kind != "email" && one.kind != "ipv4") continue;
      values.push_back(one.value);
      EXPECT_EQ(one.encoding, big_endian ? "utf-16be" : "utf-16le");
      EXPECT_EQ(made.bytes.substr(one.offset, 2 * one.value.size()), utf16(one.value, big_endian));
      EXPECT_EQ(one.source_end - one.offset, 2 * one.value.size());
    }
    EXPECT_THAT(values, UnorderedElementsAre("anna@velten-law.de", "a@b.de", "203.0.113.7"));
  }
}

// In a write-ahead log, in a rollback journal, behind the head of a database, in a layer.
TEST(SqliteRows, pages_stand_where_databases_have_them) {
  const std::vector<Value> row = {text("table"), text("DE89370400440532013000"), text("m"), is_one};
  const std::string page = Made().add(row).bytes;
  const std::string head = "SQLite format 3\0\x10\0\1\1\0\x40\x20\x20"s + std::string(76, '\0');
  ASSERT_EQ(head.size(), sqlite_head_size);
  for (const size_t in_front : {size_t(32 + 24), size_t(512 + 4), size_t(0)})
    EXPECT_THAT(found(std::string(in_front, '\0') + page + "\1\2\3\4" + page, "iban"), testing::SizeIs(2)) << in_front;
  EXPECT_THAT(found(Made(rows, head).add(row).bytes, "iban"), testing::SizeIs(1));
  const std::string packed = deflated(page, 31);
  size_t layers = 0;
  for (const Found& one : scan_all(packed).features) {
    if (one.kind != "iban") continue;
    ++layers;
    const Layer layer = unpack(as_bytes(packed).subspan(one.offset), one.layers, {});
    EXPECT_EQ(as_text(layer.bytes).substr(layer.offset, one.value.size()), one.value);
  }
  EXPECT_EQ(layers, 1u);
}

TEST(SqliteRows, a_column_belongs_to_the_page_in_which_it_begins) {
  Made made;
  for (int i = 10; i < 60; ++i) made.add({null, text("Kunde"), text(fmt::format("203.0.113.{}", i)), text("7")});
  const std::string bytes = made.bytes + made.bytes;
  const std::vector<std::string> whole = found(bytes, "ipv4");
  EXPECT_EQ(whole.size(), 100u);
  for (size_t cut = 7000; cut < 7100; ++cut) {
    std::vector<std::string> parts;
    for (const auto& [begin, end] : {std::pair(size_t(0), cut), std::pair(cut, bytes.size())})
      for (const Found& one : scan_page(bytes, begin, end).features)
        if (one.kind == "ipv4") parts.push_back(one.value);
    EXPECT_EQ(parts, whole) << cut;
  }
}

// As whoever follows an address does: from as far in front of it as a page sees.
TEST(SqliteRows, a_column_is_found_again_from_its_place) {
  std::string bytes;
  while (bytes.size() < 20 * page_size)
    bytes += Made().add({null, text("Kunde"), text("203.0.113.7"), text("7")}).add({text("1"), text("a@b.de")}).bytes;
  for (const Found& one : scan_all(bytes).features) {
    const size_t first = one.offset - std::min<size_t>(one.offset, Limits().margin_before);
    Scan scan(all_rules(), {});
    NoWatch watch;
    Results again;
    const size_t at = one.offset - first;
    scan.page({as_bytes(bytes).subspan(first), at, at + 1, first}, {}, watch, again);
    EXPECT_THAT(again.features, Contains(::testing::Field(&Found::value, one.value))) << one.offset;
  }
  EXPECT_GE(Limits().margin_before, longest_sqlite_page);
}

TEST(SqliteRows, what_lies_in_no_row_is_found_as_it_was) {
  const std::vector<Value> gone = {null, text("eqn@example.com"), text("Notiz")};
  const size_t size = row_of(gone).size() + 2;
  Made made = Made().add({null, text("Kunde"), text("203.0.113.7"), text("8")}).add(gone).remove_last(size);
  // Behind the places of cells, where older rows were.
  made.put(100, "write to bert@example.org, soon");
  EXPECT_THAT(found(made.bytes, "email"), UnorderedElementsAre("eqn@example.com", "bert@example.org"));
  EXPECT_THAT(found(made.bytes, "ipv4"), ElementsAre("203.0.113.7"));
}

TEST(SqliteRows, blobs_are_seen_by_themselves_and_left_where_they_go_on_elsewhere) {
  const Made made = Made().add({text("Kunde"), blob("\1\0\2anna@velten-law.de"s), text("Notiz")});
  EXPECT_THAT(found(made.bytes, "email"), ElementsAre("anna@velten-law.de"));
  std::string many;
  while (many.size() < 9000) many += fmt::format("n{}@velten-law.de ", many.size());
  const std::string cut = Made().add({text("Kunde"), text("203.0.113.7"), text(many)}).bytes;
  EXPECT_THAT(found(cut, "email"), Contains("n0@velten-law.de"));
  EXPECT_THAT(found(cut, "email"), Contains("n17@velten-law.de"));
  EXPECT_THAT(found(cut, "ipv4"), ElementsAre("203.0.113.7"));
  const std::string begun = Made().add({text("203.0.113.7"), blob(std::string(300, '\1') + many)}).bytes;
  EXPECT_THAT(found(begun, "ipv4"), ElementsAre("203.0.113.7"));
  EXPECT_THAT(found(begun, "email"), Contains("n17@velten-law.de"));
}

TEST(SqliteRows, a_page_that_does_not_hold_together_is_none) {
  const Made made = Made()
                        .add({null, text("Kunde"), text("203.0.113.7"), text("8")})
                        .add({null, text("Kunde"), text("203.0.113.8"), text("8")});
  const auto is_page = [](const std::string& bytes) {
    SqlitePages pages(bytes);
    SqlitePage page;
    return pages.read(0, 0, page) && page.size == page_size;
  };
  EXPECT_TRUE(is_page(made.bytes));
  const size_t last = size_t(uint8_t(made.bytes[5])) << 8 | uint8_t(made.bytes[6]);
  // The kind, cells, where they begin, where one is, a row's size, its number, its head's size, a type.
  for (const size_t at : {size_t(0), size_t(4), size_t(5), size_t(9), last, last + 1, last + 2, last + 4}) {
    Made bent = made;
    bent.bytes[at] = char(bent.bytes[at] == 1 || at == last + 1 ? 1 : bent.bytes[at] + 1);
    EXPECT_FALSE(is_page(bent.bytes)) << at;
  }
  Made twice = made;
  twice.put(10, made.bytes.substr(8, 2));
  EXPECT_FALSE(is_page(twice.bytes)) << "a row in a row";
}

TEST(SqliteRows, any_byte_may_be_wrong) {
  for (const uint8_t kind : {uint8_t(rows), uint8_t(keys), uint8_t(inner_keys)})
    for (const bool wide : {false, true}) {
      const auto in = [&](const std::string& ascii) { return text(wide ? utf16(ascii, true) : ascii); };
      const std::string right = Made(kind)
                                    .add({null, in("Kunde"), in("a@b.de"), blob("\1www.b.de"), in("x")})
                                    .add({in("1.2.3.4"), two})
                                    .bytes;
      const size_t top = size_t(uint8_t(right[5])) << 8 | uint8_t(right[6]);
      for (size_t at = 0; at < right.size(); at = at == 20 ? top : at + 1)
        for (const char with : {'\0', '\1', '\x0d', '\x7f', '\x81', '\xff'}) {
          std::string wrong = right;
          wrong[at] = with;
          scan_all(wrong);
          scan_all(wrong.substr(0, wrong.size() - at % 70));
        }
    }
}

TEST(SqliteRows, words_are_whole_where_their_column_is) {
  const Rules rules(Lists{{{"words", "Kestrelbrook\nMüller\n"}}, {}});
  const auto words = [&](const std::string& bytes) {
    Scan scan(rules, {});
    NoWatch watch;
    Results results;
    scan.page({as_bytes(bytes), 0, bytes.size(), 0}, {}, watch, results);
    std::vector<std::string> out;
    for (const Found& one : results.features)
      if (one.kind == "word") out.push_back(fmt::format("{} {} {}", one.value, one.encoding, one.offset));
    return out;
  };
  const std::string cell = Made().add({null, text("Kunde"), text("Kestrelbrook"), two, text("Notiz")}).bytes;
  EXPECT_THAT(words(cell), ElementsAre(fmt::format("Kestrelbrook utf-8 {}", cell.find("Kestrelbrook"))));
  EXPECT_THAT(words(Made().add({null, text("Kestrel"), text("brook"), two}).bytes), IsEmpty());
  const std::string wide = utf16("Kestrelbrook", false);
  const std::string of_wide =
      Made().add({null, text(utf16("Kunde", false)), text(wide), two, text(utf16("Notiz", false))}).bytes;
  EXPECT_THAT(words(of_wide), ElementsAre(fmt::format("Kestrelbrook utf-16le {}", of_wide.find(wide))));
  const std::string page = Made().add({null, text("Kunde"), text("M\xfcller"), two, text("Notiz")}).bytes;
  EXPECT_THAT(words(page), ElementsAre(fmt::format("Müller windows-1252 {}", page.find("M\xfcller"))));
}

// A card's digits are shown by no neighbour's context.
TEST(SqliteRows, secrets_are_masked_in_what_is_shown_beside_them) {
  const Made made =
      Made().add({null, text("anna@velten-law.de"), text("4532015112830366"), text("bert@velten-law.de")});
  size_t shown = 0;
  for (const Found& one : scan_all(made.bytes).features) {
    EXPECT_EQ(one.context.find("4532"), std::string::npos) << one.context;
    shown += one.context.find("****") != std::string::npos;
  }
  EXPECT_GE(shown, 3u);
}

}  // namespace
}  // namespace weft::scan
