/**
 * What the request check knows, by name: the rule, and where it comes from. "service" is a message of the live service
 * (quoted), "model" the limits of its API model, "docs" AWS's or a vendor's documentation, "clients" what other clients
 * found by live calls, and "contract" what `ModelRequest` itself promises.
 */
export const checkRules = {
  'no-messages': ['There is something to send.', 'service: "A conversation must start with a user message."'],
  'conversation-start': [
    'The conversation begins with the user, for families that insist.',
    'service: "A conversation must start with a user message."',
  ],
  'conversation-end': [
    'The conversation ends with the user, for families that insist.',
    'service: "The conversation must end with a user message."',
  ],
  'message-shape': ['A message has a known role and a list of parts that may stand under it.', 'contract'],
  'empty-message': ['A message holds something.', 'service: "The content field in the Message object ... is empty."'],
  'adjacent-roles': ['Neighbours of one role are one turn.', 'service: it merges them itself'],
  'blank-text': [
    'Text holds more than white space.',
    'service: "The text field in the ContentBlock object ... is blank."',
  ],
  'call-id': ['Call ids are 1 to 64 of [a-zA-Z0-9_.:-].', 'model: ToolUseBlock.toolUseId'],
  'duplicate-call-id': [
    'Calls of one turn have different ids.',
    'service: "The toolUse blocks at ... contain duplicate Ids"',
  ],
  'call-name': ['Called tools are named as tools may be.', 'model: ToolUseBlock.name'],
  'call-input': ['Arguments are a JSON object.', 'docs: ToolUseBlock.input; the Messages API of Claude'],
  'unanswered-call': [
    'Every call is answered in the next turn.',
    'service: "Expected toolResult blocks at ... for the following Ids"',
  ],
  'result-place': [
    'All results of a turn stand in the next one.',
    'service: "Expected toolResult blocks at ... for the following Ids"',
  ],
  'orphan-result': [
    'A result answers a call of the turn before it.',
    'service: "The number of toolResult blocks at ... exceeds the number of toolUse blocks of previous turn."',
  ],
  'empty-result': [
    'A result says something.',
    'service: "The content field at ...toolResult cannot be empty when status value is error."',
  ],
  'result-status': [
    'A result has no status, for families that take none.',
    'service: "This model doesn\'t support the status field."',
  ],
  'reasoning-replay': [
    'Reasoning goes back to the family that signed it, and to nobody else.',
    'service: "User messages cannot contain reasoning content"; docs: extended thinking of Claude',
  ],
  'thinking-history': [
    'With thinking, an answer that called tools is sent back with its reasoning while the tools are answered.',
    'service: "When `thinking` is enabled, a final `assistant` message must start with a thinking block"',
  ],
  'provider-part': ['A provider part is one block of the wire; those of other providers stay here.', 'contract'],
  base64: ['Bytes are base64.', 'contract'],
  'image-format': [
    'The format of an image is that of its bytes.',
    'service: "The image was specified using the image/jpeg media type, but the image appears to be a image/png image"',
  ],
  'image-size': [
    'An image is no larger than the family takes, 3.75 MB elsewhere.',
    'service: "image exceeds 5 MB maximum" (as base64); docs: ImageBlock',
  ],
  'image-count': ['A turn holds at most 20 images.', 'docs: Message.content'],
  'document-count': [
    'A request holds at most 5 documents.',
    'service: "You can\'t include more than 5 documents in a request."',
  ],
  citations: [
    'Citations are asked for by families that give them, of documents in messages, as txt or pdf.',
    'service: "This model doesn\'t support citations.", "Only txt and pdf formats are supported when citations are enabled", "Citations are not supported in tool result documents."; with native output: docs',
  ],
  'document-size': ['A document is at most 4.5 MB.', 'docs: Message.content'],
  'document-name': [
    'A document is named by letters, digits, single spaces, -, _, () and [], at most 200 of them.',
    'docs: DocumentBlock.name; recorded requests for the underscore',
  ],
  'document-names-unique': [
    'Documents of a request have different names.',
    'service: "Messages can\'t contain duplicate document names."',
  ],
  'document-text': [
    'A turn with a document holds a text too.',
    'service: "A text block must be included when using documents."',
  ],
  'media-place': [
    'Media stand where the family takes them.',
    'service: "This model doesn\'t support the video content block that you provided."; for results: recorded replies, clients',
  ],
  's3-source': [
    'Media come by S3 for families that fetch them.',
    'service: "This model doesn\'t support the s3Uri field."',
  ],
  'guard-content': ['A guardrail looks at text and at png and jpeg bytes.', 'model: GuardrailConverseImageBlock'],
  'cache-point-unsupported': [
    'Cache points stand where the family takes them.',
    'service: "You invoked an unsupported model or your request did not allow prompt caching."',
  ],
  'cache-point-place': [
    'A cache point follows something, and neither reasoning nor a document or video.',
    'service: "Cache point cannot be inserted after reasoning block."; clients',
  ],
  'cache-point-count': [
    'A request holds at most 4 cache points.',
    'service: "A maximum of 4 blocks with cache_control may be provided."',
  ],
  'cache-point-ttl': [
    'No longer time to live after a shorter one, and none for families that know none.',
    'docs: prompt caching, mixing TTLs',
  ],
  'system-unsupported': ['A system prompt, for families that take one.', 'docs: supported models and features'],
  'tools-unsupported': ['Tools, for families that take them.', 'docs: supported models and features'],
  'streamed-tools': [
    'Tools in streams, for families that stream them.',
    'service: "This model doesn\'t support tool use in streaming mode."',
  ],
  'tool-name': ['Tools are named by 1 to 64 of [a-zA-Z0-9_-].', 'model: ToolSpecification.name'],
  'duplicate-tool-name': ['Tools have different names.', 'docs: Messages API of Claude, "Tool names must be unique."'],
  'tool-description': ['A description is not blank.', 'model: ToolSpecification.description'],
  'tool-schema-root': [
    "The schema of a tool is an object's.",
    'service: "The value at ...inputSchema.json.type must be one of the following: object."',
  ],
  'tool-schema-null': [
    '`properties` and `required` are not null.',
    'service: "$.properties: null found, object expected"',
  ],
  'tool-schema-union': [
    'No anyOf, oneOf or allOf at the root, for families that refuse them.',
    'clients: "input_schema does not support oneOf, allOf, or anyOf at the top level"',
  ],
  'tool-schema-number': ['Limits in schemas fit into 32 bits.', 'service: "input_schema: int too big to convert"'],
  'strict-tool-count': ['At most 20 tools are strict.', 'docs: structured output'],
  'native-unsupported': [
    'Native output and strict tools, for families that take them.',
    'service: "output_config.format: Extra inputs are not permitted"',
  ],
  'strict-parameters': ['Strict tools have at most 24 optional parameters together.', 'clients'],
  'native-schema': [
    'Schemas of native output and of strict tools keep to the subset that the service compiles.',
    "service: \"For 'object' type, 'additionalProperties' must be explicitly set to false\" and its like; docs: structured output",
  ],
  'tool-config-missing': [
    'Tools are declared once the history holds calls or results.',
    'service: "The toolConfig field must be defined when using toolUse and toolResult content blocks."',
  ],
  'empty-tools': [
    'A list of tools is not empty.',
    'service: "toolConfig.tools ... must have length greater than or equal to 1"',
  ],
  'tool-choice-unknown': ['A tool choice names a tool that is there.', 'clients'],
  'tool-choice-unsupported': [
    'A forced tool choice, for families that take it.',
    'service: "This model doesn\'t support the toolConfig.toolChoice.any field."',
  ],
  'tool-choice-none': ['There is no tool choice "none" on the wire.', 'model: ToolChoice'],
  sampling: [
    'temperature and topP only as the family takes them.',
    'service: "`temperature` and `top_p` cannot both be specified for this model."; clients for those that take neither',
  ],
  'thinking-budget': [
    'A budget of at least 1024 and less than maxTokens; none for families that think adaptively.',
    'service: "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024", "`max_tokens` must be greater than `thinking.budget_tokens`."',
  ],
  'thinking-kind': [
    'Thinking is asked for as the model knows it.',
    'service: "adaptive thinking is not supported on this model"',
  ],
  'thinking-sampling': [
    'With thinking, temperature is 1, topP at least 0.95, and top_k unset.',
    'service: "`temperature` may only be set to 1 when thinking is enabled."; docs: extended thinking of Claude',
  ],
  'thinking-tool-choice': [
    'Thinking with a budget leaves the tool choice to the model.',
    'service: "Thinking may not be enabled when tool_choice forces tool use."',
  ],
  'reasoning-unsupported': [
    'The reasoning option, for families that can be asked so.',
    'docs: inference reasoning; clients',
  ],
  'reasoning-effort': [
    'With high effort Nova takes neither maxTokens nor temperature nor topP.',
    'docs: extended thinking of Nova 2; clients',
  ],
  'inference-profile': [
    'Models that are offered by profile alone are called by it.',
    'service: "Invocation of model ID ... with on-demand throughput isn’t supported."',
  ],
} as const satisfies Readonly<Record<string, readonly [rule: string, source: string]>>

export type CheckRule = keyof typeof checkRules
