import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/partial-json.ts',
    'src/client.ts',
    'src/media-file.ts',
    'src/batch.ts',
    'src/batch-file.ts',
  ],
  format: ['esm'],
  target: 'node20',
  platform: 'neutral',
  // Only the files that are named so ask for them.
  external: [/^node:/],
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  dts: false,
})
