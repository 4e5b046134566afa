// Builds the page into dist/, which the binary embeds; in development it hands /api, /ogc and
// /tiles through to a running `boundstone serve`.
import type { ServerResponse } from 'node:http'
import vue from '@vitejs/plugin-vue'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

const server = process.env['BOUNDSTONE_URL'] ?? 'http://127.0.0.1:8080'

/** Lets the head of an answer through before its body: live events may be silent for a while. */
function flushAtOnce(proxy: { on(event: 'proxyRes', heard: (from: unknown, ask: unknown, to: ServerResponse) => void): unknown }): void {
  proxy.on('proxyRes', (_from, _ask, to) => setImmediate(() => { to.flushHeaders() }))
}

/** The map's code, the largest part, is fetched with the page and not only once the page runs. */
function fetchMapAtOnce(): Plugin {
  const wanted = ['sheet', 'maplibre']
  return {
    name: 'fetch-map-at-once',
    transformIndexHtml: {
      order: 'post',
      handler: (_html, { bundle }) =>
        Object.values(bundle ?? {})
          .filter((file) => file.type === 'chunk' && wanted.includes(file.name))
          .map((file) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file.fileName}` }, injectTo: 'head' as const })),
    },
  }
}

export default defineConfig({
  plugins: [vue(), fetchMapAtOnce()],
  build: {
    target: 'chrome100',
    cssTarget: 'chrome100',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            // what draws on the map is loaded when something is drawn
            { name: 'maplibre', test: /maplibre-gl\//, priority: 2 },
            { name: 'draw', test: /node_modules\/terra-draw/, priority: 1 },
            { name: 'vendor', test: /node_modules/ },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
  server: {
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(
      ['/api', '/ogc', '/tiles', '/tiles.json', '/healthz'].map((path) => [path, { target: server, configure: flushAtOnce }]),
    ),
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
