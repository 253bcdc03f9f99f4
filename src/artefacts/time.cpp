#include "artefacts/time.h"

#include "artefacts/text.h"
#include "base/text.h"

namespace weft::artefacts {
namespace {

// Takes numbers off the front of a text; a missing one latches the failure, as Cursor does.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : text_(text) {}
  bool ok() const { return ok_; }
  bool at_end() const { return text_.empty(); }
  int number(size_t digits) {
    int value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (i >= text_.size() || !is_digit(text_[i])) ok_ = false;
      if (ok_) value = value * 10 + (text_[i] - '0');
    }
    text_.remove_prefix(std::min(digits, text_.size()));
    return value;
  }
  bool take(char c) {
    if (text_.empty() || text_.front() != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  void need(char c) { ok_ = take(c) && ok_; }
  // Decimals of a second, as nanoseconds.
  uint32_t fraction() {
    uint32_t value = 0, weight = 100'000'000;
    for (; !text_.empty() && is_digit(text_.front()); text_.remove_prefix(1), weight /= 10)
      value += weight * uint32_t(text_.front() - '0');
    return value;
  }

 private:
  std::string_view text_;
  bool ok_ = true;
};

// Days since 1970-01-01 of a date of the Gregorian calendar: years begin in March, so that the leap day is the last.
int64_t days(int year, int month, int day) {
  int64_t y = month <= 2 ? year - 1 : year, era = (y >= 0 ? y : y - 399) / 400, of_era = y - era * 400;
  int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

std::optional<Time> time_of(Numbers& in, bool separated) {
  auto separator = [&](char c) {
    if (separated) in.need(c);
  };
  int year = in.number(4);
  separator('-');
  int month = in.number(2);
  separator('-');
  int day = in.number(2);
  in.need('T');
  int hour = in.number(2);
  separator(':');
  int minute = in.number(2);
  separator(':');
  int second = in.number(2);
  uint32_t nanoseconds = in.take('.') ? in.fraction() : 0;
  int64_t offset = 0;
  if (!in.take('Z')) {
    int sign = in.take('-') ? -1 : 1;
    if (sign > 0) in.need('+');
    offset = in.number(2) * 3600;
    in.take(':');
    offset = sign * (offset + in.number(2) * 60);
  }
  if (!in.ok() || !in.at_end() || month < 1 || month > 12 || day < 1 || day > 31 || hour > 24 || minute > 59 ||
      second > 60)
    return std::nullopt;
  return from_seconds(days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset, nanoseconds);
}

}  // namespace

std::optional<Time> time_from_iso(std::string_view text) {
  Numbers in(trim(text));
  return time_of(in, true);
}

std::optional<Time> time_from_basic(std::string_view text) {
  Numbers in(trim(text));
  return time_of(in, false);
}

std::optional<int64_t> seconds_of_duration(std::string_view text) {
  text = trim(text);
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  constexpr int64_t most = 10LL * 366 * 86400;
  int64_t seconds = 0, number = 0;
  bool timed = false, digits = false, any = false;
  for (const char c : text) {
    if (is_digit(c)) {
      number = number * 10 + (c - '0'), digits = true;
    } else if (c == 'T' && !timed && !digits) {
      timed = true;
    } else {
      const int64_t unit = timed ? (c == 'H'   ? 3600
                                    : c == 'M' ? 60
                                    : c == 'S' ? 1
                                               : 0)
                                 : (c == 'W'   ? 7 * 86400
                                    : c == 'D' ? 86400
                                               : 0);
      if (unit == 0 || !digits) return std::nullopt;
      seconds += number * unit, number = 0, digits = false, any = true;
    }
    if (number > most || seconds > most) return std::nullopt;
  }
  if (!any || digits) return std::nullopt;
  return negative ? -seconds : seconds;
}

std::optional<Time> time_from_pdf(std::string_view text) {
  text = trim(text);
  if (text.starts_with("D:")) text.remove_prefix(2);
  constexpr size_t date_size = 8;
  if (text.size() < date_size) return std::nullopt;
  // As RFC 5545 has it, but for the T, and for the zone's apostrophes.
  std::string basic(text.substr(0, date_size));
  basic += 'T';
  for (const char c : text.substr(date_size))
    if (c != '\'') basic += c;
  // "Z00'00'" is Z, too.
  if (const size_t zone = basic.find('Z'); zone != std::string::npos) basic.resize(zone + 1);
  return time_from_basic(basic);
}

}  // namespace weft::artefacts
