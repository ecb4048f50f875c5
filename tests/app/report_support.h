#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/command.h"

// What a page of HTML comes to: its elements in order, and the texts in them. Fails the test where
// an element is not closed, or closed in another order; a value is not in quotation marks; an id
// stands twice; or a letter that must be escaped is not.
struct HtmlPage {
  std::vector<std::string> cells;  // of td, and of the values of facts
  std::vector<std::string> tags;   // names of all elements
  std::set<std::string> ids;
  std::set<std::string> addresses;  // of links, without '#'
  std::string text;                 // all of it
};

class HtmlReader {
 public:
  explicit HtmlReader(std::string_view page) : left_(page) {}

  HtmlPage read() {
    const std::string_view type = "<!DOCTYPE html>";
    EXPECT_TRUE(left_.starts_with(type));
    left_.remove_prefix(std::min(type.size(), left_.size()));
    while (!left_.empty() && !testing::Test::HasFailure())
      left_.front() == '<' ? tag() : words();
    EXPECT_TRUE(open_.empty()) << "not closed: " << open_.back();
    return page_;
  }

 private:
  void words() {
    const std::size_t end = std::min(left_.find('<'), left_.size());
    const std::string_view text = left_.substr(0, end);
    const bool is_style = !open_.empty() && open_.back() == "style";
    EXPECT_TRUE(is_style || text.find('>') == std::string_view::npos) << text;
    const std::string plain = unescaped(text);
    page_.text += plain;
    if (in_cell_) page_.cells.back() += plain;
    left_.remove_prefix(end);
  }

  static std::string unescaped(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
      const std::size_t end = text.front() == '&' ? text.find(';') : 0;
      EXPECT_NE(end, std::string_view::npos) << "a bare '&' in " << text;
      if (end == std::string_view::npos) break;
      const std::string_view name = text.substr(0, end + 1);
      if (end == 0)
        plain += text.front();
      else if (name == "&amp;")
        plain += '&';
      else if (name == "&lt;")
        plain += '<';
      else if (name == "&gt;")
        plain += '>';
      else if (name == "&quot;")
        plain += '"';
      else
        ADD_FAILURE() << "unknown " << name;
      text.remove_prefix(end + 1);
    }
    return plain;
  }

  void tag() {
    const std::size_t end = left_.find('>');
    ASSERT_NE(end, std::string_view::npos);
    std::string_view inside = left_.substr(1, end - 1);
    left_.remove_prefix(end + 1);
    if (inside.starts_with('/')) return close(std::string(inside.substr(1)));
    const bool is_closed = inside.ends_with('/');
    if (is_closed) inside.remove_suffix(1);
    const std::string name(inside.substr(0, inside.find_first_of(" \n")));
    for (const char letter : name)
      EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(letter)) != 0) << name;
    page_.tags.push_back(name);
    const std::string classes = attributes(inside.substr(name.size()));
    const std::set<std::string> empty{"meta", "link", "img", "br"};
    if (!is_closed && !empty.contains(name)) open_.push_back(name);
    if (name == "td" || (name == "span" && classes == "value")) {
      in_cell_ = true;
      page_.cells.emplace_back();
    }
  }

  void close(const std::string& name) {
    ASSERT_FALSE(open_.empty()) << "/" << name;
    EXPECT_EQ(open_.back(), name);
    open_.pop_back();
    if (name == "td" || name == "span") in_cell_ = false;
  }

  // Returns the class.
  std::string attributes(std::string_view text) {
    std::string classes;
    while (text.find_first_not_of(" \n") != std::string_view::npos) {
      text.remove_prefix(text.find_first_not_of(" \n"));
      const std::size_t sign = text.find("=\"");
      const std::size_t end = sign == std::string_view::npos ? sign : text.find('"', sign + 2);
      EXPECT_NE(end, std::string_view::npos) << text;
      if (end == std::string_view::npos) return classes;
      const std::string key(text.substr(0, sign));
      const std::string value(text.substr(sign + 2, end - sign - 2));
      if (key == "id") EXPECT_TRUE(page_.ids.insert(value).second) << value << " stands twice";
      if (key == "class") classes = value;
      if (key == "href" || key == "src") {
        EXPECT_TRUE(value.starts_with('#')) << "outside the page: " << value;
        page_.addresses.insert(value.substr(1));
      }
      text.remove_prefix(end + 1);
    }
    return classes;
  }

  std::string_view left_;
  std::vector<std::string> open_;
  bool in_cell_ = false;
  HtmlPage page_;
};

// The fields of comma-separated values. Source: RFC 4180.
inline std::vector<std::vector<std::string>> read_csv(std::string_view text) {
  std::vector<std::vector<std::string>> rows;
  bool quoted = false;
  bool begins = true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins) rows.push_back({""});
    begins = false;
    const char letter = text[i];
    if (letter == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"')
      rows.back().back() += text[++i];
    else if (letter == '"')
      quoted = !quoted;
    else if (letter == ',' && !quoted)
      rows.back().emplace_back();
    else if (letter == '\n' && !quoted)
      begins = true;
    else
      rows.back().back() += letter;
  }
  EXPECT_FALSE(quoted);
  return rows;
}
