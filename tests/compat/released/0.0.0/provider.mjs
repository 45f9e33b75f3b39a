// templates/provider as released with @x/types 0.0.0. Made by scripts/freeze-provider.mjs; never edited.

// packages/types/src/error.ts
var marker = /* @__PURE__ */ Symbol.for("@x/types/AgentError");
var AgentError = class extends Error {
  name = "AgentError";
  code;
  constructor(code, message, options = {}) {
    const { cause, ...members } = options;
    super(members.hint ? `${message} ${members.hint}` : message, cause === void 0 ? void 0 : { cause });
    Object.defineProperty(this, marker, { value: true });
    this.code = code;
    Object.assign(this, { scope: "step", retryable: false }, members);
  }
};
function isAgentError(value, code) {
  if (typeof value !== "object" || value === null || !(marker in value)) return false;
  return code === void 0 || value.code === code;
}

// packages/types/src/define-model.ts
function defineModel(definition) {
  const { provider, keys, privateKeys = [] } = definition;
  const known = /* @__PURE__ */ new Set([...keys, ...privateKeys]);
  const patched = (base, patch) => {
    const config = { ...base };
    for (const [key, value] of Object.entries(patch)) {
      if (!known.has(key)) throw unknownKey(provider, key, known);
      if (value === void 0) delete config[key];
      else config[key] = value;
    }
    if (typeof config.modelId !== "string" || config.modelId === "") {
      throw new AgentError("invalid-config", `The config of a ${provider} model needs a modelId.`);
    }
    const whole = Object.freeze(config);
    definition.checkConfig?.(whole);
    return whole;
  };
  let live = patched({}, definition.config);
  const callOf = (options) => ({
    config: options?.config ? patched(live, options.config) : live,
    signal: options?.signal ?? new AbortController().signal
  });
  const model = {
    specVersion: 1,
    provider,
    get modelId() {
      return live.modelId;
    },
    get config() {
      const shown = keys.filter((key) => live[key] !== void 0).map((key) => [key, live[key]]);
      return Object.freeze(Object.fromEntries(shown));
    },
    stream: (request, options) => definition.stream(request, callOf(options)),
    updateConfig(patch) {
      live = patched(live, patch);
    },
    with: (patch) => defineModel({ ...definition, config: patched(live, patch) })
  };
  const { countTokens, capabilities: capabilities2 } = definition;
  return Object.assign(model, {
    ...countTokens && {
      countTokens: (request, options) => countTokens(request, callOf(options))
    },
    ...capabilities2 && { capabilities: (options) => capabilities2(callOf(options).config) }
  });
}
function unknownKey(provider, key, known) {
  return new AgentError("invalid-config", `A ${provider} model has no config member "${key}".`, {
    hint: `Known members: ${[...known].map(String).sort().join(", ")}.`
  });
}

// packages/types/src/fold-events.ts
function foldEvents(model) {
  const { provider, modelId } = model;
  const parts = [];
  let open;
  let outputRedaction;
  let inputRedaction;
  let end;
  const misplaced = ({ type }) => {
    const place = end ? "after model-end" : open ? `inside a ${open.type} part` : "with no part open";
    return new AgentError("invalid-stream", `The model's events are out of order: ${type} came ${place}.`, {
      hint: "This is a defect of the provider; `checkModel` shows it."
    });
  };
  const opened = (event, fresh) => {
    open ??= fresh;
    if (open.type !== fresh.type) throw misplaced(event);
    return open;
  };
  const content = () => {
    if (outputRedaction !== void 0) return [{ type: "text", text: outputRedaction }];
    const last = open && closePart(open);
    return last ? [...parts, last] : parts;
  };
  return {
    push(event) {
      if (end) throw misplaced(event);
      switch (event.type) {
        case "text-delta":
          if (open?.type === "text") open.text += event.text;
          else opened(event, { type: "text", text: "" }).text += event.text;
          break;
        case "citation-delta": {
          const part = opened(event, { type: "text", text: "" });
          part.citations ??= [];
          part.citations.push(event.citation);
          break;
        }
        case "reasoning-delta": {
          const part = opened(event, { type: "reasoning" });
          for (const key of ["text", "signature", "redacted"]) {
            if (event[key] !== void 0) part[key] = (part[key] ?? "") + event[key];
          }
          break;
        }
        case "tool-call-start":
          if (open) throw misplaced(event);
          open = { type: "tool-call", id: event.id, name: event.name, inputText: "" };
          break;
        case "tool-call-delta":
          if (open?.type !== "tool-call") throw misplaced(event);
          open.inputText += event.inputText;
          break;
        case "part":
          if (open) throw misplaced(event);
          parts.push(event.part);
          break;
        case "part-end": {
          if (!open) throw misplaced(event);
          const part = closePart(open);
          if (part) parts.push(part);
          open = void 0;
          break;
        }
        case "redaction":
          if (event.side === "output") outputRedaction = event.text;
          else inputRedaction = event.text;
          break;
        case "model-end":
          if (open) throw misplaced(event);
          end = event;
      }
    },
    partial() {
      const parts2 = content();
      return parts2.length > 0 ? { role: "assistant", content: [...parts2], model: { provider, modelId } } : void 0;
    },
    result() {
      if (!end) {
        const message = this.partial();
        throw new AgentError("stream-truncated", `The answer of ${modelId} ended before it was complete.`, {
          retryable: true,
          ...message && { partial: { message } }
        });
      }
      const { type: _type, ...rest } = end;
      const parts2 = content();
      const stopReason = settleStopReason(end.stopReason, parts2);
      return {
        ...rest,
        stopReason,
        message: { role: "assistant", content: parts2, model: { provider, modelId }, usage: end.usage, stopReason },
        ...inputRedaction !== void 0 && { inputRedaction }
      };
    }
  };
}
function settleStopReason(reason, parts) {
  const hasCall = parts.some((part) => part.type === "tool-call");
  if (hasCall && (reason === "end" || reason === "stop-sequence")) return "tool-use";
  if (!hasCall && reason === "tool-use") return "end";
  return reason;
}
function parseToolInput(inputText) {
  if (inputText.trim() === "") return { input: {} };
  try {
    return { input: JSON.parse(inputText) };
  } catch {
    return { input: {}, malformedInput: inputText };
  }
}
function closePart(part) {
  if (part.type === "tool-call") {
    return { type: "tool-call", id: part.id, name: part.name, ...parseToolInput(part.inputText) };
  }
  if (part.type === "text") return part.text === "" && !part.citations ? void 0 : { ...part };
  return part.text || part.signature || part.redacted ? { ...part } : void 0;
}

// templates/provider/src/from-error.ts
function fromError(error, signal, message) {
  const failure = toFailure(error, signal);
  if (message) failure.partial = { ...failure.partial, message };
  return failure;
}
function networkError(cause) {
  return new AgentError("network", "Acme Cloud could not be reached.", {
    retryable: true,
    hint: "Check baseUrl and the network.",
    cause
  });
}
function truncated(cause) {
  return new AgentError("stream-truncated", "The answer of Acme Cloud ended before it was complete.", {
    retryable: true,
    hint: "The connection was lost; the same call may work when it is sent again.",
    cause
  });
}
function toFailure(error, signal) {
  if (signal.aborted) return new AgentError("aborted", "The call to Acme Cloud was aborted.", { cause: signal.reason });
  if (isAgentError(error)) return error;
  return new AgentError("internal", "The answer of Acme Cloud could not be read.", { cause: error });
}

// templates/provider/src/from-response.ts
async function fromResponse(response) {
  const { status, headers } = response;
  const error = await readError(response);
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const requestId = headers.get("x-request-id");
  return fromWireError(error, {
    status,
    ...Number.isFinite(seconds) && { retryAfterMs: seconds * 1e3 },
    ...requestId !== null && { requestId }
  });
}
function fromWireError({ code, message }, options = {}) {
  const row = errorTable[code] ?? { code: options.status && options.status < 500 ? "invalid-request" : "unavailable" };
  const retryable = row.code === "throttled" || row.code === "unavailable";
  const { hint } = row;
  return new AgentError(row.code, `Acme Cloud: ${message}`, {
    retryable,
    ...hint !== void 0 && { hint },
    ...options
  });
}
var errorTable = {
  bad_request: { code: "invalid-request" },
  too_long: { code: "context-overflow", hint: "Shorten the conversation, or take a model with a larger context." },
  unauthorized: { code: "credentials", hint: "Set ACME_CLOUD_API_KEY, or pass apiKey." },
  forbidden: { code: "access-denied", hint: "Ask the owner of the account for access to this model." },
  no_such_model: { code: "invalid-model", hint: "Check modelId." },
  rate_limited: { code: "throttled" },
  out_of_quota: { code: "quota", hint: "Raise the quota of the account, or wait until it is renewed." },
  overloaded: { code: "unavailable" }
};
async function readError(response) {
  const text = await response.text();
  try {
    const { error } = JSON.parse(text);
    return { code: String(error.code), message: String(error.message) };
  } catch {
    return { code: "unknown", message: `status ${response.status}: ${text.slice(0, 200)}` };
  }
}

// templates/provider/src/from-wire.ts
async function* fromWire(lines) {
  let open;
  let end;
  for await (const line of lines) {
    if (end) continue;
    const event = parse(line);
    if (event.type === "error") throw fromWireError(event);
    if (event.type === "end") {
      end = event;
      continue;
    }
    const part = event.type === "arguments" ? "call" : event.type;
    const opens = event.type === "call" || part !== open;
    if (open && opens) yield { type: "part-end" };
    open = part;
    yield fromDelta(event);
  }
  if (!end) throw truncated();
  if (open) yield { type: "part-end" };
  yield* fromEnd(end);
}
function fromDelta(event) {
  switch (event.type) {
    case "text":
      return { type: "text-delta", text: event.text };
    case "thinking": {
      const { text, signature } = event;
      return {
        type: "reasoning-delta",
        ...text !== void 0 && { text },
        ...signature !== void 0 && { signature }
      };
    }
    case "call":
      return { type: "tool-call-start", id: event.id, name: event.name };
    case "arguments":
      return { type: "tool-call-delta", inputText: event.text };
    default:
      throw new AgentError("invalid-stream", `Acme Cloud sent an event of an unknown type: ${JSON.stringify(event)}`);
  }
}
var stopReasons = {
  stop: "end",
  calls: "tool-use",
  length: "length",
  stop_sequence: "stop-sequence",
  filter: "filtered"
};
function* fromEnd({ reason, usage }) {
  const stopReason = stopReasons[reason];
  if (!stopReason) yield { type: "warning", message: `Acme Cloud stopped for an unknown reason: ${reason}.` };
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage;
  yield {
    type: "model-end",
    stopReason: stopReason ?? "end",
    providerStopReason: reason,
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens }
  };
}
function parse(line) {
  try {
    return JSON.parse(line);
  } catch (error) {
    throw new AgentError("invalid-stream", "Acme Cloud sent a line that is not JSON.", { cause: error });
  }
}

// templates/provider/src/leave-at-once.ts
function leaveAtOnce(outer, start) {
  const controller = new AbortController();
  const events = start(AbortSignal.any([outer, controller.signal]));
  const leave = events.return.bind(events);
  events.return = (value) => {
    controller.abort();
    return leave(value).catch(() => ({ done: true, value: void 0 }));
  };
  return events;
}

// templates/provider/src/read-lines.ts
var maxLineLength = 4e6;
async function* readLines(body) {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const bytes of body) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > maxLineLength) throw new AgentError("invalid-stream", "Acme Cloud sent a line without an end.");
      for (const line of lines) if (line.trim() !== "") yield line;
    }
  } catch (error) {
    throw isAgentError(error) ? error : truncated(error);
  }
}

// templates/provider/src/to-wire.ts
function toWire(request, config) {
  const { messages, system, tools, toolChoice, output } = request;
  const wireTools = tools?.flatMap((tool) => toTool(tool));
  return {
    model: config.modelId,
    ...system && { system: toText(system) },
    messages: messages.flatMap((message) => toMessages(message)),
    ...wireTools && wireTools.length > 0 && { tools: wireTools },
    ...toolChoice && { tool_choice: toToolChoice(toolChoice) },
    ...output && { output_schema: output.schema },
    ...config.maxTokens !== void 0 && { max_tokens: config.maxTokens },
    ...config.temperature !== void 0 && { temperature: config.temperature }
  };
}
function warningsOf({ messages, system = [], tools = [] }) {
  const parts = [...system, ...tools, ...messages.flatMap(({ content }) => content)];
  const points = parts.filter((part) => "type" in part && part.type === "cache-point").length;
  if (points === 0) return [];
  return [{ type: "warning", code: "cache-point", message: `Acme Cloud has no cache points: ${points} left out.` }];
}
function toMessages(message) {
  if (message.role === "user") return [{ role: "user", text: toText(message.content) }];
  if (message.role === "tool") {
    return message.content.filter((part) => isSent(part)).map(toToolMessage);
  }
  const { content, model } = message;
  const calls = content.filter((part) => part.type === "tool-call").map(toCall);
  const own = model?.provider === "acme-cloud";
  const thinking = own ? content.flatMap((part) => toThinking(part)) : [];
  return [
    {
      role: "assistant",
      text: toText(content.filter(({ type }) => type !== "tool-call" && type !== "reasoning")),
      ...thinking.length > 0 && { thinking },
      ...calls.length > 0 && { calls }
    }
  ];
}
function toToolMessage({ id, content, isError = false }) {
  return { role: "tool", call_id: id, text: toText(content), failed: isError };
}
function toCall({ id, name, input, malformedInput }) {
  return { id, name, arguments: malformedInput ?? JSON.stringify(input) };
}
function toThinking(part) {
  if (part.type !== "reasoning" || part.signature === void 0) return [];
  return [{ text: part.text ?? "", signature: part.signature }];
}
function toTool(tool) {
  if ("type" in tool) {
    if (isSent(tool)) throw unsupported("a tool of its own", "Define it with a name and an inputSchema.");
    return [];
  }
  const { name, description = "", inputSchema } = tool;
  return [{ name, description, parameters: inputSchema }];
}
function toToolChoice(choice) {
  return typeof choice === "string" ? choice : `tool:${choice.tool}`;
}
function toText(parts) {
  return parts.filter(isSent).map((part) => {
    if (part.type === "text") return part.text;
    if (part.type === "json") return JSON.stringify(part.value);
    throw unsupported(`a part of the type "${part.type}"`, "It takes text.");
  }).join("\n");
}
function isSent(part) {
  return part.type !== "cache-point" && !(part.type === "provider" && part.provider !== "acme-cloud");
}
function unsupported(what, hint) {
  return new AgentError("unsupported", `Acme Cloud cannot be sent ${what}.`, { hint });
}

// templates/provider/src/acme-cloud.ts
function acmeCloud(modelId, config = {}) {
  const apiKey = config.apiKey ?? process.env.ACME_CLOUD_API_KEY;
  return defineModel({
    provider: "acme-cloud",
    config: { baseUrl: "https://api.acme-cloud.example", ...config, modelId, ...apiKey !== void 0 && { apiKey } },
    keys: ["modelId", "baseUrl", "maxTokens", "temperature"],
    privateKeys: ["apiKey"],
    checkConfig,
    capabilities: () => capabilities,
    stream: (request, call) => leaveAtOnce(call.signal, (signal) => answer(request, { ...call, signal }))
  });
}
var capabilities = {
  tools: true,
  streamsTools: true,
  toolChoice: ["any", "none", "tool"],
  outputSchema: true,
  strictTools: false,
  media: { user: [], toolResult: [] },
  cachePoints: []
};
async function* answer(request, call) {
  const { config, signal } = call;
  const fold = foldEvents({ provider: "acme-cloud", modelId: config.modelId });
  try {
    yield* warningsOf(request);
    for await (const event of fromWire(readLines(await send(request, call)))) {
      signal.throwIfAborted();
      fold.push(event);
      yield event.type === "model-end" ? settled(event, fold.partial()) : event;
    }
  } catch (error) {
    throw fromError(error, signal, fold.partial());
  }
}
function settled(end, message) {
  return { ...end, stopReason: settleStopReason(end.stopReason, message?.content ?? []) };
}
async function send(request, { config, signal }) {
  const { apiKey, baseUrl } = config;
  const body = JSON.stringify(toWire(request, config));
  const response = await fetch(`${baseUrl.replace(/\/$/, "")}/v1/chat`, {
    method: "POST",
    headers: { "content-type": "application/json", ...apiKey !== void 0 && { authorization: `Bearer ${apiKey}` } },
    body,
    signal
  }).catch((error) => {
    throw networkError(error);
  });
  if (!response.ok) throw await fromResponse(response);
  if (!response.body) throw truncated();
  return response.body;
}
function checkConfig({ baseUrl, maxTokens, temperature }) {
  if (!URL.canParse(baseUrl)) throw invalid("baseUrl must be a URL.");
  if (maxTokens !== void 0 && !(Number.isInteger(maxTokens) && maxTokens > 0)) {
    throw invalid("maxTokens must be a whole number above 0.");
  }
  if (temperature !== void 0 && !(temperature >= 0 && temperature <= 2)) {
    throw invalid("temperature must be a number from 0 to 2.");
  }
}
function invalid(message) {
  return new AgentError("invalid-config", message);
}
export {
  acmeCloud
};
