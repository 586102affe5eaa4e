import { type BatchWriter, createBatchWriter } from "@pitwall/protocols";
import { type Faults, FaultyLink, Random, within } from "@pitwall/simulator";
import type { MissingRange, SimPacket } from "./sim-sink.ts";

type Batch = { readonly bytes: Uint8Array; readonly frames: number; readonly damaged: boolean };
const BATCH_S = 0.2;

/**
 * A unit that numbers the frames of its buses and sends them in batches. A frame is lost before it gets into a batch,
 * with its number; doubling, reordering, delay and damage happen to whole batches.
 */
export class BatchingUnit {
  readonly counts = { frames: 0, lost: 0, doubledFrames: 0, damagedFrames: 0 };
  readonly missing: MissingRange[] = [];
  readonly link: FaultyLink<Batch>;
  readonly #faults: Faults;
  readonly #random: Random;
  readonly #deviceId: string;
  readonly #bootId: number;
  #sources: { id: number; name: string; protocol: string }[] = [];
  #writer: BatchWriter | undefined;
  #boot = 0;
  #nextSeq = 0;
  #sentAtS = 0;
  #held: Batch[] = [];

  constructor(
    faults: Faults,
    seed: number,
    deviceId: string,
    bootId: number,
    publish: (bytes: Uint8Array) => void,
  ) {
    this.#faults = faults;
    this.#random = new Random(seed, `${deviceId} frames`);
    this.#deviceId = deviceId;
    this.#bootId = bootId;
    const sent = new Set<Batch>();
    this.link = new FaultyLink<Batch>(
      { ...faults, loss: 0, glue: 0 },
      seed,
      deviceId,
      (batch, bytes) => {
        this.counts.damagedFrames += batch.frames;
        return { ...batch, bytes, damaged: true };
      },
      (batch) => {
        if (sent.delete(batch)) this.counts.doubledFrames += batch.damaged ? 0 : batch.frames;
        else if (this.#faults.dup > 0) sent.add(batch);
        publish(batch.bytes);
      },
    );
  }

  put(packet: SimPacket): void {
    if (packet.boot !== this.#boot) {
      this.#ship(packet.atUs / 1e6);
      this.#boot = packet.boot;
      this.#nextSeq = 0;
    }
    const seq = this.#nextSeq++;
    this.counts.frames++;
    if (this.#random.chance(this.#faults.loss)) {
      this.counts.lost++;
      this.#miss(seq);
      this.#ship(packet.atUs / 1e6);
      return;
    }
    const source = this.#sourceOf(packet);
    this.#writer ??= this.#begin(seq);
    if (this.#writer.add(source, packet.bootUs, packet.bytes)) return;
    this.#ship(packet.atUs / 1e6);
    this.#writer = this.#begin(seq);
    this.#writer.add(source, packet.bootUs, packet.bytes);
  }

  /** Sends what is due at this instant of the drive; at Infinity everything. */
  flush(nowS: number): void {
    if (nowS - this.#sentAtS >= BATCH_S) {
      this.#sentAtS = nowS;
      this.#ship(nowS);
    }
    if (!within(this.#faults.offline, nowS))
      for (const batch of this.#held.splice(0)) this.link.send(batch, Math.round(nowS * 1e6));
    if (Number.isFinite(nowS)) this.link.advance(Math.round(nowS * 1e6));
    else this.link.end();
  }

  #miss(seq: number): void {
    const boot = this.#bootOf().toString(16).padStart(8, "0");
    const last = this.missing.at(-1);
    if (last?.boot === boot && last.last === seq - 1) last.last = seq;
    else this.missing.push({ boot, first: seq, last: seq });
  }

  #bootOf(): number {
    return (this.#bootId + this.#boot) >>> 0;
  }

  #sourceOf(packet: SimPacket): number {
    const known = this.#sources.find((s) => s.name === packet.name);
    if (known) return known.id;
    this.#ship(packet.atUs / 1e6);
    const id = this.#sources.length;
    this.#sources = [...this.#sources, { id, name: packet.name, protocol: packet.protocol }];
    return id;
  }

  #begin(firstSeq: number): BatchWriter {
    return createBatchWriter({
      deviceId: this.#deviceId,
      bootId: this.#bootOf(),
      sources: this.#sources,
      firstSeq,
    });
  }

  /** Hands the batch so far to the link, or keeps it while there is none. */
  #ship(nowS: number): void {
    const writer = this.#writer;
    this.#writer = undefined;
    if (!writer || writer.recordCount === 0) return;
    const frames = writer.recordCount;
    const batch = { bytes: writer.finish().slice(), frames, damaged: false };
    const atUs = Number.isFinite(nowS) ? Math.round(nowS * 1e6) : 1e15;
    if (within(this.#faults.offline, nowS)) this.#held.push(batch);
    else this.link.send(batch, atUs);
  }
}
