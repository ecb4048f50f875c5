#include "tests/profiles/damaged_files.h"

#include <sys/resource.h>

#include <cmath>
#include <filesystem>

#include "core/base/random.h"
#include "profiles/formats.h"
#include "tests/support/mutate.h"
#include "tests/support/recording_files.h"
#include "tests/support/shared_data.h"

namespace sunfleck {
namespace {

HarvestFormat small_format(HarvestKind kind) {
  HarvestFormat format{.kind = kind, .resistance = {}, .period = std::chrono::milliseconds(5)};
  if (has_resistance(kind)) format.resistance = {1200.0};
  if (kind == HarvestKind::iv_curve) format.points = 6;
  return format;
}

std::vector<std::string> own_files() {
  std::vector<std::string> files;
  for (const HarvestKind kind :
       {HarvestKind::power, HarvestKind::voltage_behind_resistance, HarvestKind::operating_point,
        HarvestKind::iv_curve, HarvestKind::diode}) {
    HarvestProfile profile{
        .name = "own", .format = small_format(kind), .samples = {}, .origin = "made for a test"};
    profile.samples.resize(12 * sample_width(profile.format), 0.25F);
    const std::string text = to_csv(profile);
    const std::string last_line = text.substr(text.rfind('\n', text.size() - 2) + 1);
    files.push_back(text + "# gap: 40000000 ns\n" + last_line);
  }
  return files;
}

// A line a number, by a function of it.
template <class Line>
std::string lines_of(std::string text, int count, Line line) {
  for (int i = 0; i < count; ++i)
    text += line(i) + "\n";
  return text;
}

std::string swept(std::string_view heading, char separator, bool comma) {
  return lines_of(join(heading, "\n"), 45, [=](int i) {
    const double voltage = 2.0 - 0.14 * (i % 15);
    std::string line = join(
        1731092591025720000 + i * 10000, separator == ';' ? ";" : ",", fixed(voltage, 4),
        separator == ';' ? ";" : ",", fixed(voltage > 1.8 ? 0.0 : 1e-3, 6));
    if (comma) std::ranges::replace(line, '.', ',');
    return line;
  });
}

std::vector<std::string> made_files(std::string_view importer) {
  if (importer == "sunfleck") return own_files();
  if (importer == "powercast")
    return {lines_of("sec RSSI,mW\n", 30, [](int i) {
      return join(fixed(0.02 * i, 2), "\t", fixed(0.05 * i, 2));
    })};
  if (importer == "wisp")
    return {lines_of("", 30, [](int i) { return join(103717744 + i, "\t", fixed(0.07 * i, 6)); })};
  if (importer == "energytrace")
    return {lines_of("#Timestamp[us] Current[nA] Voltage[mV] Energy[nJ]\n", 30, [](int i) {
      return join(1320 + 270 * i + 40 * (i % 3), " 418520 3290 ", 4700 + 900 * i);
    })};
  if (importer == "diode")
    return {lines_of("time_s,a_Isc_A,b_Is_A,c_per_V\n", 25, [](int i) {
      return join(fixed(0.02 * i, 2), ",6.89e-04,1.11e-06,4.1059");
    })};
  if (importer == "ekho")
    return {lines_of("2\n0,0.88\n", 25, [](int i) {
      return join(fixed(0.2 * (i + 1), 1), ",14.1,14.0,13.5,9.25,-0.05");
    })};
  if (importer == "irradiance")
    return {lines_of("", 25, [](int i) {
      return join("   ", 30 * i, "\t   6006.98\t  2010\t 7\t 16\t 12\t 26\t  23\t ");
    })};
  if (importer == "voltages")
    return {lines_of("\xEF\xBB\xBF", 30, [](int i) { return fixed(2.7 + 0.01 * i, 9); })};
  if (importer == "table")
    return {
        swept("Time [s]; Voltage [V]; Current [A]", ';', false),
        swept("Time [s]; Voltage [V]; Current [A]", ';', true),
        swept("time_ns,current_uA,voltage_mV", ',', false),
        lines_of("time_s,V_IN,V_BAT,V_OUT\n", 20, [](int i) {
          return join(fixed(0.0032 * i, 5), ",1.649,4.341,-0.001");
        })};
  return {};
}

std::vector<std::string> recorded_file(const Importer& importer) {
  std::filesystem::path smallest;
  std::uintmax_t least = 4'000'000;
  std::error_code error;
  for (const char* const folder : {"traces", "mlperf_energy"})
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(shared_data(folder), error)) {
      if (!entry.is_regular_file() || entry.file_size() >= least) continue;
      const auto file = ProfileFile::open(entry.path());
      if (!file || !importer.recognises(file->bytes().substr(0, recognised_bytes))) continue;
      smallest = entry.path();
      least = entry.file_size();
    }
  if (smallest.empty()) return {};
  const std::vector<std::uint8_t> bytes = file_bytes(smallest);
  return {std::string(bytes.begin(), bytes.end())};
}

// Puts other characters of numbers in the place of some digits: such files get further into a
// reader of texts than those with any bytes do.
void change_digits(std::string& bytes, Random& random) {
  constexpr std::string_view others = "0123456789.,-+eE;\t\n#";
  for (std::uint64_t change = 0, count = random.below(6); change < count; ++change) {
    const std::size_t at = bytes.find_first_of("0123456789", random.below(bytes.size() + 1));
    if (at != std::string::npos) bytes[at] = others[random.below(others.size())];
  }
}

std::optional<std::string> wrong_block(
    const HarvestBlock& block, std::size_t width, RunTime begin) {
  if (block.samples.size() % width != 0) return "a block ends within a sample";
  if (block.samples.empty() && !block.last) return "a block before the last has no samples";
  if (!block.samples.empty() && block.first < begin) return "a block begins too early";
  for (const float value : block.samples)
    if (!std::isfinite(value) || value < 0.0F) return join("a sample is ", double{value});
  return std::nullopt;
}

std::optional<std::string> wrong_error(const Error& error, std::string_view where) {
  if (!error.text.starts_with(where) && !error.text.starts_with("profile:"))
    return join("an error without the file's name: ", error.text);
  if (error.text.size() > 600) return join("an error that is too long: ", error.text);
  return std::nullopt;
}

// Plays a file that was opened to its end, once.
std::optional<std::string> play(const OpenProfile& profile, std::string_view where) {
  const HarvestFormat format = profile.source->format();
  if (const Status checked = check(format); !checked) return checked.error().text;
  const std::size_t width = sample_width(format);
  RunTime end{};
  for (bool last = false; !last;) {
    const Result<HarvestBlock> block = profile.source->next();
    if (!block) return wrong_error(block.error(), where);
    if (auto wrong = wrong_block(*block, width, end)) return wrong;
    end = block->first + static_cast<std::int64_t>(block->samples.size() / width) * format.period;
    last = block->last;
  }
  return std::nullopt;
}

long peak_kilobytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

}  // namespace

std::vector<std::string> files_to_damage(const Importer& importer) {
  std::vector<std::string> files = made_files(importer.name);
  if (files.empty()) files = small_recordings(importer.name);
  return files.empty() ? recorded_file(importer) : files;
}

std::optional<std::string> feed_damaged_files(
    const Importer& importer, std::size_t count, std::uint64_t seed) {
  constexpr std::string_view where = "damaged";
  constexpr long most_growth = 1'000'000;  // kB
  const ImportOptions options{
      .period = std::chrono::milliseconds(1),
      .resistance = Ohms{1000.0},
      .kind = HarvestKind::voltage_behind_resistance,
      .voltage = Volts{3.0}};
  const std::vector<std::string> files = files_to_damage(importer);
  const long peak_before = peak_kilobytes();
  Random random(seed, importer.name);
  for (std::size_t i = 0; i < count && !files.empty(); ++i) {
    const std::string& original = files[i % files.size()];
    std::string damaged = original;
    change_digits(damaged, random);
    if (random.below(2) == 0) {
      const std::vector<std::uint8_t> bytes(damaged.begin(), damaged.end());
      const std::vector<std::uint8_t> changed = mutated(bytes, random);
      damaged.assign(changed.begin(), changed.end());
    }
    const auto file = ProfileFile::holding(std::move(damaged), where);
    importer.recognises(file.bytes().substr(0, recognised_bytes));
    const Result<OpenProfile> profile = importer.open(file, options);
    std::optional<std::string> wrong =
        profile ? play(*profile, where) : wrong_error(profile.error(), where);
    if (!wrong && peak_kilobytes() - peak_before > most_growth) wrong = "it took 1 GB of memory";
    if (wrong) return join("file ", i, " of ", importer.name, ": ", *wrong);
  }
  return std::nullopt;
}

}  // namespace sunfleck
