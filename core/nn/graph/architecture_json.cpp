// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/architecture_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/base/files/text_file.hpp"

namespace mho {
namespace {

using Json = nlohmann::ordered_json;  // keys in the order in which a reader wants them

/// Adds a layer's attributes to a JSON object.
class AttributeWriter final : public LayerAttributes {
 public:
  explicit AttributeWriter(Json& json) : json_(json) {}
  void whole(const char* name, int& value, Presence) override { json_[name] = value; }
  void number(const char* name, double& value, Presence) override { json_[name] = value; }
  void flag(const char* name, bool& value, Presence) override { json_[name] = value; }
  void sides(const char* name, int& height, int& width) override { json_[name] = {height, width}; }
  void padding(const char* name, bool& same, Padding& p) override {
    json_[name] = same ? Json("same") : Json{p.top, p.bottom, p.left, p.right};
  }

 private:
  Json& json_;
};

std::string line(LayerDeclaration declaration) {
  Json json{
      {"name", declaration.name}, {"kind", layer_name(declaration.layer)}, {"inputs", declaration.inputs}};
  AttributeWriter writer(json);
  visit_attributes(declaration.layer, writer);
  return json.dump();
}

/// A line of the file, or nothing.
std::string preprocessing_line(const Architecture& architecture) {
  const auto& preprocessing = architecture.preprocessing();
  if (!preprocessing) return "";
  const Json json{{"mean", preprocessing->mean}, {"standard_deviation", preprocessing->standard_deviation}};
  return "  \"preprocessing\": " + json.dump() + ",\n";
}

}  // namespace

std::string to_json(const Architecture& architecture) {
  const Shape in = architecture.input();
  std::string layers;
  for (const auto& declaration : architecture.declarations())
    layers += (layers.empty() ? "    " : ",\n    ") + line(declaration);
  return fmt::format(
      "{{\n  \"format\": \"mho-architecture-1\",\n  \"name\": {},\n  \"input\": [{}, {}, {}],\n{}  "
      "\"layers\": "
      "[\n{}\n  ]\n}}\n",
      Json(architecture.name()).dump(), in.height, in.width, in.channels, preprocessing_line(architecture),
      layers);
}

Architecture load_architecture(const std::filesystem::path& file) {
  return read_architecture_json(read_text_file(file), file.string());
}

}  // namespace mho
