#pragma once

#include <string>
#include <string_view>

namespace sunfleck::app {

// Text that every form of a report may hold, from names that nobody has checked: what is no UTF-8
// becomes U+FFFD, and a control character, line breaks too, a space.
std::string clean_text(std::string_view text);

// A key as a part of a file's name or of an address: letters a to z, digits, '-' and '_'; another
// becomes '-', and no key is empty or longer than 80.
std::string clean_key(std::string_view key);

}  // namespace sunfleck::app
