export type { AnySchema, DescribedSchema, InferInput, InferOutput } from './any-schema.js'
export type { FunctionTool, ToolDefinition, ToolInput, ToolResult } from './define-tool.js'
export { defineTool } from './define-tool.js'
export type { TypeboxSchema } from './typebox.js'
