// Writes infra/grafana/dashboards/lectern.json from panels.mjs. With --check it only compares, and fails when the file is old.
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { rows } from './panels.mjs';

const file = fileURLToPath(new URL('../../infra/grafana/dashboards/lectern.json', import.meta.url));
const datasource = { type: 'prometheus', uid: '$datasource' };
const COLUMNS = 24; // of Grafana's grid
const PER_ROW = 4;
const HEIGHT = 7;

const queryVariable = (name, label, query) => ({
  name, label, type: 'query', datasource, query: { query, refId: name }, definition: query, refresh: 2, sort: 1,
  multi: true, includeAll: true, allValue: '.*', current: { text: 'All', value: '$__all' }, options: [],
});

const TYPE_OPTIONS = {
  timeseries: ({ stack }) => ({
    fieldConfig: { custom: { lineWidth: 1, fillOpacity: stack ? 30 : 8, showPoints: 'never', spanNulls: true, stacking: { mode: stack ? 'normal' : 'none', group: 'A' } } },
    options: { legend: { displayMode: 'list', placement: 'bottom', showLegend: true }, tooltip: { mode: 'multi', sort: 'desc' } },
  }),
  heatmap: () => ({ fieldConfig: {}, options: { calculate: false, yAxis: { unit: 'short' }, color: { scheme: 'Oranges', mode: 'scheme' }, cellGap: 1 } }),
  table: () => ({ fieldConfig: {}, options: { showHeader: true } }),
};

function layOutPanel(panel, id, index, top) {
  const width = COLUMNS / PER_ROW;
  const type = panel.type ?? 'timeseries';
  const { fieldConfig, options } = TYPE_OPTIONS[type](panel);
  return {
    id, type, title: panel.title, description: panel.description, datasource,
    gridPos: { x: (index % PER_ROW) * width, y: top + Math.floor(index / PER_ROW) * HEIGHT, w: width, h: HEIGHT },
    fieldConfig: { defaults: { unit: panel.unit, ...(type === 'timeseries' ? { min: 0 } : {}), ...fieldConfig }, overrides: [] },
    options,
    targets: panel.targets.map(({ expr, legend }, n) => ({
      refId: String.fromCharCode(65 + n), datasource, expr, legendFormat: legend,
      ...(type === 'timeseries' ? { range: true } : {}),
      ...(type === 'heatmap' ? { range: true, format: 'heatmap' } : {}),
      ...(type === 'table' ? { instant: true, format: 'table' } : {}),
    })),
  };
}

function layOut() {
  const panels = [];
  let top = 0;
  for (const row of rows) {
    panels.push({ id: panels.length + 1, type: 'row', title: row.title, collapsed: false, panels: [], gridPos: { x: 0, y: top, w: COLUMNS, h: 1 } });
    top += 1;
    for (const [index, panel] of row.panels.entries()) panels.push(layOutPanel(panel, panels.length + 1, index, top));
    top += Math.ceil(row.panels.length / PER_ROW) * HEIGHT;
  }
  return {
    uid: 'lectern', title: 'Lectern', tags: ['lectern'], schemaVersion: 39, version: 1, editable: true, graphTooltip: 1,
    time: { from: 'now-1h', to: 'now' }, refresh: '10s', timezone: 'browser', links: [], annotations: { list: [] },
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', refresh: 1, current: {}, options: [] },
        queryVariable('worker', 'Worker', 'label_values(lectern_worker_up, instance)'),
        queryVariable('queue', 'Queue', 'label_values(lectern_queue_tasks, queue)'),
      ],
    },
    panels,
  };
}

const text = `${JSON.stringify(layOut(), null, 1)}\n`;
if (argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('infra/grafana/dashboards/lectern.json is older than scripts/dashboard: run node scripts/dashboard/build.mjs');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
}
