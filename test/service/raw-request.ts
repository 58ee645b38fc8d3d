import { connect, type Socket } from 'node:net';

/** Sends bytes as they are on a connection of their own; answers all that comes back until the other side ends it, or `ms` have passed. */
export function rawRequest(port: number, bytes: string | Uint8Array, { ms = 4000 } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const done = () => {
      clearTimeout(timer);
      socket.destroy();
      resolve(text);
    };
    const timer = setTimeout(done, ms);
    socket.on('data', (data) => {
      text += data.toString();
    });
    socket.on('close', done);
    socket.on('error', () => {}); // a reset: what came before it counts
    socket.write(bytes);
  });
}

/** A connection that is open, or was refused: `isOpen` tells. */
export function openSocket(port: number): Promise<{ socket: Socket; isOpen: () => boolean }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    let open = true;
    socket.on('error', () => {});
    socket.on('close', () => {
      open = false;
      resolve({ socket, isOpen: () => open });
    });
    socket.on('connect', () => resolve({ socket, isOpen: () => open }));
    socket.resume();
  });
}
