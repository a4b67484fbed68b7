// Reads the Grafana dashboard as its panels' queries, with the variables put in as Grafana would.
import { readFileSync } from 'node:fs';

export interface DashboardPanel {
  title: string;
  description: string;
  unit: string;
  queries: string[];
}

interface GrafanaPanel {
  type: string;
  title: string;
  description?: string;
  fieldConfig?: { defaults: { unit?: string } };
  targets?: Array<{ expr: string }>;
}

const file = new URL('../../infra/grafana/dashboards/lectern.json', import.meta.url);

/** Every panel except row titles. `window` stands for $__rate_interval. */
export function dashboardPanels(window = '1m'): DashboardPanel[] {
  const dashboard = JSON.parse(readFileSync(file, 'utf8')) as { panels: GrafanaPanel[] };
  return dashboard.panels.filter((panel) => panel.type !== 'row').map((panel) => ({
    title: panel.title,
    description: panel.description ?? '',
    unit: panel.fieldConfig?.defaults.unit ?? '',
    queries: (panel.targets ?? []).map(({ expr }) => expr.replaceAll('$__rate_interval', window).replace(/\$(worker|queue)\b/g, '.*')),
  }));
}
