// SPDX-License-Identifier: Apache-2.0
#include "core/nn/graph/builtin_architectures.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>

#include "core/base/error.hpp"
#include "core/base/suggest.hpp"
#include "core/nn/graph/architecture_json.hpp"
#include "core/nn/graph/builtin_families.hpp"
#include "core/nn/graph/found_networks.hpp"

namespace mho {
namespace {

struct Builtin {
  std::string name;
  PublishedTask task;
  std::function<LayerStack(Shape, int)> layers;
};

/// A network of found_networks with as many outputs as are asked for: its last dense layer's.
Builtin found(const std::string& name, const std::string& text) {
  const auto network = read_architecture_json(text, name);
  return {name, {network.input(), network.classes()}, [network](Shape, int classes) {
            LayerStack stack;
            auto layers = network.declarations();
            const auto last = std::find_if(layers.rbegin(), layers.rend(), [](const LayerDeclaration& each) {
              return std::holds_alternative<Dense>(each.layer);
            });
            std::get<Dense>(last->layer).out_features = classes;
            for (auto& layer : layers) stack.join(layer.name, layer.layer, layer.inputs);
            return stack;
          }};
}

std::vector<Builtin> published() {
  const PublishedTask mnist{{28, 28, 1}, 10}, cifar10{{32, 32, 3}, 10}, keywords{{49, 10, 1}, 12},
      wake{{96, 96, 3}, 2};
  return {
      {"mlp", mnist,
       [](Shape, int classes) {
         return mlp_layers({256, 128}, classes);
       }},
      {"mlp_sigmoid", mnist,
       [](Shape, int classes) {
         return mlp_layers({256, 128}, classes, Sigmoid{}, "sigmoid");
       }},
      {"lenet5", mnist, [](Shape, int classes) { return lenet5_layers(classes); }},
      {"resnet8", cifar10, [](Shape, int classes) { return resnet8_layers(classes); }},
      {"resnet9", cifar10, resnet9_layers},
      {"resnet20", cifar10, [](Shape, int classes) { return cifar_resnet_layers(3, classes); }},
      {"resnet32", cifar10, [](Shape, int classes) { return cifar_resnet_layers(5, classes); }},
      {"ds_cnn", keywords, [](Shape, int classes) { return ds_cnn_layers(classes); }},
      {"mobilenet_v1_025", wake, [](Shape, int classes) { return mobilenet_v1_025_layers(classes); }},
      {"mobilenet_v2_cifar", cifar10, [](Shape, int classes) { return mobilenet_v2_cifar_layers(classes); }},
      {"signal_cnn", {{256, 1, 1}, 5}, [](Shape, int classes) { return signal_cnn_layers(classes); }},
      {"signal_lstm", {{256, 1, 1}, 5}, signal_lstm_layers},
      {"kws_lstm", keywords, kws_lstm_layers},
      {"char_lstm", {{100, 1, 1}, 84}, [](Shape, int characters) { return char_lstm_layers(characters); }},
      {"autoencoder", {{1, 1, 640}, 640}, [](Shape, int outputs) { return autoencoder_layers(outputs); }}};
}

const std::vector<Builtin>& builtins() {
  static const std::vector<Builtin> all = [] {
    auto networks = published();
    for (const auto& [name, text] : found_networks()) networks.push_back(found(name, text));
    return networks;
  }();
  return all;
}

const std::string mlp_prefix = "mlp:";

/// The sizes in "mlp:300-100".
std::vector<int> hidden_layers(const std::string& name) {
  std::vector<int> sizes;
  const char *next = name.data() + mlp_prefix.size() - 1, *end = name.data() + name.size();
  while (next != end) {
    int size = 0;
    const auto [stopped, error] = std::from_chars(next + 1, end, size);
    const bool separated = stopped == end || *stopped == '-';
    if (error != std::errc{} || size < 1 || !separated || stopped + 1 == end)
      throw ArchitectureError("architecture '" + name +
                              "': wrong hidden layers: expected sizes like 'mlp:300-100'");
    sizes.push_back(size);
    next = stopped;
  }
  return sizes;
}

Builtin find(const std::string& name) {
  for (const auto& builtin : builtins())
    if (builtin.name == name) return builtin;
  if (name.starts_with(mlp_prefix)) {
    const auto hidden = hidden_layers(name);
    return {name, builtins().front().task,
            [hidden](Shape, int classes) { return mlp_layers(hidden, classes); }};
  }
  throw ArchitectureError(
      fmt::format("unknown architecture: expected one of {} (or 'mlp:300-100'), got '{}'{}",
                  join(builtin_names()), name, did_you_mean(name, builtin_names())));
}

}  // namespace

std::vector<std::string> builtin_names() {
  std::vector<std::string> names;
  for (const auto& builtin : builtins()) names.push_back(builtin.name);
  return names;
}

Architecture make_builtin(const std::string& name, Shape input, int classes) {
  return Architecture(name, input, find(name).layers(input, classes).layers());
}

PublishedTask published_task(const std::string& name) { return find(name).task; }

}  // namespace mho
