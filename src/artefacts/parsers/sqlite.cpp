// SQLite databases, whatever program wrote them: every row of every table as text, and the addresses, numbers and URLs
// in it as selectors, whole. (In the raw pages cells stand without anything between them: what a scanner finds there
// may be glued to its neighbour.) On top of that what is known of some: address books and browsers' histories.
//
//   contacts  any table with a column of names and one of e-mail addresses or telephone numbers; Android's contacts2.db
//             (values in data.data1, their sort in mimetypes); iOS' AddressBook.sqlitedb (ABPerson, ABMultiValue);
//             macOS' AddressBook-v22.abcddb (ZABCDRECORD, ZABCDEMAILADDRESS, ZABCDPHONENUMBER)
//   visits    Firefox and its kin: moz_places, microseconds since 1970; Chrome and its kin: urls, microseconds since
//   1601;
//             Safari: history_items; times and titles are in history_visits, seconds since 2001
// A page that is in such a table and was never visited, Firefox keeps for a bookmark or a feed: count 0 and no time.
#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <map>

#include "artefacts/canonical.h"
#include "artefacts/database.h"
#include "artefacts/database_sample.h"
#include "artefacts/parser.h"
#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

constexpr size_t longest_value = 4 * KiB, longest_row = 64 * KiB, longest_name = 200;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Where a table has what, as its columns' names tell.
struct Shape {
  std::string_view role = "row";
  std::optional<size_t> name, email, phone, organisation, url, title, time, count, item;
};

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

Shape shape_of(const Table& table) {
  Shape out;
  std::string named = lower_ascii(table.name);
  for (size_t i = 0; i < table.columns.size(); ++i) {
    std::string column = lower_ascii(table.columns[i]);
    auto note = [&](std::optional<size_t>& where, std::initializer_list<std::string_view> names) {
      if (!where && is_one_of(column, names)) where = i;
    };
    note(out.name, {"display_name", "displayname", "name", "full_name", "fullname", "contact_name"});
    note(out.email, {"email", "e_mail", "email_address", "emailaddress", "mail"});
    note(out.phone, {"phone", "phone_number", "phonenumber", "mobile", "telephone"});
    note(out.organisation, {"organization", "organisation", "company"});
    note(out.url, {"url"});
    note(out.title, {"title"});
    note(out.time, {"last_visit_date", "last_visit_time", "visit_time"});
    note(out.count, {"visit_count"});
    note(out.item, {"history_item"});
  }
  bool history = is_one_of(named, {"moz_places", "urls", "history_items"});
  if (!history) out.url.reset();
  if (history && out.url) out.role = "visit";
  if (out.name && (out.email || out.phone))
    out.role = "contact";
  else
    out.email.reset(), out.phone.reset();
  if (is_one_of(named, {"abmultivalue", "zabcdemailaddress", "zabcdphonenumber"})) out.role = "contact";
  return out;
}

// A host whose last label no file is called by ("logo@2x.png" is no address).
bool plausible(std::string_view address) {
  std::string_view last = address.substr(address.rfind('.') + 1);
  return last.size() >= 2 &&
         !is_one_of(last, {"png", "jpg", "jpeg", "gif", "svg", "webp", "css", "js", "html", "htm", "php", "txt", "xml",
                           "json", "zip", "pdf", "mp4", "local", "lan"}) &&
         std::all_of(last.begin(), last.end(), [](char c) { return is_alpha(c) || c == '-' || uint8_t(c) >= 0x80; });
}

// As the url scanner writes it; empty when the whole text is no URL.
std::string url(std::string_view text) {
  size_t colon = text.find("://");
  if (colon == std::string_view::npos || text.size() > 4 * KiB || !is_utf8(text)) return {};
  std::string scheme = lower_ascii(text.substr(0, colon));
  if (!is_one_of(scheme, {"http", "https", "ftp", "ftps", "ws", "wss"})) return {};
  for (char c : text)
    if (uint8_t(c) <= ' ' || c == 0x7F || contains("\"<>\\^`{|}", std::string_view(&c, 1))) return {};
  while (!text.empty() && contains(".,;:!?'*_~([", text.substr(text.size() - 1))) text.remove_suffix(1);
  if (text.size() <= colon + 3) return {};
  size_t end = std::min(text.find_first_of("/?#", colon + 3), text.size());
  std::string_view authority = text.substr(colon + 3, end - colon - 3);
  size_t user = authority.rfind('@') + 1;  // npos + 1 is 0
  if (authority.size() == user) return {};
  return scheme + "://" + std::string(authority.substr(0, user)) + lower_ascii(authority.substr(user)) +
         std::string(text.substr(end));
}

class Reader {
 public:
  Reader(Database& database, Rows& rows) : database_(database), rows_(rows) {}

  void read(std::vector<Table> tables) {
    // By what these say, other tables are read: Android's numbers of mimetypes, Safari's visits.
    std::stable_partition(tables.begin(), tables.end(), [](const Table& table) {
      return table.name == "mimetypes" || table.name == "history_visits";
    });
    for (const Table& table : tables) {
      if (table.name.starts_with("sqlite_stat") || table.name == "sqlite_sequence") continue;
      Shape shape = shape_of(table);
      name_ = shown_name(table.name);
      columns_.clear();
      for (const std::string& column : table.columns) columns_.push_back(shown_name(column));
      std::string failed = database_.each_row(table, [&](const Row& row) { this->row(table, shape, row); });
      if (!failed.empty()) rows_.problem({0}, fmt::format("table {}: {}", name_, failed));
    }
  }

 private:
  std::string shown_name(std::string_view name) {
    if (name.size() > longest_name) rows_.cut({0}, "the name of a table or column gives its first 200 bytes");
    return printable(beginning(name, longest_name));
  }

  void row(const Table& table, const Shape& shape, const Row& row) {
    if (rows_.full()) return;
    if (table.name == "mimetypes" && row.id && row.cells.size() == 2)
      sorts_[*row.id] = std::string(row.cells[1].text.substr(0, longest_name));
    DatabaseRow out;
    out.table_name = name_;
    if (row.id) out.row_id = std::to_string(*row.id);
    std::string_view role = role_of(table, shape, row);
    std::string context = text_at(row, shape.name);
    for (size_t i = 0; i < row.cells.size(); ++i) {
      const Cell& cell = row.cells[i];
      if (cell.type == Cell::Type::text) selectors(cell, role, context);
      if (cell.type == Cell::Type::null) continue;
      if (cell.type == Cell::Type::text && cell.text.size() > longest_value)
        rows_.cut({cell.at}, "a row's content gives the first 4096 bytes of a text");
      if (out.content.size() < longest_row)
        add_line(out.content,
                 fmt::format("{}={}", i < columns_.size() ? std::string_view(columns_[i]) : "?", shown(cell)));
      else
        rows_.cut({cell.at}, "a row's content of 65536 bytes and more is without this column");
    }
    if (shape.role == "contact" && shape.name) contact(shape, row);
    if (table.name == "history_visits") note_visit(shape, row);
    if (shape.role == "visit" && shape.url) visit(table, shape, row);
    rows_.record({row.at}, std::move(out));
  }

  std::string_view role_of(const Table& table, const Shape& shape, const Row& row) const {
    if (shape.role == "visit" && count_at(shape, row) == 0 && !time_at(table, shape, row)) return "kept";
    if (sorts_.empty() || table.name != "data") return shape.role;
    auto column = std::find(table.columns.begin(), table.columns.end(), "mimetype_id") - table.columns.begin();
    if (size_t(column) >= row.cells.size()) return shape.role;
    auto sort = sorts_.find(row.cells[size_t(column)].integer);
    return sort != sorts_.end() &&
                   (contains(sort->second, "email") || contains(sort->second, "phone") || contains(sort->second, "/im"))
               ? "contact"
               : shape.role;
  }

  static std::string shown(const Cell& cell) {
    switch (cell.type) {
      case Cell::Type::integer:
        return std::to_string(cell.integer);
      case Cell::Type::real:
        return fmt::format("{}", cell.real);
      case Cell::Type::blob:
        return fmt::format("({} bytes)", cell.text.size());
      default:
        break;
    }
    std::string out =
        is_utf8(cell.text) ? beginning(cell.text, longest_value) : printable(cell.text.substr(0, longest_value));
    std::replace_if(
        out.begin(), out.end(), [](char c) { return uint8_t(c) < ' '; }, ' ');
    return out;
  }

  static std::string text_at(const Row& row, std::optional<size_t> where) {
    if (!where || *where >= row.cells.size() || row.cells[*where].type != Cell::Type::text) return {};
    return shown(row.cells[*where]);
  }

  // The cell as a whole, otherwise the words in it that are addresses.
  void selectors(const Cell& cell, std::string_view role, const std::string& context) {
    if (cell.text.size() > longest_row)
      return rows_.cut({cell.at}, "a text of more than 65536 bytes is not looked into for addresses");
    if (std::string whole = url(trim(cell.text)); !whole.empty())
      return rows_.selector({cell.at}, "url", whole, role, context);
    if (std::string number = phone(cell.text); !number.empty())
      return rows_.selector({cell.at}, "phone", number, role, context);
    if (cell.text.find('@') == std::string_view::npos) return;
    constexpr std::string_view between = " \t\r\n<>,;:\"'()[]{}|";
    for (size_t begin = 0; begin < cell.text.size();) {
      size_t end = std::min(cell.text.find_first_of(between, begin), cell.text.size());
      std::string_view word = cell.text.substr(begin, end - begin);
      while (word.ends_with('.')) word.remove_suffix(1);
      if (word.find('@') != std::string_view::npos)
        if (std::string address = email(word); !address.empty() && plausible(address))
          rows_.selector({cell.at + begin}, "email", address, role, context);
      begin = end + 1;
    }
  }

  void contact(const Shape& shape, const Row& row) {
    ContactRow out;
    out.name = text_at(row, shape.name), out.organisation = text_at(row, shape.organisation);
    out.emails = text_at(row, shape.email), out.phones = text_at(row, shape.phone);
    if (!out.emails.empty() || !out.phones.empty()) rows_.record({row.at}, std::move(out));
  }

  void visit(const Table& table, const Shape& shape, const Row& row) {
    VisitRow out;
    out.url = text_at(row, shape.url), out.title = text_at(row, shape.title);
    out.count = count_at(shape, row), out.time = time_at(table, shape, row);
    if (const LastVisit* last = last_visit(table, row); last && out.title.empty()) out.title = last->title;
    rows_.record({row.at}, std::move(out));
  }

  static const Cell* cell_at(const Row& row, std::optional<size_t> where, Cell::Type type) {
    return where && *where < row.cells.size() && row.cells[*where].type == type ? &row.cells[*where] : nullptr;
  }
  static std::optional<uint64_t> count_at(const Shape& shape, const Row& row) {
    const Cell* cell = cell_at(row, shape.count, Cell::Type::integer);
    return cell && cell->integer >= 0 ? std::optional(uint64_t(cell->integer)) : std::nullopt;
  }
  std::optional<Time> time_at(const Table& table, const Shape& shape, const Row& row) const {
    if (const LastVisit* last = last_visit(table, row)) return last->time;
    const Cell* cell = cell_at(row, shape.time, Cell::Type::integer);
    if (!cell || cell->integer <= 0) return std::nullopt;
    constexpr int64_t since_1601 = 11'644'473'600;
    return from_seconds(cell->integer / 1'000'000 - (lower_ascii(table.name) == "urls" ? since_1601 : 0),
                        uint32_t(cell->integer % 1'000'000 * 1000));
  }

  // Safari's visits of one page: when the last one was, and the title that the last one with a title gave it.
  struct LastVisit {
    double seconds = 0, titled = 0;  // since 2001
    std::optional<Time> time;
    std::string title;
  };
  const LastVisit* last_visit(const Table& table, const Row& row) const {
    if (!row.id || lower_ascii(table.name) != "history_items") return nullptr;
    const auto it = last_visits_.find(*row.id);
    return it == last_visits_.end() ? nullptr : &it->second;
  }
  // Costs no more memory than the rows that are given for them.
  void note_visit(const Shape& shape, const Row& row) {
    const Cell* item = cell_at(row, shape.item, Cell::Type::integer);
    const Cell* when = cell_at(row, shape.time, Cell::Type::real);
    constexpr double most = 1e11;  // far behind what a time can be
    if (!item || !when || !(when->real > 0 && when->real < most)) return;
    constexpr int64_t since_2001 = 978'307'200;
    LastVisit& last = last_visits_[item->integer];
    if (when->real >= last.seconds) {
      const auto microseconds = int64_t(std::llround(when->real * 1e6));
      last.seconds = when->real;
      last.time = from_seconds(since_2001 + microseconds / 1'000'000, uint32_t(microseconds % 1'000'000 * 1000));
    }
    if (std::string title = text_at(row, shape.title); !title.empty() && when->real >= last.titled)
      last.titled = when->real, last.title = std::move(title);
  }

  Database& database_;
  Rows& rows_;
  std::string name_;                  // of the table, as it is shown
  std::vector<std::string> columns_;  // and of its columns
  std::map<int64_t, std::string> sorts_;
  std::map<int64_t, LastVisit> last_visits_;  // by the id in history_items
};

constexpr std::string_view magic{"SQLite format 3\0", 16};

void parse(const File& file, Rows& rows) {
  if (!file.text().starts_with(magic)) return;
  std::optional<std::vector<uint8_t>> log;
  if (file.sibling) log = file.sibling("-wal");
  Database database(file.content, log ? Bytes(*log) : Bytes());
  if (database.failure().empty()) Reader(database, rows).read(database.tables());
  if (!database.failure().empty()) rows.problem({0}, database.failure());
  if (!database.left_out().empty()) rows.problem({0}, database.left_out());
}

constexpr std::array<std::string_view, 1> magics{magic};
constexpr std::array<std::string_view, 3> kinds{"email", "phone", "url"};
constexpr std::array<std::string_view, 1> siblings{"-wal"};

constexpr SampleDatabase book("contacts", "CREATE TABLE contacts(name, email, phone)",
                              {{"Mara Quill", "Mara@Kestrel-Brook.net", "+49 151 2345-6789"},
                               {"Ilse", "ilse@b-c.de", ""}});
constexpr SampleDatabase history("moz_places", "CREATE TABLE moz_places(url, title)",
                                 {{"HTTP://Kestrel-Brook.net/Report?q=1", "logo@2x.png"}});
constexpr SampleDatabase other("t", "CREATE TABLE t(a, b)", {{"write to <ilse@b-c.de>.", "x"}});
constexpr std::array samples{
    Sample{"addressbook.sqlite", book.bytes(), "email", "mara@kestrel-brook.net", "contact"},
    Sample{"addressbook.sqlite", book.bytes(), "email", "ilse@b-c.de", "contact"},
    Sample{"addressbook.sqlite", book.bytes(), "phone", "+4915123456789", "contact"},
    Sample{"places.sqlite", history.bytes(), "url", "http://kestrel-brook.net/Report?q=1", "visit"},
    Sample{"t.db", other.bytes(), "email", "ilse@b-c.de", "row"},
};
constexpr std::array<std::string_view, 4> real{"chat/contacts2.db", "browsers/safari/History.db",
                                               "browsers/android/webview.db", "browsers/firefox/downloads.sqlite"};

}  // namespace

extern const Parser sqlite_parser;
const Parser sqlite_parser{
    "sqlite",
    "database_row, contact, visit: any SQLite database, with the changes in its write-ahead log",
    "sqlite.org/fileformat2.html, walformat.html, as SQLite 3.40 reads them",
    {},
    {},
    magics,
    parse,
    kinds,
    samples,
    real,
    siblings,
};

}  // namespace weft::artefacts
