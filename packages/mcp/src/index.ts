export type {
  Elicitation,
  ElicitationAnswer,
  ElicitationContext,
  OnElicitation,
} from './elicitation.js'
export type { ContentPart } from './from-content.js'
export type { ListenOptions, McpListener } from './listen.js'
export { liveTools } from './live-tools.js'
export type { McpTools, McpToolsOptions } from './mcp-tools.js'
export { mcpTools } from './mcp-tools.js'
export type { RemoteTool } from './remote-tool.js'
export type { McpServing, ServeOptions } from './serve-mcp.js'
export { serveMcp } from './serve-mcp.js'
export type { ApprovalRequest, ServedSession } from './serve-session.js'
export type { McpPrompt, McpResource, McpResourceTemplate } from './server-content.js'
export type { HttpServer, McpServerTarget, StdioServer } from './server-target.js'
export { approvalByAnnotations } from './to-local-tool.js'
export type { ToolsChange } from './tool-catalog.js'
export type { ToolDrift, ToolFilter } from './tool-list.js'
