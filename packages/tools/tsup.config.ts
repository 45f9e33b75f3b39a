import { defineConfig } from 'tsup'

export default defineConfig({
  entry: ['src/index.ts', 'src/schema.ts', 'src/calculator.ts', 'src/current-time.ts'],
  format: ['esm'],
  target: 'node20',
  platform: 'neutral',
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  dts: false,
})
