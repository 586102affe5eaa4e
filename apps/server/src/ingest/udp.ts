import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createBlackboxFramer } from "@pitwall/protocols";
import { countProblem, type Device } from "../devices.ts";
import { Backlog } from "./backlog.ts";
import { type Door, deviceAt, RepeatFilter, record } from "./door.ts";
import { udpDrops } from "./udp-drops.ts";

export interface Listener extends AsyncDisposable {
  readonly port: number;
}

const MAX_SENDERS = 4096;
const SOURCE = { boot: "", name: "udp", protocol: "blackbox" } as const;
const WANTED_BUFFER = 4 * 1024 * 1024;
const MAX_WAITING = 65_536;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;
const BUDGET_MS = 2;
/** libuv reads at most so many datagrams of a socket before others have their turn. */
const READ_AT_ONCE = 32;
const LOOK_MS = 1000;

type Sender = { readonly device: Device; readonly repeats: RepeatFilter };
type Arrival = { readonly sender: Sender; readonly datagram: Uint8Array; readonly arrivalUs: number };

/**
 * Blackbox packets in datagrams, one or several each. A datagram ends what it began: no packet spans two.
 * `tell` hears once where the system grants less memory for waiting datagrams than was asked for.
 */
export async function listenUdp(
  door: Door,
  host: string,
  port: number,
  tell: (reason: string) => void = () => {},
): Promise<Listener> {
  const family = host.includes(":") ? "udp6" : "udp4";
  const socket = createSocket({ type: family, recvBufferSize: WANTED_BUFFER });
  const senders = new Map<string, Sender>();

  let now: Arrival;
  /** Of the datagram within all that the framer has seen. */
  let base = 0;
  const framer = createBlackboxFramer(
    (bytes, view, start, end) => {
      const { device, repeats } = now.sender;
      if (repeats.isRepeat(bytes, view, start, end))
        device.problems.set("duplicate", (device.problems.get("duplicate") ?? 0) + 1);
      else record(door, device, SOURCE, bytes.subarray(start, end), now.arrivalUs);
    },
    (p) => {
      const offset = p.offset - base;
      countProblem(now.sender.device, { ...p, offset }, now.arrivalUs, now.datagram.subarray(offset));
    },
  );
  const waiting = new Backlog<Arrival>({
    maxItems: MAX_WAITING,
    maxBytes: MAX_WAITING_BYTES,
    readAtOnce: READ_AT_ONCE,
    budgetMs: BUDGET_MS,
    nowMs: () => performance.now(),
    later: setImmediate,
    handle(arrival) {
      now = arrival;
      framer.push(arrival.datagram);
      framer.end();
      base += arrival.datagram.length;
    },
  });

  socket.on("message", (datagram, from) => {
    const key = `${from.address} ${from.port}`;
    let sender = senders.get(key);
    if (!sender) {
      if (senders.size >= MAX_SENDERS) senders.delete(senders.keys().next().value!);
      sender = { device: deviceAt(door, "udp", from.address, from.port), repeats: new RepeatFilter() };
      senders.set(key, sender);
    }
    const arrivalUs = door.nowUs();
    if (waiting.add({ sender, datagram, arrivalUs }, datagram.length)) return;
    const reason = "more datagrams came than the server has time for";
    countProblem(sender.device, { code: "dropped", offset: 0, reason }, arrivalUs, datagram);
  });

  socket.bind({ port, address: host, exclusive: true });
  await once(socket, "listening");
  socket.on("error", () => {}); // an ICMP answer to something we sent; nothing is sent from here
  const bound = socket.address().port;
  // Linux says twice what it grants, for its own bookkeeping (socket(7))
  const granted = socket.getRecvBufferSize() / (process.platform === "linux" ? 2 : 1);
  if (granted < WANTED_BUFFER)
    tell(
      `the system lets ${Math.round(granted / 1024)} KiB of datagrams wait, not ${WANTED_BUFFER / 1024}: a burst of many vehicles may be lost${process.platform === "linux" ? ` (sysctl net.core.rmem_max=${WANTED_BUFFER} allows it)` : ""}`,
    );

  let dropped = 0;
  /** Who sent them nobody can say: they are counted for the port. */
  async function look(): Promise<void> {
    const drops = await udpDrops(family, bound);
    if (drops === undefined || drops <= dropped) return;
    const device = door.devices.get(`udp:port-${bound}`, "unknown", "udp", `port ${bound}`);
    device.online = false;
    device.lastSeenUs = door.nowUs();
    const reason = `the system has dropped ${drops} datagrams of any senders: they came faster than the server took them`;
    countProblem(device, { code: "dropped", offset: 0, reason }, device.lastSeenUs);
    device.problems.set("dropped", drops);
    dropped = drops;
  }
  const timer = setInterval(() => void look(), LOOK_MS).unref();
  return {
    port: bound,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      socket.close();
      await once(socket, "close");
      waiting.drain();
    },
  };
}
