#include "app/render/drawing.h"

namespace sunfleck::app {
namespace {

void say_nothing(QtMsgType /*type*/, const QMessageLogContext& /*at*/, const QString& /*text*/) {}

}  // namespace

Drawing::Drawing() {
  if (QCoreApplication::instance() != nullptr) return;
  before_ = qInstallMessageHandler(&say_nothing);  // about the missing display and its folders
  application_ = std::make_unique<QGuiApplication>(count_, words_.data());
}

Drawing::~Drawing() {
  if (application_ == nullptr) return;
  application_.reset();
  qInstallMessageHandler(before_);
}

}  // namespace sunfleck::app
