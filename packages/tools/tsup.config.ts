import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/schema.ts',
    'src/testing.ts',
    'src/calculator.ts',
    'src/current-time.ts',
    'src/http-request.ts',
    'src/files.ts',
    'src/retrieve.ts',
  ],
  format: ['esm'],
  target: 'node20',
  platform: 'neutral',
  // Only http-request and files ask for them.
  external: [/^node:/],
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  dts: false,
})
