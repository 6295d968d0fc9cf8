// SPDX-License-Identifier: Apache-2.0
#include "evaluators/training/weight_store.hpp"

#include "core/base/suggest.hpp"
#include "evaluators/training/stores/digital.hpp"
#include "evaluators/training/stores/hardware_aware.hpp"
#include "evaluators/training/stores/hybrid.hpp"
#include "evaluators/training/stores/mixed_precision.hpp"
#include "evaluators/training/stores/pim_qat.hpp"
#include "evaluators/training/stores/pulsed.hpp"
#include "evaluators/training/stores/tiki_taka.hpp"
#include "evaluators/training/stores/zero_shift.hpp"

namespace mho {

const std::vector<Regime>& regimes() {
  static const std::vector<Regime> all{DigitalStore::regime(),   HardwareAwareStore::regime(),
                                       PimQatStore::regime(),    PulsedStore::regime(),
                                       ZeroShiftStore::regime(), MixedPrecisionStore::regime(),
                                       HybridStore::regime(),    TikiTakaStore::regime()};
  return all;
}

std::vector<std::string> regime_names() {
  std::vector<std::string> names;
  for (const auto& regime : regimes()) names.emplace_back(regime.name);
  return names;
}

std::string regime_help() {
  std::string text;
  for (const auto& regime : regimes())
    text += std::string(text.empty() ? "" : "; ") + regime.name + ": " + regime.help;
  return text + ".";
}

const Regime& regime_of(const std::string& name) {
  check_word("training.regime", name, regime_names());
  for (const auto& regime : regimes())
    if (regime.name == name) return regime;
  return regimes().front();  // check_word throws before this
}

}  // namespace mho
