#pragma once

#include <QGuiApplication>
#include <array>
#include <memory>
#include <string>

namespace sunfleck::app {

// What Qt needs to draw: an application, here one that wants no display. A window has its own.
class Drawing {
 public:
  Drawing();
  ~Drawing();
  Drawing(const Drawing&) = delete;
  Drawing& operator=(const Drawing&) = delete;

 private:
  std::string name_ = "sunfleck";
  std::string option_ = "-platform";
  std::string platform_ = "offscreen";
  std::array<char*, 4> words_{name_.data(), option_.data(), platform_.data(), nullptr};
  int count_ = 3;
  QtMessageHandler before_ = nullptr;
  std::unique_ptr<QGuiApplication> application_;
};

}  // namespace sunfleck::app
