// The page that is drawn: a Grafana dashboard, shown by Perses, with what a Prometheus answers. What there is to see is
// also written into the element `report`, for who cannot see.
import { createRoot } from "react-dom/client";
import { MemoryRouter } from "react-router-dom";
import { QueryParamProvider } from "use-query-params";
import { ReactRouter6Adapter } from "use-query-params/adapters/react-router-6";
import { ThemeProvider, CssBaseline } from "@mui/material";
import { sub } from "date-fns";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { ChartsProvider, SnackbarProvider, generateChartsTheme, getTheme } from "@perses-dev/components";
import { parseDurationString } from "@perses-dev/core";
import { PluginRegistry, dynamicImportPluginLoader, ReactRouterProvider } from "@perses-dev/plugin-system";
import { ViewDashboard } from "@perses-dev/dashboards";
import * as bar from "@perses-dev/bar-chart-plugin";
import * as gauge from "@perses-dev/gauge-chart-plugin";
import * as history from "@perses-dev/status-history-chart-plugin";
import * as lines from "@perses-dev/timeseries-chart-plugin";
import * as prometheus from "@perses-dev/prometheus-plugin";
import * as stat from "@perses-dev/stat-chart-plugin";
import * as table from "@perses-dev/table-plugin";
import { translate } from "./grafana.js";
import { watch } from "./report.js";

watch();
const asked = JSON.parse(document.getElementById("asked").textContent);
const dashboard = translate(JSON.parse(document.getElementById("dashboard").textContent));

const source = {
  kind: "GlobalDatasource", metadata: { name: "prometheus" },
  spec: { default: true, plugin: { kind: "PrometheusDatasource", spec: { directUrl: asked.prometheus, scrapeInterval: asked.step } } },
};
const sources = {
  getDatasource: async () => undefined, getGlobalDatasource: async () => source,
  listDatasources: async () => [], listGlobalDatasources: async () => [source], buildProxyUrl: () => "",
};

/** The time that is looked at, which ends now if nothing else is asked. */
function times() {
  if (!asked.end) return `start=${asked.range}`;
  return `start=${sub(Number(asked.end), parseDurationString(asked.range)).getTime()}&end=${asked.end}`;
}

/** These show one value: Grafana asks for it once, and so do we. */
const now = (module, name) => ({ ...module, [name]: { ...module[name], queryOptions: { mode: "instant" } } });
const plugins = [
  prometheus, lines, history, table, now(stat, "StatChart"), now(gauge, "GaugeChart"), now(bar, "BarChart"),
].map((module) => ({ resource: module.getPluginModule(), importPlugin: async () => module }));

const theme = getTheme("light");
const queries = new QueryClient({ defaultOptions: { queries: { refetchOnWindowFocus: false, retry: 0 } } });
const layers = [
  [MemoryRouter, { initialEntries: [`/?${times()}&refresh=0s`] }],
  [QueryParamProvider, { adapter: ReactRouter6Adapter }],
  [ReactRouterProvider, {}],
  [ThemeProvider, { theme }],
  [ChartsProvider, { chartsTheme: generateChartsTheme(theme, {}) }],
  [SnackbarProvider, {}],
  [QueryClientProvider, { client: queries }],
  [PluginRegistry, {
    pluginLoader: dynamicImportPluginLoader(plugins),
    defaultPluginKinds: { Panel: "TimeSeriesChart", TimeSeriesQuery: "PrometheusTimeSeriesQuery" },
  }],
];
const view = (
  <>
    <CssBaseline />
    <ViewDashboard dashboardResource={dashboard} datasourceApi={sources} isReadonly={true} isVariableEnabled={true} isDatasourceEnabled={false} />
  </>
);
createRoot(document.getElementById("root")).render(
  layers.reduceRight((inner, [Layer, properties]) => <Layer {...properties}>{inner}</Layer>, view));
