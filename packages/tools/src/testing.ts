export type { RunToolOptions, ToolRun } from './run-tool.js'
export { runTool } from './run-tool.js'
