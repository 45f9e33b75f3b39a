import { useChat } from '@ai-sdk/react'
import { visibleParts } from '@x/agent-loop/ui-stream'
import type { UIMessage } from 'ai'
import { DefaultChatTransport, isToolUIPart, lastAssistantMessageIsCompleteWithApprovalResponses } from 'ai'
import type { ReactNode } from 'react'
import { createElement as h } from 'react'

export interface ChatPageProps {
  readonly api: string
  readonly id: string
  readonly resume?: boolean
  readonly messages?: UIMessage[]
  /** Told each message list that was rendered. */
  readonly onRender?: (messages: UIMessage[]) => void
  readonly onData?: (part: { readonly type: string; readonly data: unknown }) => void
}

/** A chat as somebody would write it with `useChat`: texts, thoughts, tools with progress, approvals, stop and retry. */
export function ChatPage({ api, id, resume = false, messages: initial = [], onRender, onData }: ChatPageProps) {
  const chat = useChat({
    id,
    resume,
    messages: initial,
    transport: new DefaultChatTransport({ api }),
    sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    ...(onData && { onData }),
  })
  onRender?.(chat.messages)
  return h(
    'main',
    null,
    h('p', { id: 'status' }, chat.status),
    chat.error && h('p', { id: 'error' }, chat.error.message),
    ...chat.messages.map((message) =>
      h('article', { key: message.id, className: message.role }, ...visibleParts(message.parts).map(Part)),
    ),
    button('send', () => chat.sendMessage({ text: 'Please go on.' })),
    button('stop', () => chat.stop()),
    button('retry', () => chat.regenerate()),
  )

  function Part(part: UIMessage['parts'][number], index: number): ReactNode {
    const key = { key: index }
    if (part.type === 'text') return h('span', { ...key, className: 'text' }, part.text)
    if (part.type === 'reasoning') return h('em', key, part.text)
    if (part.type === 'data-tool-progress') {
      const { toolName, progress } = part.data as { toolName: string; progress: unknown }
      return h('progress', { ...key, title: toolName }, JSON.stringify(progress))
    }
    if (!isToolUIPart(part)) return null
    const { state, toolCallId } = part
    const answer = (approved: boolean) => () => chat.addToolApprovalResponse({ id: part.approval?.id ?? '', approved })
    return h(
      'section',
      { ...key, id: toolCallId, className: state },
      JSON.stringify(part.output ?? part.errorText ?? part.input),
      state === 'approval-requested' && button('approve', answer(true)),
      state === 'approval-requested' && button('deny', answer(false)),
    )
  }
}

function button(id: string, act: () => unknown) {
  return h('button', { key: id, id, type: 'button', onClick: () => void act() }, id)
}
