// Requests no library would send: bytes on a socket, and what comes back.
import {once} from "node:events";
import {connect, type Socket} from "node:net";

const ANSWER = /HTTP\/1\.1 (\d{3}) /g;

export async function open(port: number): Promise<Socket> {
  const socket = connect({port, host: "127.0.0.1"});
  socket.on("error", () => {}); // a server that closes on an attacker is what is hoped for
  await once(socket, "connect");
  return socket;
}

export interface RawAnswer {
  /** Of every answer that came. */
  statuses: number[];
  text: string;
  closed: boolean;
}

/** Sends the bytes and listens until the server closes or is silent for a while. */
export async function exchange(port: number, bytes: string | Buffer, silenceMs = 300): Promise<RawAnswer> {
  const socket = await open(port);
  let text = "";
  let closed = false;
  await new Promise<void>((resolve) => {
    let silence = setTimeout(resolve, silenceMs);
    socket.on("data", (chunk: Buffer) => {
      text += chunk.toString("latin1");
      clearTimeout(silence);
      silence = setTimeout(resolve, silenceMs);
    });
    socket.on("close", () => {
      closed = true;
      clearTimeout(silence);
      resolve();
    });
    socket.write(bytes);
  });
  socket.destroy();
  return {statuses: [...text.matchAll(ANSWER)].map(([, status]) => Number(status)), text, closed};
}

/** How long the server kept the socket, ms. */
export async function lifetime(socket: Socket, limitMs: number): Promise<number> {
  const began = performance.now();
  socket.resume();
  await Promise.race([
    new Promise((resolve) => socket.once("close", resolve)),
    new Promise((resolve) => setTimeout(resolve, limitMs)),
  ]);
  socket.destroy();
  return performance.now() - began;
}
