// From the JSON of a Grafana dashboard to one of Perses. It knows what our dashboards use, and refuses everything else:
// what would be left out in silence would make the picture a lie.

const COLOURS = { green: "#73bf69", red: "#f2495c", orange: "#ff9830", blue: "#5794f2" };

const UNITS = {
  short: { unit: "decimal", shortValues: true },
  s: { unit: "seconds", shortValues: true },
  percentunit: { unit: "percent-decimal" },
  reqps: { unit: "requests/sec" },
};

function refuse(what) {
  throw new Error(`the translator does not know ${what}: teach it in tests/monitoring/picture/grafana.js`);
}

function known(table, key, what) {
  return Object.hasOwn(table, key) ? table[key] : refuse(`${what} ${JSON.stringify(key)}`);
}

/** Refuses an object with a field that nobody reads here. */
function only(object, fields, what) {
  for (const field of Object.keys(object)) if (!fields.includes(field)) refuse(`${field} of ${what}`);
  return object;
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function thresholds({ mode, steps }) {
  if (mode !== "absolute") refuse(`thresholds ${mode}`);
  const [first, ...others] = steps.map((step) => ({ value: step.value, color: known(COLOURS, step.color, "the colour") }));
  return { mode, defaultColor: first.color, steps: others };
}

function mappings(all) {
  return all.flatMap(({ type, options }) => {
    if (type !== "value") refuse(`a mapping of ${type}`);
    return Object.entries(options).map(([value, { text, color }]) => (
      { kind: "Value", spec: { value, result: { value: text, color: known(COLOURS, color, "the colour") } } }));
  });
}

/** Grafana's Time and Value are Perses' timestamp and value; labels have one name. */
function columns(transformations = []) {
  if (transformations.length !== 1) refuse(`a table with ${transformations.length} transformations`);
  const { id, options } = only(transformations[0], ["id", "options"], "a transformation");
  if (id !== "organize") refuse(`the transformation ${id}`);
  const { excludeByName, indexByName, renameByName } = only(options, ["excludeByName", "indexByName", "renameByName"], id);
  const here = (name) => ({ Time: "timestamp", Value: "value" })[name] ?? name;
  const shown = Object.keys(indexByName).sort((a, b) => indexByName[a] - indexByName[b]);
  return [
    ...shown.map((name) => ({ name: here(name), header: renameByName[name] ?? name, width: "auto" })),
    ...Object.keys(excludeByName).filter((name) => excludeByName[name]).map((name) => ({ name: here(name), hide: true })),
  ];
}

// How Perses draws each kind; `d` are the defaults of the fields. A state timeline has no counterpart: it is drawn as a
// status history, where each moment has a cell of its own.
const KINDS = {
  stat: (d) => ["StatChart", { calculation: "last-number", format: d.format, thresholds: d.thresholds }],
  gauge: (d) => ["GaugeChart", { calculation: "last-number", format: d.format, thresholds: d.thresholds, max: d.max }],
  bargauge: (d) => ["BarChart", { calculation: "last-number", format: d.format, mode: "value", sort: "desc" }],
  "state-timeline": (d) => ["StatusHistoryChart", { mappings: d.mappings }],
  timeseries: (d) => ["TimeSeriesChart", {
    legend: { position: "bottom", mode: "list" }, yAxis: { format: d.format, min: d.min, max: d.max }, visual: { lineWidth: 1.5 } }],
  table: (d, panel) => ["Table", { density: "compact", columnSettings: columns(panel.transformations) }],
};

const FIELDS = ["id", "type", "title", "description", "datasource", "gridPos", "fieldConfig", "options", "targets", "transformations"];
const DEFAULTS = ["unit", "thresholds", "mappings", "min", "max", "color", "noValue"];
const TARGET = ["refId", "datasource", "expr", "legendFormat", "instant", "range", "format"];

function plugin(panel) {
  const { defaults, overrides } = only(panel.fieldConfig, ["defaults", "overrides"], "fieldConfig");
  const { unit, min, max, color } = only(defaults, DEFAULTS, "the defaults of fields");
  if (overrides.length > 0) refuse("overrides of fields");
  if (color !== undefined && !same(color, { mode: "thresholds" })) refuse(`the colours ${JSON.stringify(color)}`);
  if (panel.transformations && panel.type !== "table") refuse(`transformations of a ${panel.type}`);
  const d = { format: known(UNITS, unit, "the unit"), thresholds: thresholds(defaults.thresholds), mappings: mappings(defaults.mappings), min, max };
  const [kind, spec] = known(KINDS, panel.type, "the kind of panel")(d, panel);
  return { kind, spec };
}

function query(target) {
  const { expr, legendFormat } = only(target, TARGET, "a query");
  // The one variable that both have, with the same meaning.
  if (expr.replaceAll("$__rate_interval", "").includes("$__")) refuse(`a variable in ${expr}`);
  const spec = { query: expr, seriesNameFormat: legendFormat || undefined };
  return { kind: "TimeSeriesQuery", spec: { plugin: { kind: "PrometheusTimeSeriesQuery", spec } } };
}

function variable(v) {
  const [, metric, label] = v.definition.match(/^label_values\((\w+), (\w+)\)$/) ?? refuse(`the variable ${v.definition}`);
  return { kind: "ListVariable", spec: {
    name: v.name, display: { name: v.label }, allowAllValue: v.includeAll, customAllValue: v.allValue, allowMultiple: v.multi,
    defaultValue: "$__all",
    plugin: { kind: "PrometheusLabelValuesVariable", spec: { labelName: label, matchers: [metric] } } } };
}

/** The dashboard of Perses. */
export function translate(grafana) {
  const panels = {}, layouts = [];
  let items, top;
  for (const panel of grafana.panels) {
    const { x, y, w, h } = panel.gridPos;
    if (panel.type === "row") {
      [items, top] = [[], y + h];
      layouts.push({ kind: "Grid", spec: { display: { title: panel.title, collapse: { open: !panel.collapsed } }, items } });
      continue;
    }
    const key = `panel${only(panel, FIELDS, `the panel ${panel.title}`).id}`;
    panels[key] = { kind: "Panel", spec: {
      display: { name: panel.title, description: panel.description }, plugin: plugin(panel), queries: panel.targets.map(query) } };
    items.push({ x, y: y - top, width: w, height: h, content: { $ref: `#/spec/panels/${key}` } });
  }
  // Which Prometheus is asked is said by who draws.
  const variables = grafana.templating.list.filter(({ type }) => type !== "datasource").map(variable);
  return { kind: "Dashboard", metadata: { name: grafana.title, project: "picture" }, spec: { display: { name: grafana.title }, variables, panels, layouts } };
}
