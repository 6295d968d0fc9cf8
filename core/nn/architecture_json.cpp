// SPDX-License-Identifier: Apache-2.0
#include "core/nn/architecture_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which a reader wants them

template <class Windowed>
Json window_json(const Windowed& layer) {
  const Padding& p = layer.padding;
  return {{"kernel", {layer.kernel_height, layer.kernel_width}},
          {"stride", {layer.stride_height, layer.stride_width}},
          {"padding", layer.same ? Json("same") : Json{p.top, p.bottom, p.left, p.right}}};
}

Json attributes(const Conv2d& conv) {
  Json json{{"out_channels", conv.out_channels}};
  json.update(window_json(conv));
  json.update({{"groups", conv.groups}, {"bias", conv.bias}});
  return json;
}
Json attributes(const Dense& dense) { return {{"out_features", dense.out_features}, {"bias", dense.bias}}; }
Json attributes(const BatchNorm& norm) { return {{"epsilon", norm.epsilon}}; }
Json attributes(const Pool& pool) { return window_json(pool); }
template <class Other>
Json attributes(const Other&) {
  return Json::object();
}

std::string line(const LayerDeclaration& declaration) {
  Json json{
      {"name", declaration.name}, {"kind", layer_name(declaration.layer)}, {"inputs", declaration.inputs}};
  json.update(std::visit([](const auto& layer) { return attributes(layer); }, declaration.layer));
  return json.dump();
}

}  // namespace

std::string to_json(const Architecture& architecture) {
  const Shape in = architecture.input();
  std::string layers;
  for (const auto& declaration : architecture.declarations())
    layers += (layers.empty() ? "    " : ",\n    ") + line(declaration);
  return fmt::format(
      "{{\n  \"format\": \"mho-architecture-1\",\n  \"name\": {},\n  \"input\": [{}, {}, {}],\n  \"layers\": "
      "[\n{}\n  ]\n}}\n",
      Json(architecture.name()).dump(), in.height, in.width, in.channels, layers);
}

Architecture load_architecture(const std::filesystem::path& file) {
  return read_architecture_json(read_text_file(file), file.string());
}

}  // namespace mho
