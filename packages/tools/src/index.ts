export type { AnySchema, DescribedSchema, InferOutput } from './any-schema.js'
export type { FunctionTool, ToolDefinition, ToolInput } from './define-tool.js'
export { defineTool } from './define-tool.js'
