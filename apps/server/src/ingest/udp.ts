import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createBlackboxFramer } from "@pitwall/protocols";
import { countProblem, type Device } from "../devices.ts";
import { type Door, deviceAt, RepeatFilter, record } from "./door.ts";

export interface Listener extends AsyncDisposable {
  readonly port: number;
}

const MAX_SENDERS = 4096;
const SOURCE = { boot: "", name: "udp", protocol: "blackbox" } as const;

/** Blackbox packets in datagrams, one or several each. A datagram ends what it began: no packet spans two. */
export async function listenUdp(door: Door, host: string, port: number): Promise<Listener> {
  const socket = createSocket({
    type: host.includes(":") ? "udp6" : "udp4",
    recvBufferSize: 4 * 1024 * 1024,
  });
  const senders = new Map<string, { readonly device: Device; readonly repeats: RepeatFilter }>();

  socket.on("message", (datagram, from) => {
    const key = `${from.address} ${from.port}`;
    let sender = senders.get(key);
    if (!sender) {
      if (senders.size >= MAX_SENDERS) senders.delete(senders.keys().next().value!);
      sender = { device: deviceAt(door, "udp", from.address, from.port), repeats: new RepeatFilter() };
      senders.set(key, sender);
    }
    const { device, repeats } = sender;
    const arrivalUs = door.nowUs();
    const framer = createBlackboxFramer(
      (bytes, view, start, end) => {
        if (repeats.isRepeat(bytes, view, start, end))
          device.problems.set("duplicate", (device.problems.get("duplicate") ?? 0) + 1);
        else record(door, device, SOURCE, bytes.subarray(start, end), arrivalUs);
      },
      (p) => countProblem(device, p, arrivalUs, datagram.subarray(p.offset)),
    );
    framer.push(datagram);
    framer.end();
  });

  socket.bind({ port, address: host, exclusive: true });
  await once(socket, "listening");
  socket.on("error", () => {}); // an ICMP answer to something we sent; nothing is sent from here
  return {
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close();
      await once(socket, "close");
    },
  };
}
