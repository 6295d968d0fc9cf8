// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/analog/devices/device_model.hpp"

namespace mho {

/// Of max(N(mean, deviation), 0).
MeanAndDeviation clamped_normal(double mean, double deviation);

/// Of |N(mean, deviation)|, mean >= 0.
MeanAndDeviation folded_normal(double mean, double deviation);

/// E[exp(-log_time |N(mean, deviation)|)]: what is left on average of a conductance that drifts with a folded
/// normal exponent, log_time = ln(t / t_0) (docs/physics.md).
double mean_decay(double mean, double deviation, double log_time);

}  // namespace mho
