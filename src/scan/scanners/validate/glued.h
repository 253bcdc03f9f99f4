// What stands glued to an address without being part of it, or between its letters: how certificates, records and
// manual pages write text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::scan {

// A string in DER (ITU-T X.690 §8.1) has its type and its length in front, and the next element right behind: often
// "0", which starts a sequence. Where the string that begins at `begin` ends, or 0 when no length stands in front.
size_t der_string_end(std::string_view text, size_t begin);
// Where the string begins that ends at `end`, its begin being one of [first, last); or `last`.
size_t der_string_begin(std::string_view text, size_t first, size_t last, size_t end);

// Text stored behind its length with nothing behind it (Protocol Buffers, CBOR, pickles of Chromium): the next field
// may begin with a letter. Where the text ends that begins at `begin` and is followed by signs of its kind up to `end`,
// if the length in front of it says that it ends one or two signs earlier; 0: it does not. A length that is printable
// may as well be text, so it counts only with zeros around.
size_t counted_end(std::string_view text, size_t begin, size_t end);

// The same of a value that begins at `begin`: the text without what its length says is behind it, or all of it. `signs`
// go on in it, and letters and digits.
std::string_view without_glued(std::string_view text, size_t begin, std::string_view signs);
// Of CBOR a text of up to 23 signs has a letter in front, which is its length ("n+4915112345678"); where it ends, or 0.
size_t cbor_string_end(std::string_view text, size_t begin);

// Manual pages write "\-" for a hyphen (groff_char(7)). True when one stands at `at`, with a letter or digit behind.
bool is_written_hyphen(std::string_view text, size_t at);

// Text without the backslashes of such hyphens, and where each of its bytes, and its end, stands in the text.
struct Hyphened {
  std::string text;
  std::vector<size_t> place;
};
Hyphened without_backslashes(std::string_view text, size_t begin, size_t end);

}  // namespace weft::scan
