// Mail messages, RFC 5322 and MIME (RFC 2045 to 2049, 2231), decoded. GMime stands behind this header only. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/time.h"

namespace weft::artefacts {

struct Mailbox {
  std::string name, address;  // as they stand, decoded; UTF-8
};

struct Attachment {
  std::string name, sha256;
  uint64_t size = 0;  // decoded
};

// Something of a message that was left off, because it costs too much or cannot be read.
struct MailProblem {
  uint64_t offset = 0;  // in the text
  std::string what;
};

struct Mail {
  std::vector<Mailbox> from, sender, reply_to, to, cc, bcc;
  std::string subject, message_id;  // the id as in canonical.h
  std::vector<std::string> in_reply_to, references;
  std::optional<Time> date;
  std::string body;  // the first text part that is no attachment, HTML without its tags; at most 256 KiB
  std::string text;  // how it begins
  std::vector<Attachment> attachments;
  std::vector<Mail> enclosed;              // messages inside it (forwarded, digests), in order
  uint64_t head_begin = 0, head_size = 0;  // where its head lies in the text
  std::vector<MailProblem> problems;       // of the outermost: those of all
};

// A field of a message's head: where it begins and what stands there, folded lines included.
struct Field {
  std::string_view name, value;
  uint64_t begin = 0;        // of its name, in the text
  uint64_t value_begin = 0;  // of value
};
// The name in a line that begins a field; empty when it begins none.
std::string_view field_name(std::string_view line);
// The fields up to the first line that is none, 5,000 at most.
std::vector<Field> fields_of(std::string_view text);
// Which one of the fields that every message has this is.
constexpr size_t usual_fields = 12;
std::optional<size_t> usual_field(std::string_view name);
// Whether this is the head of a message: several of these fields.
bool is_message_head(const std::vector<Field>& fields);

// The message that the text is; nothing when its head cannot be read. Parts deeper than `depth` in each other, and what
// costs far more than its size, are left out.
std::optional<Mail> parse_mail(std::string_view text, unsigned depth = 16);

// The text of an HTML page, roughly: for reading, not for showing.
std::string text_of_html(std::string_view html);

}  // namespace weft::artefacts
