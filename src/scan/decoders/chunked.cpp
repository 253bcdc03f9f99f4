// CHUNKED: what web servers and browsers sent in pieces, put together: each piece has its size in front, in hex, so a
// value at a seam is cut, and a packed page breaks off after the first piece.
//
//   body   chunks, a chunk of size 0, fields, empty line; in front of it a head with "Transfer-Encoding: chunked"
//   chunk  size in hex, extensions behind ";", CR LF, so many bytes, CR LF
//
// (RFC 9112, 7.1.) The layer begins with the field that tells it, and goes as far as the chunks do. Of one chunk alone
// there is none: its bytes are in one piece where they lie.
//
// False positives: the field, the end of its head, and a line end behind each chunk.
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "scan/scanner.h"

namespace weft::scan {
namespace {

constexpr Pattern patterns[] = {
    {R"(transfer-encoding:[ \t]{0,4}((gzip|deflate),[ \t]{0,4})?chunked[ \t]{0,4}\r\n)", caseless}};
constexpr size_t longest_field = 64, longest_head = 16 * KiB, longest_size_line = 256;

void on_hit(Bytes bytes, const Hit& hit, size_t from, Decoded& out) {
  using namespace std::string_view_literals;
  const std::string_view text = as_text(bytes);
  const size_t line = text.rfind('\n', hit.end - 2), begin = line == std::string_view::npos ? 0 : line + 1;
  if (begin < from || hit.end - begin > longest_field) return;
  const std::string_view head = text.substr(0, std::min(text.size(), hit.end + longest_head));
  size_t at = head.find("\r\n\r\n"sv, hit.end - 2);
  if (at == std::string_view::npos) return out.in_vain(begin, head.size() - hit.end);
  at += 4;
  const size_t looked = at - hit.end;
  std::vector<std::pair<size_t, size_t>> chunks;
  size_t all = 0;  // as the sizes say
  bool whole = false;
  while (at < text.size()) {
    const size_t line_end = text.substr(0, std::min(text.size(), at + longest_size_line)).find("\r\n"sv, at);
    if (line_end == std::string_view::npos) break;
    uint32_t size = 0;
    const auto [digits, failure] = std::from_chars(text.data() + at, text.data() + line_end, size, 16);
    const bool is_size =
        failure == std::errc() && (digits == text.data() + line_end || *digits == ';' || *digits == ' ');
    if (!is_size) break;
    const size_t first = line_end + 2;
    if (size == 0) {
      whole = true, at = first;
      break;
    }
    // Where something is missing the size leads into something else, which is not to be told as a piece of this.
    const size_t last = std::min(text.size(), first + size);
    if (last < text.size() && text.substr(last, 2) != "\r\n"sv) break;
    if (all + size > out.room()) break;
    all += size;
    chunks.emplace_back(first, last);
    at = std::min(text.size(), last + 2);
  }
  if (chunks.size() < 2) return out.in_vain(begin, looked);
  std::vector<uint8_t> body;
  for (const auto& [first, last] : chunks)
    body.insert(body.end(), bytes.begin() + ptrdiff_t(first), bytes.begin() + ptrdiff_t(last));
  if (!out.layer("CHUNKED", begin, at - begin, std::move(body))) return;
  for (const auto& [first, last] : chunks) out.says_all(first, last);
  if (!whole) out.problem(begin, "the body ends in the middle of its chunks");
}

}  // namespace

extern const Decoder chunked_decoder;
const Decoder chunked_decoder{"CHUNKED", "bodies that were sent over HTTP in chunks", patterns, on_hit};

}  // namespace weft::scan
