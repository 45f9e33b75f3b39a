import type { Shape, StringShape, UnionShape } from './shape.js'

// Limits as in the service model that AWS ships with its SDKs (API 2023-09-30). A blank `min` there is none here.

const text: StringShape = { type: 'string' }
const someText: StringShape = { type: 'string', min: 1 }
const empty: Shape = { type: 'struct', members: {} }
const boolean: Shape = { type: 'boolean' }
const document: Shape = { type: 'document' }
const blob: Shape = { type: 'blob' }
const values = (words: string): StringShape => ({ type: 'string', values: words.split(' ') })
const listOf = (of: Shape, min = 0): Shape => ({ type: 'list', of, min })

const s3Location: Shape = {
  type: 'struct',
  members: {
    uri: { type: 'string', min: 1, max: 1024, pattern: 's3://[a-z0-9][.\\-a-z0-9]{1,61}[a-z0-9](/.*)?' },
    bucketOwner: { type: 'string', pattern: '[0-9]{12}' },
  },
  required: ['uri'],
}
const source = (name: string): UnionShape => ({ type: 'union', name, members: { bytes: blob, s3Location } })
const media = (name: string, formats: string): Shape => ({
  type: 'struct',
  members: { format: values(formats), source: source(`${name}Source`) },
  required: ['format', 'source'],
})
const image = media('Image', 'png jpeg gif webp')
const video = media('Video', 'mkv mov mp4 webm flv mpeg mpg wmv three_gp')
const audio = media('Audio', 'mp3 opus wav aac flac mp4 ogg mkv mka x-aac m4a mpeg mpga pcm webm')
const enabled: Shape = { type: 'struct', members: { enabled: boolean }, required: ['enabled'] }
const citedText: UnionShape = { type: 'union', name: 'CitationGeneratedContent', members: { text } }
const textBlock: Shape = { type: 'struct', members: { text }, required: ['text'] }

const documentBlock: Shape = {
  type: 'struct',
  members: {
    name: { type: 'string', min: 1, max: 200 },
    format: values('pdf csv doc docx xls xlsx html txt md'),
    source: {
      type: 'union',
      name: 'DocumentSource',
      members: {
        bytes: blob,
        s3Location,
        text,
        content: listOf({ type: 'union', name: 'DocumentContentBlock', members: { text } }, 1),
      },
    },
    context: text,
    citations: enabled,
  },
  required: ['name', 'source'],
}
const searchResult: Shape = {
  type: 'struct',
  members: { source: text, title: text, content: listOf(textBlock), citations: enabled },
  required: ['source', 'title', 'content'],
}
const cachePoint: Shape = {
  type: 'struct',
  members: { type: values('default'), ttl: values('5m 1h') },
  required: ['type'],
}
const guardContent: Shape = {
  type: 'union',
  name: 'GuardrailConverseContentBlock',
  members: {
    text: {
      type: 'struct',
      members: { text, qualifiers: listOf(values('grounding_source query guard_content')) },
      required: ['text'],
    },
    image: media('GuardrailConverseImage', 'png jpeg'),
  },
}
const reasoningContent: Shape = {
  type: 'union',
  name: 'ReasoningContentBlock',
  members: {
    reasoningText: { type: 'struct', members: { text, signature: text }, required: ['text'] },
    redactedContent: blob,
  },
}

const toolName: StringShape = { type: 'string', min: 1, max: 64, pattern: '[a-zA-Z0-9_-]+' }
const toolUseId: StringShape = { type: 'string', min: 1, max: 64, pattern: '[a-zA-Z0-9_.:-]+' }
const toolUse: Shape = {
  type: 'struct',
  members: { toolUseId, name: toolName, input: document, type: text },
  required: ['toolUseId', 'name'],
}
const toolResult: Shape = {
  type: 'struct',
  members: {
    toolUseId,
    content: listOf({
      type: 'union',
      name: 'ToolResultContentBlock',
      members: { json: document, text, image, document: documentBlock, video, searchResult },
    }),
    status: values('success error'),
    type: text,
  },
  required: ['toolUseId', 'content'],
}
const toolChange: Shape = { type: 'struct', members: { tool: document } }

const contentBlock: UnionShape = {
  type: 'union',
  name: 'ContentBlock',
  members: {
    text,
    image,
    toolUse,
    toolResult,
    document: documentBlock,
    video,
    cachePoint,
    reasoningContent,
    citationsContent: { type: 'struct', members: { content: listOf(citedText), citations: listOf(empty) } },
    searchResult,
    guardContent,
    audio,
    toolAddition: toolChange,
    toolRemoval: toolChange,
  },
}
const message: Shape = {
  type: 'struct',
  members: { role: values('user assistant system'), content: listOf(contentBlock) },
  required: ['role', 'content'],
}
const system: Shape = listOf({
  type: 'union',
  name: 'SystemContentBlock',
  members: { text: someText, guardContent, cachePoint },
})
const toolSpec: Shape = {
  type: 'struct',
  members: {
    name: toolName,
    description: someText,
    inputSchema: { type: 'struct', members: { json: document } },
    strict: boolean,
  },
  required: ['name', 'inputSchema'],
}
const toolConfig: Shape = {
  type: 'struct',
  members: {
    tools: listOf(
      {
        type: 'union',
        name: 'Tool',
        members: {
          toolSpec,
          systemTool: { type: 'struct', members: { name: toolName }, required: ['name'] },
          cachePoint,
        },
      },
      1,
    ),
    toolChoice: {
      type: 'union',
      name: 'ToolChoice',
      members: {
        auto: empty,
        any: empty,
        tool: { type: 'struct', members: { name: toolName }, required: ['name'] },
      },
    },
  },
  required: ['tools'],
}

const inferenceConfig: Shape = {
  type: 'struct',
  members: {
    maxTokens: { type: 'number', integer: true, min: 1 },
    temperature: { type: 'number', min: 0, max: 1 },
    topP: { type: 'number', min: 0, max: 1 },
    stopSequences: { type: 'list', of: someText, max: 2500 },
  },
}
const guardrailConfig: Shape = {
  type: 'struct',
  members: {
    guardrailIdentifier: { type: 'string', max: 2048 },
    guardrailVersion: { type: 'string', pattern: '(|([1-9][0-9]{0,7})|(DRAFT))' },
    trace: values('enabled disabled enabled_full'),
    streamProcessingMode: values('sync async'),
  },
}
const metadataText = '[a-zA-Z0-9\\s:_@$#=/+,-.]'
const outputConfig: Shape = {
  type: 'struct',
  members: {
    textFormat: {
      type: 'struct',
      members: {
        type: values('json_schema'),
        structure: {
          type: 'union',
          name: 'OutputFormatStructure',
          members: {
            jsonSchema: {
              type: 'struct',
              members: { schema: text, name: text, description: text },
              required: ['schema'],
            },
          },
        },
      },
      required: ['type', 'structure'],
    },
    effort: { type: 'string', max: 16 },
  },
}

/** Body of CountTokens: `input.converse`. */
export const countedShape: Shape = {
  type: 'struct',
  members: {
    messages: { ...listOf(message), secret: true },
    system: { ...system, secret: true },
    toolConfig: { ...toolConfig, secret: true },
    additionalModelRequestFields: document,
  },
}

/** Body of Converse and ConverseStream. What users wrote is kept out of errors, as the service does. */
export const converseShape: Shape = {
  type: 'struct',
  members: {
    ...countedShape.members,
    inferenceConfig,
    guardrailConfig,
    additionalModelResponseFieldPaths: { type: 'list', of: { type: 'string', min: 1, max: 256 }, max: 10 },
    promptVariables: {
      type: 'map',
      keys: text,
      values: { type: 'union', name: 'PromptVariableValues', members: { text } },
      secret: true,
    },
    requestMetadata: {
      type: 'map',
      keys: { type: 'string', min: 1, max: 256, pattern: `${metadataText}{1,256}` },
      values: { type: 'string', max: 256, pattern: `${metadataText}{0,256}` },
      min: 1,
      max: 16,
      secret: true,
    },
    performanceConfig: { type: 'struct', members: { latency: values('optimized standard') } },
    serviceTier: { type: 'struct', members: { type: text }, required: ['type'] },
    outputConfig: { ...outputConfig, secret: true },
  },
}
