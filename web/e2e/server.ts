import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Starts the real binary on a database of its own with the demo city in it; returns what stops it. */
export default async function start(): Promise<() => Promise<void>> {
  const binary = resolve(process.env.PATOK_BIN ?? '../bin/patok');
  const folder = mkdtempSync(join(tmpdir(), 'patok-e2e-'));
  chmodSync(folder, 0o755); // PostgreSQL runs as another user when we are root
  const data = join(folder, 'data');
  const listen = `127.0.0.1:${await freePort()}`;
  const log: string[] = [];
  const server = spawn(binary, ['serve', '--data-dir', data, '--listen', listen], { stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (chunk: Buffer) => log.push(chunk.toString()));
  const stop = async (): Promise<void> => {
    await ended(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(`http://${listen}/readyz`, server);
    const { accounts } = JSON.parse(execFileSync(binary, ['demo', '--data-dir', data, '--json'], { encoding: 'utf8' })) as { accounts: unknown[] };
    process.env.PATOK_E2E_DATA = data;
    process.env.PATOK_E2E_URL = `http://${listen}`;
    process.env.PATOK_E2E_ACCOUNTS = JSON.stringify(accounts);
  } catch (error) {
    await stop();
    throw new Error(`patok did not start: ${String(error)}\n${log.join('').slice(-4000)}`);
  }
  return stop;
}

async function ready(url: string, server: ChildProcess): Promise<void> {
  for (const until = Date.now() + 90_000; Date.now() < until; ) {
    if (server.exitCode !== null) throw new Error(`it ended with ${server.exitCode}`);
    const answer = await fetch(url).catch(() => null);
    if (answer?.ok) return;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new Error('it was not ready in 90 s');
}

function ended(server: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (server.exitCode !== null || server.signalCode !== null) return done();
    const hard = setTimeout(() => server.kill('SIGKILL'), 20_000);
    server.once('exit', () => {
      clearTimeout(hard);
      done();
    });
    server.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    });
  });
}
