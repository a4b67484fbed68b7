// Import directions: which workspace may import which, only through its door, no cycles between files, process.env only in config.ts.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Workspace -> the workspaces that its sources may import. */
const MAY_IMPORT = {
  'packages/shared': [],
  'packages/sparse-attn': ['shared'],
  'packages/model': ['shared', 'sparse-attn'],
  'packages/reader': ['shared', 'sparse-attn', 'model'],
  'packages/client': ['shared'],
  'services/api': ['shared'],
  'services/worker': ['shared', 'sparse-attn', 'model', 'reader'],
  'packages/cli': ['shared', 'sparse-attn', 'model', 'reader', 'client', 'api', 'worker'],
};
const problems = [];
const report = (file, text) => problems.push(`${relative(root, file)}: ${text}`);

function tsFilesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((f) => f.endsWith('.ts')).map((f) => join(folder, f));
}

/** [specifier, only types] of every import and re-export. */
function importsOf(file, text) {
  const found = [];
  const visit = (node) => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      const typeOnly = ts.isImportDeclaration(node) ? Boolean(node.importClause?.isTypeOnly) : node.isTypeOnly;
      found.push([node.moduleSpecifier.text, typeOnly]);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword && ts.isStringLiteral(node.arguments[0])) {
      found.push([node.arguments[0].text, true]); // loaded later: no cycle at start
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.ESNext));
  return found;
}

/** A package may have more doors than one: what its package.json exports. */
function doors(name) {
  const folder = Object.keys(MAY_IMPORT).find((workspace) => workspace.endsWith(`/${name}`));
  return folder === undefined ? [] : Object.keys(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')).exports);
}

function checkLecternImport(file, workspace, specifier, dependencies) {
  const [, name, deep] = /^@lectern\/([^/]+)(\/.*)?$/.exec(specifier);
  if (deep && !doors(name).includes(`.${deep}`)) report(file, `${specifier} reaches past the door of @lectern/${name}`);
  if (!MAY_IMPORT[workspace].includes(name)) report(file, `${workspace} must not import @lectern/${name}`);
  if (!dependencies.has(`@lectern/${name}`)) report(file, `@lectern/${name} is not in the dependencies of ${workspace}/package.json`);
}

/** Depth-first search; reports each cycle once, at the edge that closes it. */
function checkCycles(graph) {
  const done = new Set();
  const path = [];
  const walk = (file) => {
    if (done.has(file)) return;
    const at = path.indexOf(file);
    if (at >= 0) {
      report(file, `import cycle: ${[...path.slice(at), file].map((f) => relative(root, f)).join(' -> ')}`);
      return;
    }
    path.push(file);
    for (const next of graph.get(file) ?? []) walk(next);
    path.pop();
    done.add(file);
  };
  for (const file of graph.keys()) walk(file);
}

for (const workspace of Object.keys(MAY_IMPORT)) {
  const folder = join(root, workspace);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const graph = new Map();
  for (const file of tsFilesUnder(join(folder, 'src'))) {
    const text = readFileSync(file, 'utf8');
    const values = [];
    for (const [specifier, typeOnly] of importsOf(file, text)) {
      if (specifier.startsWith('@lectern/')) checkLecternImport(file, workspace, specifier, new Set(Object.keys(dependencies)));
      if (!specifier.startsWith('.')) continue;
      const target = resolve(dirname(file), specifier);
      if (relative(join(folder, 'src'), target).startsWith('..')) report(file, `${specifier} leaves ${workspace}/src`);
      else if (!typeOnly) values.push(target);
    }
    graph.set(file, values);
    if (/\bprocess\.env\b/.test(text) && !file.endsWith('/config.ts')) report(file, 'process.env is read outside a config.ts');
  }
  checkCycles(graph);
}

if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exit(1);
}
