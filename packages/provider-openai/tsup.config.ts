import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'neutral',
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  dts: false,
})
