#include "profiles/ppk2_writer.h"

#include <array>
#include <charconv>
#include <fstream>

#include "profiles/whole_file.h"

namespace sunfleck {
namespace {

void append_number(std::string& text, double value, int digits) {
  std::array<char, 64> buffer;
  const auto end = std::to_chars(
      buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::general, digits);
  text.append(buffer.data(), end.ptr);
}

// Nanoseconds as milliseconds, exactly: 12345678 as "12.345678".
void append_milliseconds(std::string& text, RunTime time) {
  constexpr std::int64_t million = 1'000'000;
  text += std::to_string(time.count() / million);
  std::string rest = std::to_string(million + time.count() % million);
  rest.erase(rest.find_last_not_of('0') + 1);
  if (rest.size() > 1) text += "." + rest.substr(1);
}

void append_block(std::string& text, const HarvestBlock& block, RunTime period) {
  RunTime time = block.first;
  constexpr int digits = 9;  // as many as tell any two floats apart
  for (std::size_t i = 1; i < block.samples.size(); i += 2, time += period) {
    append_milliseconds(text, time);
    text += ',';
    append_number(text, 1e6 * static_cast<double>(block.samples[i]), digits);
    text += ",--------\n";
  }
}

}  // namespace

Result<std::string> write_ppk2_csv(const OpenProfile& profile, const std::filesystem::path& path) {
  const HarvestFormat format = profile.source->format();
  if (format.kind != HarvestKind::operating_point)
    return fail(
        Errc::unsupported, path.string(),
        ": a PPK2 recording holds currents, and only operating points have those");
  TRY(profile.source->rewind());
  WholeFile whole(path);
  std::ofstream file(whole.beside(), std::ios::binary | std::ios::trunc);
  file << "Timestamp(ms),Current(uA),D0-D7\n";
  std::string text;
  for (bool last = false; !last;) {
    const HarvestBlock block = TRY(profile.source->next());
    last = block.last;
    text.clear();
    append_block(text, block, format.period);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
  }
  file.close();
  if (!file) return fail(Errc::io, path.string(), ": cannot be written");
  TRY(whole.keep());
  return std::string(
      "the voltages are not in the file, since a PPK2 recording has no place for them");
}

}  // namespace sunfleck
