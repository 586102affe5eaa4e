import type { Socket } from "./connection.ts";

/** The browser's WebSocket as the connection wants it. */
export function openWebSocket(url: string): Socket {
  const ws = new WebSocket(url);
  ws.binaryType = "arraybuffer";
  const socket: Socket = {
    onopen: null,
    onclose: null,
    onmessage: null,
    send: (text) => ws.send(text),
    close: () => ws.close(),
  };
  ws.onopen = () => socket.onopen?.();
  ws.onclose = () => socket.onclose?.();
  ws.onmessage = (event) => socket.onmessage?.(event);
  return socket;
}
