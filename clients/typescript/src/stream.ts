/** Reads an event stream (text/event-stream) as it comes; comments keep the connection alone. */

/** A message of a stream: `id` is the cursor to go on after, `retry` how soon to come back, in milliseconds. */
export interface Message {
  id?: string;
  data?: string;
  retry?: number;
}

/** The messages of a body, until it ends. */
export async function* messages(body: AsyncIterable<Uint8Array>): AsyncGenerator<Message> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const bytes of body) {
    rest += decoder.decode(bytes, { stream: true });
    const whole = rest.split(/\r?\n\r?\n/);
    rest = whole.pop() ?? "";
    for (const text of whole) yield read(text);
  }
}

function read(text: string): Message {
  const message: Message = {};
  for (const line of text.split(/\r?\n/)) {
    // `s`: a text may have U+2028, at which `.` would stop.
    const [, name, value = ""] = /^(\w+):? ?(.*)$/s.exec(line) ?? [];
    if (name === "id") message.id = value;
    if (name === "data") message.data = message.data === undefined ? value : `${message.data}\n${value}`;
    if (name === "retry" && /^\d+$/.test(value)) message.retry = Number(value);
  }
  return message;
}
