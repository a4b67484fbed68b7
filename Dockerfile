# Images of the API (--target api), of the worker (--target worker), and of a worker whose tfjs engine runs on TensorFlow
# (--target worker-tfjs). Needs no BuildKit.
ARG NODE_IMAGE=node:20-bookworm-slim
FROM ${NODE_IMAGE} AS build
RUN apt-get update \
  && apt-get install -y --no-install-recommends g++ make cmake \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# Manifests first: packages are installed again only when one of these changes.
COPY package.json package-lock.json .npmrc ./
COPY packages/shared/package.json packages/shared/
COPY packages/sparse-attn/package.json packages/sparse-attn/
COPY packages/model/package.json packages/model/
COPY packages/reader/package.json packages/reader/
COPY packages/client/package.json packages/client/
COPY packages/cli/package.json packages/cli/
COPY services/api/package.json services/api/
COPY services/worker/package.json services/worker/
RUN npm ci
COPY . .
# The kernels of every instruction set are compiled; the best one that the machine has is chosen at load.
RUN npm run build:native && npx tsc -b services/api services/worker && npm prune --omit=dev \
  && rm -rf packages/*/src packages/*/native services/*/src \
  && find build/native -type f ! -name '*.node' -delete

FROM ${NODE_IMAGE} AS runtime
ENV NODE_ENV=production \
    BLOB_DIR=/var/lib/lectern/blobs \
    LECTERN_HOME=/var/lib/lectern/home
RUN mkdir -p "$BLOB_DIR" "$LECTERN_HOME" && chown -R node:node /var/lib/lectern
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/build build
COPY --from=build /app/packages packages
COPY --from=build /app/services services
USER node
VOLUME ["/var/lib/lectern"]

FROM runtime AS api
ENV HOST=0.0.0.0 PORT=8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8080/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/api/dist/main.js"]

FROM runtime AS worker
ENV METRICS_HOST=0.0.0.0 METRICS_PORT=9464
EXPOSE 9464
# The first start fetches the model.
HEALTHCHECK --interval=10s --timeout=3s --start-period=120s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "services/worker/dist/main.js"]

# Behind the others: a builder without BuildKit builds every stage up to its target.
FROM build AS tfjs
RUN node scripts/build-tfjs.mjs && rm -rf build/tfjs/tensorflow*/tensorflow/include

# One reading thread: each thread has the weights for itself, and TensorFlow uses all processors from one. An NVIDIA GPU needs a
# NODE_IMAGE that holds the libraries of CUDA 12 and cuDNN 8.
FROM worker AS worker-tfjs
COPY --from=tfjs /app/build/tfjs build/tfjs
ENV ENGINES=tfjs TFJS_BACKEND=tensorflow READ_THREADS=1
