import { defineConfig } from 'tsup'

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/agent-tool.ts',
    'src/approval.ts',
    'src/budget.ts',
    'src/compact.ts',
    'src/fallback.ts',
    'src/handoff.ts',
    'src/journal.ts',
    'src/journal-file.ts',
    'src/loop-guard.ts',
    'src/retry.ts',
    'src/session.ts',
    'src/session-file.ts',
    'src/steering.ts',
    'src/testing.ts',
    'src/tool-limits.ts',
    'src/ui-stream.ts',
  ],
  format: ['esm'],
  target: 'node20',
  platform: 'neutral',
  // For stores in files, which are entry points of their own.
  external: [/^node:/],
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
  dts: false,
})
