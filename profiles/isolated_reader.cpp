#include "profiles/isolated_reader.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "profiles/reader_process.h"

namespace sunfleck {
namespace {

using Reader = std::function<Status(const ProfileFile& file, ProfileSink& sink)>;

enum MessageKind : std::uint32_t { message_head, message_samples, message_end, message_error };

// The head of a profile as it goes through the pipe; name and origin follow.
struct HeadRecord {
  std::uint32_t kind;
  std::uint32_t points;
  std::uint32_t lead_in;
  std::uint32_t name_size;
  double resistance;
  std::int64_t period;
  std::int64_t duration;  // below 0: not known
};
constexpr std::size_t longest_text = std::size_t{1} << 16;
constexpr std::int64_t longest_time = std::int64_t{1} << 62;

template <class Record>
std::string bytes_of(const Record& record) {
  std::string bytes(sizeof record, '\0');
  std::memcpy(bytes.data(), &record, sizeof record);
  return bytes;
}

// The sink in the child.
class PipeSink final : public ProfileSink {
 public:
  explicit PipeSink(const ReaderProcess::Send& send) : send_(&send) {}

  void begin(const ProfileHead& head) override {
    const std::string name = head.name.substr(0, longest_text / 4);
    const HeadRecord record{
        .kind = static_cast<std::uint32_t>(head.format.kind),
        .points = head.format.points,
        .lead_in = head.format.lead_in,
        .name_size = static_cast<std::uint32_t>(name.size()),
        .resistance = head.format.resistance.si,
        .period = head.format.period.count(),
        .duration = head.duration ? head.duration->count() : -1};
    (*send_)(message_head, bytes_of(record) + name + head.origin.substr(0, longest_text / 2));
  }
  void add(RunTime first, std::span<const float> samples) override {
    bytes_.resize(sizeof(std::int64_t) + samples.size_bytes());
    const std::int64_t time = first.count();
    std::memcpy(bytes_.data(), &time, sizeof time);
    if (!samples.empty())
      std::memcpy(bytes_.data() + sizeof time, samples.data(), samples.size_bytes());
    (*send_)(message_samples, bytes_);
  }

 private:
  const ReaderProcess::Send* send_;
  std::string bytes_;
};

void run_reader(const Reader& read, const ProfileFile& file, const ReaderProcess::Send& send) {
  PipeSink sink(send);
  const Status status = read(file, sink);
  if (status) return send(message_end, {});
  const std::string code(1, static_cast<char>(status.error().code));
  send(message_error, code + status.error().text.substr(0, longest_text / 2));
}

class IsolatedSource final : public HarvestSource {
 public:
  IsolatedSource(
      ProfileFile file, std::string_view library, Reader read, const IsolationLimits& limits)
      : file_(std::move(file)),
        subject_(join(file_.where(), ": the ", library, " library")),
        read_(std::move(read)),
        limits_(limits) {}

  // Starts a child, and takes the head that it sends.
  Result<ProfileHead> open() {
    constexpr std::size_t longest_message = sizeof(std::int64_t) + 4 * most_isolated_numbers;
    static_assert(longest_message > longest_text + sizeof(HeadRecord));
    const ReaderProcess::Limits limits{
        .memory = limits_.memory,
        .processor = limits_.processor,
        .patience = limits_.patience,
        .message = longest_message};
    process_ = std::make_unique<ReaderProcess>(
        TRY(ReaderProcess::start(subject_, limits, [this](const ReaderProcess::Send& send) {
          run_reader(read_, file_, send);
        })));
    TRY(process_->next(message_));
    if (message_.kind == message_error) return reported();
    ProfileHead head = TRY(checked_head());
    format_ = head.format;
    is_at_beginning_ = true;
    end_ = {};
    return head;
  }

  HarvestFormat format() const override { return format_; }

  Result<HarvestBlock> next() override {
    is_at_beginning_ = false;
    TRY(process_->next(message_));
    if (message_.kind == message_error) return reported();
    if (message_.kind == message_end && message_.bytes.empty()) {
      process_->stop();
      return HarvestBlock{.first = end_, .samples = {}, .last = true};
    }
    return checked_block();
  }

  Status rewind() override {
    if (is_at_beginning_) return ok;
    const HarvestFormat before = format_;
    TRY(open());
    if (format_.kind != before.kind || format_.period != before.period ||
        format_.points != before.points)
      return astray("the file is another than it was");
    return ok;
  }

 private:
  Error astray(std::string_view what) {
    process_->stop();
    return fail(Errc::io, subject_, " went astray on this file: ", what);
  }

  // The child's own error, without what a text must not hold.
  Error reported() {
    process_->stop();
    if (message_.bytes.size() < 2 || message_.bytes.size() > longest_text)
      return astray("an error without a text");
    const auto code = static_cast<std::uint8_t>(message_.bytes.front());
    if (code > static_cast<std::uint8_t>(Errc::cancelled)) return astray("an unknown error");
    return {static_cast<Errc>(code), text_in(1, message_.bytes.size() - 1)};
  }

  std::string text_in(std::size_t from, std::size_t count) const {
    std::string text(reinterpret_cast<const char*>(message_.bytes.data()) + from, count);
    for (char& c : text)
      if (c >= '\0' && c < ' ' && c != '\n') c = '?';
    return text;
  }

  Result<ProfileHead> checked_head() {
    HeadRecord record{};
    const std::size_t size = message_.bytes.size();
    if (message_.kind != message_head || size < sizeof record || size > longest_text)
      return astray("no head of a profile");
    std::memcpy(&record, message_.bytes.data(), sizeof record);
    if (record.kind > static_cast<std::uint32_t>(HarvestKind::irradiance) ||
        record.name_size > size - sizeof record || record.period > longest_time ||
        record.duration > longest_time)
      return astray("no head of a profile");
    ProfileHead head{
        .name = text_in(sizeof record, record.name_size),
        .origin =
            text_in(sizeof record + record.name_size, size - sizeof record - record.name_size),
        .format = {
            .kind = static_cast<HarvestKind>(record.kind),
            .resistance = {record.resistance},
            .period = RunTime(record.period),
            .points = record.points,
            .lead_in = record.lead_in}};
    if (record.duration >= 0) head.duration = RunTime(record.duration);
    const Status status = check(head.format);
    if (!status) return astray(status.error().text);
    return head;
  }

  Result<HarvestBlock> checked_block() {
    std::int64_t first = 0;
    const std::size_t sample_bytes = sizeof(float) * sample_width(format_);
    const std::size_t size = message_.bytes.size();
    if (message_.kind != message_samples || size <= sizeof first ||
        (size - sizeof first) % sample_bytes != 0)
      return astray("no block of samples");
    std::memcpy(&first, message_.bytes.data(), sizeof first);
    samples_.resize((size - sizeof first) / sizeof(float));
    std::memcpy(samples_.data(), message_.bytes.data() + sizeof first, size - sizeof first);
    const auto count = static_cast<std::int64_t>((size - sizeof first) / sample_bytes);
    if (first < end_.count() || first > longest_time ||
        count > (longest_time - first) / format_.period.count())
      return astray("a block out of order");
    for (const float value : samples_)
      if (!(value >= 0.0F) || std::isinf(value)) return astray("a sample below 0 or not finite");
    end_ = RunTime(first) + count * format_.period;
    return HarvestBlock{.first = RunTime(first), .samples = samples_};
  }

  ProfileFile file_;
  std::string subject_;
  Reader read_;
  IsolationLimits limits_;
  std::unique_ptr<ReaderProcess> process_;
  ChildMessage message_;
  HarvestFormat format_;
  std::vector<float> samples_;
  RunTime end_{};
  bool is_at_beginning_ = true;
};

}  // namespace

Result<OpenProfile> open_isolated(
    const ProfileFile& file, std::string_view library, Reader read, const IsolationLimits& limits) {
  auto source = std::make_unique<IsolatedSource>(file, library, std::move(read), limits);
  ProfileHead head = TRY(source->open());
  return OpenProfile{
      .name = std::move(head.name),
      .origin = std::move(head.origin),
      .source = std::move(source),
      .duration = head.duration};
}

}  // namespace sunfleck
