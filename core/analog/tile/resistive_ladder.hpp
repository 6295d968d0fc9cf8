// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace mho {

/// Exact IR drop of a column. The circuit: device k with conductance g[k] joins row k's voltage to node k of
/// the column's wire; wire pieces of one resistance r join node k to node k - 1, and node 0 to the output,
/// which is held at 0 V. So row 0 is nearest to the output, as in the position factor of aihwkit's
/// approximation (1 - (1 - j/n)^2, zero at row 0), and all n devices' currents pass the last piece. Rows
/// without input are grounded, so the output current is linear in the row voltages also while pulses of
/// different widths end one after the other:
///   I = sum_k g_eff[k] v[k],  g_eff[k] = g[k] u[k],
/// where, by reciprocity, u[k] is node k's voltage with 1 V at the output and all rows grounded: u[-1] = 1
/// and
///   (2 + r g[k]) u[k] = u[k - 1] + u[k + 1],  (1 + r g[n - 1]) u[n - 1] = u[n - 2].
/// One tridiagonal solve a column makes its products exact.
///
/// Turns conductances (µS; rows x columns, row k at conductances_us + k * stride) into effective ones, in
/// place, each column a wire of its own. wire_resistance_ohm: of one piece, at least 0. Relative error below
/// 1e-5.
void fold_in_wire_resistance(float* conductances_us, int rows, int columns, int stride,
                             double wire_resistance_ohm);

}  // namespace mho
