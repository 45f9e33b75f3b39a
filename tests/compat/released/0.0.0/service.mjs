// templates/provider as released with @x/types 0.0.0. Made by scripts/freeze-provider.mjs; never edited.

// templates/provider/test/start-service.ts
import { createServer } from "node:http";

// templates/provider/test/behaviours.ts
import { createHash } from "node:crypto";
var behaviours = {
  /** Calls the first tool, if there is one, and says the last message back. */
  echo: (request) => unlessWrong(request, () => ({ events: echo(request) })),
  bytewise: (request) => ({ events: echo(request), pieceBytes: 1 }),
  recite: (request) => ({ events: [...words(recite(request)), end("stop")] }),
  "names-model": ({ model }) => ({ events: [...words(model), end("stop")] }),
  output: (request) => ({ events: echo(request) }),
  reasoning: (request) => unlessWrong(request, () => ({ events: [...think(lastText(request)), ...echo(request)] })),
  length: () => ({ events: [...words("There was once a"), end("length")] }),
  "stop-sequence": () => ({ events: [...words("One, two,"), end("stop_sequence")] }),
  filtered: () => ({ events: [...words("I"), end("filter")] }),
  "no-call": () => ({ events: [...words("I need no tool."), end("stop")] }),
  "many-calls": (request) => unlessWrong(request, () => ({ events: echo(request, 3) })),
  "no-arguments": (request) => ({ events: [...calls(request, 1, ""), end("calls")] }),
  "malformed-call": (request) => ({ events: [...calls(request, 1, '{"text": "pi'), end("calls")] }),
  "cut-call": (request) => ({ events: [...calls(request, 1, '{"text": "pi'), end("length")] }),
  /** Cut somewhere else each time, inside a line, in the middle of a character, or between two lines. */
  truncated: () => ({ events: words("Half an answer \u2026"), cutBytes: cuts++ % 24 }),
  dropped: () => ({ events: words("Half an answer"), finish: "destroy" }),
  broken: () => ({ events: [...words("Half an answer"), "<h1>Bad gateway</h1>\n"] }),
  "fails-midway": () => ({
    events: [...words("Half an answer"), { type: "error", code: "overloaded", message: "too much to do" }]
  }),
  stalled: () => ({ events: words("Wait"), finish: "hang" }),
  endless: () => ({ events: forever() }),
  throttled: () => ({ refuse: "rate_limited", status: 429 }),
  unavailable: () => ({ refuse: "overloaded", status: 503 }),
  "no-such-model": () => ({ refuse: "no_such_model", status: 404 }),
  "bad-request": () => ({ refuse: "bad_request", status: 400 }),
  "context-overflow": () => ({ refuse: "too_long", status: 400 }),
  "new-error": () => ({ refuse: "never_heard_of", status: 418 }),
  /** The service's word is "stop", and there is a call. */
  "says-stop": (request) => ({ events: [...calls(request, 1), end("stop")] }),
  "new-reason": () => ({ events: [...words("Hm."), end("tired")] })
};
var cuts = 0;
function unlessWrong(request, reply) {
  const wrong = request.messages.some((message, index) => {
    if (message.role !== "assistant") return false;
    const forged = message.thinking?.some(({ text, signature }) => signature !== signatureOf(text));
    const answered = new Set(request.messages.slice(index + 1).map((later) => later.role === "tool" && later.call_id));
    return forged || message.calls?.some(({ id }) => !answered.has(id));
  });
  return wrong ? { refuse: "bad_request", status: 400 } : reply();
}
function echo(request, count = 1) {
  const { output_schema: schema } = request;
  if (schema) return [...words(filled(schema)), end("stop")];
  const mayCall = request.messages.at(-1)?.role === "user" && request.tools && request.tool_choice !== "none";
  if (mayCall) return [...calls(request, count), end("calls")];
  return [...words(lastText(request)), end("stop")];
}
function recite({ system, messages }) {
  return [...system === void 0 ? [] : [system], ...messages.map(({ text }) => text)].join("\n");
}
function lastText({ messages }) {
  return messages.at(-1)?.text ?? "";
}
function words(text) {
  return text.split(/(?<= )/).map((word) => ({ type: "text", text: word }));
}
function think(about) {
  const text = `They said: ${about}`;
  return [
    { type: "thinking", text: text.slice(0, 10) },
    { type: "thinking", text: text.slice(10) },
    { type: "thinking", signature: signatureOf(text) }
  ];
}
function signatureOf(text) {
  return createHash("sha256").update(text).digest("base64");
}
function calls({ tools = [], messages }, count, text = filled(tools[0]?.parameters)) {
  const name = tools[0]?.name ?? "none";
  return Array.from({ length: count }, (_, index) => [
    { type: "call", id: `call-${messages.length}-${index}`, name },
    ...(text.match(/.{1,5}/gs) ?? []).map((piece) => ({ type: "arguments", text: piece }))
  ]).flat();
}
function filled(schema = {}) {
  const { properties = {} } = schema;
  return JSON.stringify(Object.fromEntries(Object.keys(properties).map((key) => [key, "ping"])));
}
function* forever() {
  for (; ; ) yield { type: "text", text: "on and on ".repeat(100) };
}
function end(reason) {
  return { type: "end", reason, usage: { input_tokens: 3, output_tokens: 5 } };
}

// templates/provider/test/start-service.ts
async function startService() {
  const apiKey = "a-key-for-tests";
  const requests = [];
  let answering = 0;
  let sent = 0;
  const onSent = () => {
    sent += 1;
  };
  const server = createServer(async (request, response) => {
    answering += 1;
    response.once("close", () => {
      answering -= 1;
    });
    const wire = JSON.parse(await textOf(request));
    requests.push(wire);
    if (request.headers.authorization !== `Bearer ${apiKey}`) return refuse(response, 401, unauthorized);
    const reply = behaviours[request.url?.split("/")[1] ?? ""]?.(wire);
    if (!reply) return refuse(response, 404, { code: "not_found", message: `nothing is at ${request.url}` });
    if ("refuse" in reply) return refuse(response, reply.status, { code: reply.refuse, message: "as you wished" });
    await send(response, reply, onSent);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  return {
    apiKey,
    url: (behaviour) => `http://127.0.0.1:${port}/${behaviour}`,
    requests,
    probe: { received: () => requests.length, answering: () => answering, sent: () => sent },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  };
}
var unauthorized = { code: "unauthorized", message: "wrong key" };
async function send(response, { events, cutBytes = 0, pieceBytes = 512, finish = "end" }, onSent) {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  const write = async (bytes2) => {
    const more = response.write(bytes2);
    onSent();
    await (more ? turn() : drained(response));
  };
  let bytes = Buffer.alloc(0);
  for (const event of events) {
    bytes = Buffer.concat([bytes, Buffer.from(typeof event === "string" ? event : `${JSON.stringify(event)}
`)]);
    for (; bytes.length > pieceBytes; bytes = bytes.subarray(pieceBytes)) {
      if (response.destroyed) return;
      await write(bytes.subarray(0, pieceBytes));
    }
  }
  await write(bytes.subarray(0, bytes.length - cutBytes));
  if (finish === "destroy") response.destroy();
  if (finish === "end") response.end();
}
function turn() {
  return new Promise((resolve) => setImmediate(resolve));
}
function drained(response) {
  return new Promise((resolve) => {
    const done = () => {
      response.off("drain", done);
      response.off("close", done);
      resolve();
    };
    response.once("drain", done);
    response.once("close", done);
  });
}
function refuse(response, status, error) {
  response.writeHead(status, { "content-type": "application/json", "x-request-id": "request-1", "retry-after": "2" });
  response.end(JSON.stringify({ error }));
}
async function textOf(request) {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}
export {
  behaviours,
  startService
};
