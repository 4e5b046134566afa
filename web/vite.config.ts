// Builds the page into dist/, which the binary embeds; in development it hands /api, /ogc and
// /tiles through to a running `boundstone serve`.
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const server = process.env['BOUNDSTONE_URL'] ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [vue()],
  build: {
    target: 'chrome100',
    cssTarget: 'chrome100',
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1300,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'maplibre', test: /maplibre-gl/ },
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
      ['/api', '/ogc', '/tiles', '/tiles.json', '/healthz'].map((path) => [path, server]),
    ),
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
})
