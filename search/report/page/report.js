'use strict';
const { runs, version } = JSON.parse(document.getElementById('data').textContent);
const $ = id => document.getElementById(id);
const several = runs.length > 1;
// The runs' metric: its values are fractions (shown in %), bits or numbers; fractions end at 1, and not all are better when large.
const metric = runs[0].metric;
const worth = x => (metric.scale * x).toFixed(2) + (metric.unit && ' ' + metric.unit);
const better = (a, b) => metric.larger_is_better ? a > b : a < b;
const largest = metric.larger_is_better ? 1 : Infinity;
const colour = i => `var(--c${i % 5})`;

// ---- numbers ----
const si = (value, unit) => {
  if (!isFinite(value)) return 'n/a';
  if (value === 0) return '0 ' + unit;
  const steps = [[1e9, 'G'], [1e6, 'M'], [1e3, 'k'], [1, ''], [1e-3, 'm'], [1e-6, 'µ'], [1e-9, 'n'], [1e-12, 'p']];
  const [factor, prefix] = steps.find(([f]) => Math.abs(value) >= f) ?? steps.at(-1);
  return `${+(value / factor).toPrecision(3)} ${prefix}${unit}`;
};
const count = x => Number(x).toLocaleString('en');
const duration = s => s < 60 ? `${s} s` : s < 86400 ? `${+(s / 3600).toFixed(1)} h` : `${+(s / 86400).toFixed(1)} d`;
const at = (drift, time) => drift?.find(p => p.time_s === time);
const day = 86400;

// ---- what can stand on an axis: a trial's number, how it reads, and the axis' unit as typed ----
const measures = {
  energy: { label: 'energy an image', of: t => t.cost?.energy_j, show: x => si(x, 'J'), unit: 'µJ', scale: 1e-6 },
  parameters: { label: 'parameters', of: t => t.parameters, show: count, unit: '', scale: 1 },
  latency: { label: 'latency', of: t => t.cost?.latency_s, show: x => si(x, 's'), unit: 'µs', scale: 1e-6 },
  cores: { label: 'cores', of: t => t.cost?.cores, show: count, unit: '', scale: 1 },
  avm: { label: 'points lost in a month (AVM)', of: t => t.avm, show: x => x.toFixed(2), unit: 'points', scale: 1 },
  accuracy: { label: 'score after a day', of: t => at(t.drift, day)?.mean, show: worth, unit: metric.unit, scale: 1 / metric.scale },
  digital: { label: 'digital score', of: t => t.digital, show: worth, unit: metric.unit, scale: 1 / metric.scale },
};
const scored = run => run.trials.filter(t => t.drift);

// ---- small DOM helpers ----
const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const shape = (name, attributes, text) => {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
};
const tip = $('tip');
function explain(mark, text) {
  mark.setAttribute('tabindex', '0');
  mark.setAttribute('role', 'img');
  mark.setAttribute('aria-label', text.replaceAll('\n', ', '));
  const show = () => {
    const box = mark.getBoundingClientRect();
    tip.textContent = text;
    tip.hidden = false;
    tip.style.left = Math.max(8, Math.min(box.right + 10, innerWidth - tip.offsetWidth - 8)) + 'px';
    tip.style.top = Math.max(8, Math.min(box.top - 8, innerHeight - tip.offsetHeight - 8)) + 'px';
  };
  const hide = () => { tip.hidden = true; };
  mark.addEventListener('mouseenter', show);
  mark.addEventListener('focus', show);
  mark.addEventListener('mouseleave', hide);
  mark.addEventListener('blur', hide);
}

// ---- charts ----
function niceTicks(low, high, wanted = 6) {
  const raw = (high - low) / wanted, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(f => f * power).find(s => s >= raw);
  const ticks = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-6; t += step) ticks.push(+t.toPrecision(12));
  return ticks;
}
function axisOf(values, options = {}) {
  let low = Math.min(...values), high = Math.max(...values);
  if (options.log) return { low: low / 1.3, high: high * 1.3, log: true, ticks: options.ticks };
  if (low === high) { low -= Math.abs(low) * 0.05 || 1; high += Math.abs(high) * 0.05 || 1; }
  if (options.robust) {  // a few trials that failed to learn must not squeeze all others
    const sorted = [...values].sort((a, b) => a - b), quarter = sorted[Math.floor(sorted.length / 4)];
    low = Math.max(low, quarter - 4 * (sorted[Math.floor((3 * sorted.length) / 4)] - quarter));
    if (low === high) low = sorted[0];
  }
  const room = (high - low) * 0.06;
  low = options.zero ? 0 : low - room;
  high = Math.min(high + room, options.top ?? Infinity);
  return { low, high, ticks: niceTicks(low, high) };
}
/** An empty chart with axes; gives the svg and the two scales. */
function chart(host, title, x, y) {
  const width = 1000, height = 420, left = 84, right = 16, top = 28, bottom = 48;
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': title });
  const part = (axis, v) => axis.log ? Math.log(v / axis.low) / Math.log(axis.high / axis.low)
                                     : (v - axis.low) / (axis.high - axis.low);
  const px = v => left + part(x.axis, v) * (width - left - right);
  const py = v => height - bottom - Math.max(0, part(y.axis, v)) * (height - top - bottom);  // below: at the edge
  for (const t of y.axis.ticks) {
    svg.append(shape('line', { class: 'grid', x1: left, x2: width - right, y1: py(t), y2: py(t) }));
    svg.append(shape('text', { class: 'end', x: left - 8, y: py(t) + 4 }, y.show(t)));
  }
  for (const t of x.axis.ticks) svg.append(shape('text', { class: 'middle', x: px(t), y: height - bottom + 20 }, x.show(t)));
  svg.append(shape('line', { class: 'grid', x1: left, x2: width - right, y1: height - bottom, y2: height - bottom }));
  svg.append(shape('text', { class: 'end', x: width - right, y: height - 8 }, x.label));
  svg.append(shape('text', { x: 8, y: 16 }, y.label));
  host.replaceChildren(svg);
  return { svg, px, py };
}
const nothing = (host, why) => host.replaceChildren(element('p', { class: 'note' }, why));

function trialText(run, t) {
  const lines = [`trial ${t.number}: ${t.name}`];
  if (several) lines.unshift(run.name);
  const p = at(t.drift, day);
  if (p) lines.push(`${worth(p.mean)} ± ${(metric.scale * p.std).toFixed(2)} after a day, AVM ${t.avm.toFixed(2)}`);
  lines.push(`${count(t.parameters)} parameters` + (t.cost ? `, ${si(t.cost.energy_j, 'J')}, ${si(t.cost.latency_s, 's')}, ${t.cost.cores} cores` : ''));
  return lines.join('\n');
}

function drawFront() {
  const across = measures[$('across').value], up = measures[$('up').value];
  const most = $('most').value === '' ? Infinity : Number($('most').value) * across.scale;
  $('unit').textContent = across.unit;
  const points = runs.flatMap((run, r) => scored(run)
    .filter(t => isFinite(across.of(t)) && isFinite(up.of(t)) && across.of(t) <= most)
    .filter(t => !$('front-only').checked || run.front.includes(t.number))
    .map(t => ({ run, r, t, x: across.of(t), y: up.of(t) })));
  if (!points.length) return nothing($('front-chart'), 'No trial to show.');
  const top = up.show === worth ? largest : Infinity;
  const { svg, px, py } = chart($('front-chart'), 'Trials: ' + across.label + ' and ' + up.label,
    { axis: axisOf(points.map(p => p.x)), show: across.show, label: across.label },
    { axis: axisOf(points.map(p => p.y), { top, robust: up.show === worth }), show: up.show, label: up.label });
  points.sort((a, b) => a.x - b.x);
  for (const { run, r, t, x, y } of points) {
    const front = run.front.includes(t.number), winner = run.winners.some(w => w.trial === t.number);
    if (winner) svg.append(shape('circle', { cx: px(x), cy: py(y), r: 11, fill: 'none', stroke: colour(several ? r : 1), 'stroke-width': 2.5 }));
    const mark = shape('circle', { cx: px(x), cy: py(y), r: front ? 6 : 5, fill: front ? colour(r) : 'none',
      stroke: front ? 'var(--page)' : several ? colour(r) : 'var(--other)', 'stroke-width': 1.5 });
    explain(mark, trialText(run, t));
    svg.append(mark);
  }
}

function drawHistory() {
  const points = runs.map(scored);
  if (!points.flat().length) return nothing($('history-chart'), 'No trial was scored.');
  const value = measures.accuracy.of;
  const { svg, px, py } = chart($('history-chart'), 'Score after a day by trial',
    { axis: axisOf(runs.flatMap(run => run.trials.map(t => t.number)), { zero: true }), show: count, label: 'trial' },
    { axis: axisOf(points.flat().map(value).filter(isFinite), { top: largest, robust: true }), show: worth, label: 'score after a day' });
  points.forEach((trials, r) => {
    let best = NaN, path = '';
    for (const t of trials.filter(t => isFinite(value(t))).sort((a, b) => a.number - b.number)) {
      if (!(better(best, value(t)) || best === value(t))) {
        path += path ? `H${px(t.number)}V${py(value(t))}` : `M${px(t.number)} ${py(value(t))}`;
        best = value(t);
      }
      const mark = shape('circle', { cx: px(t.number), cy: py(value(t)), r: 4, fill: several ? colour(r) : 'var(--other)', 'fill-opacity': 0.7 });
      explain(mark, trialText(runs[r], t));
      svg.append(mark);
    }
    if (path) svg.prepend(shape('path', { d: path + `H${px(Math.max(...trials.map(t => t.number)))}`, fill: 'none', stroke: colour(r), 'stroke-width': 2 }));
  });
}

// ---- winners ----
const shown = several ? runs.filter(run => run.winners.length).map(run => ({ ...run.winners[0], name: `${run.name}: ${run.winners[0].name}` }))
                      : [...runs[0].winners, ...runs[0].beside];
function drawDrift() {
  if (!shown.length) return nothing($('drift-chart'), 'There is no winner: the run was stopped, or every trial failed.');
  const all = shown.flatMap(w => w.drift.flatMap(p => p.ci95)).filter(x => x !== null);
  const times = [...new Set(shown.flatMap(w => w.drift.map(p => p.time_s)))].sort((a, b) => a - b);
  const { svg, px, py } = chart($('drift-chart'), 'Score over time since programming',
    { axis: axisOf(times, { log: true, ticks: times }), show: duration, label: 'since programming' },
    { axis: axisOf(all, { top: largest }), show: worth, label: shown[0].metric });
  shown.forEach((w, i) => {
    const upper = w.drift.map(p => `${px(p.time_s)} ${py(p.ci95[1] ?? p.mean)}`), lower = w.drift.map(p => `${px(p.time_s)} ${py(p.ci95[0])}`);
    svg.append(shape('path', { d: `M${upper.join('L')}L${lower.reverse().join('L')}Z`, fill: colour(i), 'fill-opacity': 0.15 }));
    svg.append(shape('path', { d: 'M' + w.drift.map(p => `${px(p.time_s)} ${py(p.mean)}`).join('L'), fill: 'none', stroke: colour(i), 'stroke-width': 2 }));
    for (const p of w.drift) {
      const mark = shape('circle', { cx: px(p.time_s), cy: py(p.mean), r: 5, fill: colour(i) });
      explain(mark, `${w.name}\n${duration(p.time_s)}: ${worth(p.mean)}, 95 % interval ${worth(p.ci95[0])} to ${worth(p.ci95[1])}, ${p.n} programmings`);
      svg.append(mark);
    }
  });
  const head = element('tr', {}, ...['', 'digital', ...times.map(duration), 'AVM', 'parameters', 'cores', 'latency', 'energy']
    .map(word => element('th', { scope: 'col' }, word)));
  const rows = shown.map((w, i) => element('tr', {},
    element('td', {}, element('span', { class: 'swatch', style: `background:${colour(i)}` }), w.name),
    ...[worth(w.digital), ...times.map(t => at(w.drift, t) ? worth(at(w.drift, t).mean) : ''), w.avm.toFixed(2), count(w.parameters),
        w.chip?.cores ?? '', w.chip ? si(w.chip.latency_s, 's') : '', w.chip ? si(w.chip.energy_j, 'J') : '']
      .map(text => element('td', {}, String(text)))));
  $('drift').append(element('thead', {}, head), element('tbody', {}, ...rows));
}
function drawFloorplans() {
  for (const run of runs) for (const w of run.winners.filter(w => w.floorplan)) {
    const image = element('img', { alt: `Floorplan of ${w.name}`, loading: 'lazy',
      src: 'data:image/svg+xml;charset=utf-8,' + encodeURIComponent(w.floorplan) });
    $('floorplans').append(element('details', {}, element('summary', {}, `Floorplan of ${several ? run.name + ', ' : ''}winner ${w.place}: ${w.name}`), image));
  }
}

// ---- tables ----
function drawSummary() {
  $('title').textContent = several ? runs.map(run => run.name).join(' and ') : runs[0].name;
  document.title = $('title').textContent + ' · mho report';
  $('sentence').textContent = runs.map(run => {
    const best = run.winners[0];
    const failed = run.trials.filter(t => t.failed).length;
    return `${run.name}: ${run.trials.length} trials` + (failed ? `, ${failed} failed` : '') + (run.stopped ? ', stopped early' : '') +
      (best ? `. The first winner, ${best.name}, has ${best.metric} ${worth(at(best.drift, day)?.mean ?? best.drift.at(-1).mean)} on the test split a day after it was programmed, and loses ${best.avm.toFixed(2)} points in a month.` : '. There is no winner.') +
      (run.note ? ` ${run.note}.` : '');
  }).join('\n');
  if (!several) return;
  const value = measures.accuracy.of;
  $('summary').append(element('thead', {}, element('tr', {}, ...['run', 'proposer', 'trials', 'best selected', 'winner on the test split', 'AVM', 'hypervolume'].map(w => element('th', { scope: 'col' }, w)))),
    element('tbody', {}, ...runs.map((run, r) => {
      const best = scored(run).map(value).reduce((a, b) => better(a, b) ? a : b, NaN), w = run.winners[0];
      return element('tr', {}, element('td', {}, element('span', { class: 'swatch', style: `background:${colour(r)}` }), run.name),
        ...[run.proposer, run.trials.length, isFinite(best) ? worth(best) : '', w ? worth(at(w.drift, day)?.mean ?? NaN) : '', w ? w.avm.toFixed(2) : '',
            run.hypervolume?.toFixed(3) ?? ''].map(text => element('td', {}, String(text))));
    })));
}
const columns = [
  ['trial', t => t.number, String], ['network', t => t.name, String], ['parameters', t => t.parameters, count],
  ['digital', t => t.digital, worth], ['1 d', t => at(t.drift, day)?.mean, worth], ['AVM', t => t.avm, x => x.toFixed(2)],
  ['cores', t => t.cost?.cores, count], ['energy', t => t.cost?.energy_j, x => si(x, 'J')],
  ['took', t => t.wall_s, x => x.toFixed(1) + ' s'], ['', t => t.reason, String]];
let order = { column: 0, down: false };
function drawTrials() {
  const wanted = $('filter').value.toLowerCase();
  const [, key] = columns[order.column];
  const listed = runs.flatMap(run => run.trials.map(t => ({ run, t })))
    .filter(({ t }) => t.name.toLowerCase().includes(wanted))
    .sort((a, b) => {
      const x = key(a.t), y = key(b.t);
      if (x === undefined || x === null) return 1;
      if (y === undefined || y === null) return -1;
      return (x < y ? -1 : x > y ? 1 : 0) * (order.down ? -1 : 1);
    });
  const head = element('tr', {}, ...columns.map(([name], c) => {
    const cell = element('th', { scope: 'col', class: c === 1 ? 'text' : '', 'aria-sort': c !== order.column ? 'none' : order.down ? 'descending' : 'ascending' });
    if (!name) return cell;
    const button = element('button', { type: 'button' }, name + (c !== order.column ? '' : order.down ? ' ↓' : ' ↑'));
    button.addEventListener('click', () => {
      order = { column: c, down: c === order.column && !order.down };
      drawTrials();
      $('trials').querySelectorAll('th')[c].querySelector('button').focus();
    });
    cell.append(button);
    return cell;
  }));
  $('trials').replaceChildren(element('thead', {}, head), element('tbody', {}, ...listed.map(({ run, t }) => element('tr', {},
    ...columns.map(([, of, show], c) => {
      const value = of(t);
      return element('td', c === 1 || c === columns.length - 1 ? { class: 'text' } : {},
        value === undefined || value === null ? '' : (c === 0 && several ? run.name + ' ' : '') + show(value));
    })))));
}
function drawAgain() {
  for (const run of runs) {
    if (several) $('again').append(element('h3', {}, run.name));
    $('again').append(element('pre', { tabindex: 0, 'aria-label': 'Commands' }, run.commands.join('\n')),
      element('details', {}, element('summary', {}, 'Configuration (config.toml)'), element('pre', { tabindex: 0 }, run.config)),
      element('details', {}, element('summary', {}, 'Chip (chip.toml)'), element('pre', { tabindex: 0 }, run.chip)));
  }
  $('again').append(element('p', { class: 'note' }, `Page made by ${version}.`));
}

// ---- start ----
for (const id of ['across', 'up'])
  $(id).append(...Object.entries(measures).map(([key, m]) => element('option', { value: key }, m.label)));
$('across').value = 'energy';
$('up').value = 'accuracy';
$('objectives').textContent = runs[0].objectives.join(', ');
for (const id of ['across', 'up', 'most', 'front-only']) $(id).addEventListener('input', drawFront);
$('filter').addEventListener('input', drawTrials);
for (const form of document.forms) form.addEventListener('submit', event => event.preventDefault());
function setTheme(dark) {
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  $('theme').setAttribute('aria-pressed', dark);
}
$('theme').addEventListener('click', () => setTheme(document.documentElement.dataset.theme !== 'dark'));
setTheme(matchMedia('(prefers-color-scheme: dark)').matches);
drawSummary();
drawFront();
drawHistory();
drawDrift();
drawFloorplans();
drawTrials();
drawAgain();
