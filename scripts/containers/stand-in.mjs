// Stand-ins for the official base images where no image registry is reachable: Debian by debootstrap, Node and npm from the npm
// registry, Redis and Prometheus from Debian. Only for tests: docker-compose.yml names the official images. Prints its variables as JSON.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { toolsFolder } from '../tools/home.mjs';
import { unpackNpmPackage } from '../tools/npm-tarball.mjs';

const DEBIAN = 'lectern-stand-in-debian:bookworm';
const NODE_VERSION = '20.20.0';
const NPM_VERSION = '10.9.9';
/** The host's certificates: inside a container TLS may go through a proxy whose authority only the host knows. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';

/** What docker-compose.yml reads for its base images. */
const STAND_IN_ENV = {
  NODE_IMAGE: `lectern-stand-in-node:${NODE_VERSION}`,
  REDIS_IMAGE: 'lectern-stand-in-redis:debian',
  PROMETHEUS_IMAGE: 'lectern-stand-in-prometheus:debian',
};

const hasImage = (name) => spawnSync('docker', ['image', 'inspect', name], { stdio: 'ignore' }).status === 0;

function docker(args, options = {}) {
  execFileSync('docker', args, { stdio: ['ignore', 'ignore', 'inherit'], ...options });
}

function inFolder(work) {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-stand-in-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `files`: path in the build context -> path on this machine. */
function build(tag, dockerfile, files = {}) {
  if (hasImage(tag)) return;
  inFolder((context) => {
    for (const [name, path] of Object.entries(files)) cpSync(path, join(context, name), { recursive: true });
    writeFileSync(join(context, 'Dockerfile'), dockerfile);
    docker(['build', '--quiet', '--tag', tag, context]);
  });
}

function ensureDebian() {
  if (hasImage(DEBIAN)) return;
  inFolder((folder) => {
    const root = join(folder, 'root');
    mkdirSync(root);
    execFileSync('debootstrap', ['--variant=minbase', '--include=ca-certificates', 'bookworm', root], { stdio: ['ignore', 'ignore', 'inherit'] });
    const tar = join(folder, 'root.tar');
    execFileSync('tar', ['--create', '--numeric-owner', '--file', tar, '--directory', root, '.']);
    docker(['import', tar, DEBIAN]);
  });
}

/** Makes what is missing. Needs root, dockerd, debootstrap and npm. */
function ensureStandIns() {
  ensureDebian();
  const tools = toolsFolder();
  const certificates = existsSync(CERTIFICATES) ? { 'ca-certificates.crt': CERTIFICATES } : {};
  const copyCertificates = existsSync(CERTIFICATES) ? `COPY ca-certificates.crt ${CERTIFICATES}\n` : '';
  build(STAND_IN_ENV.NODE_IMAGE, `FROM ${DEBIAN}
${copyCertificates}COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \\
  && groupadd --gid 1000 node && useradd --uid 1000 --gid node --shell /bin/bash --create-home node
ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}
CMD ["node"]
`, {
    ...certificates,
    node: join(unpackNpmPackage(`node-linux-${process.arch}`, NODE_VERSION, tools), 'bin', 'node'),
    npm: unpackNpmPackage('npm', NPM_VERSION, tools),
  });
  const install = (name) => `RUN apt-get update && apt-get install -y --no-install-recommends ${name} && rm -rf /var/lib/apt/lists/*\n`;
  // The official image is built without protected mode: a container's port is only reached through its own network.
  build(STAND_IN_ENV.REDIS_IMAGE, `FROM ${DEBIAN}
${install('redis-server')}RUN printf '#!/bin/sh\\nexec "$@" --protected-mode no\\n' > /usr/local/bin/entry && chmod +x /usr/local/bin/entry
WORKDIR /data
EXPOSE 6379
ENTRYPOINT ["/usr/local/bin/entry"]
CMD ["redis-server"]
`);
  build(STAND_IN_ENV.PROMETHEUS_IMAGE, `FROM ${DEBIAN}
${install('prometheus')}ENTRYPOINT ["/usr/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
`);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  ensureStandIns();
  console.log(JSON.stringify(STAND_IN_ENV));
}
