import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, Unreachable } from '../src/api';

/** A server whose answers begin well and then hang, break off, or hold nothing. */
let server: Server;
let origin = '';
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url === '/nothing') return void response.writeHead(204).end();
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': '1000' });
    response.write('{"features":[');
    if (request.url === '/broken') setTimeout(() => response.destroy(), 20);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe('an answer', () => {
  it('that breaks off is no answer', async () => {
    await expect(new Api('id').get(`${origin}/broken`)).rejects.toBeInstanceOf(Unreachable);
  });
  it('that is no longer wanted ends as an abort, not as an empty one', async () => {
    const stop = new AbortController();
    const answer = new Api('id').get(`${origin}/hanging`, stop.signal);
    setTimeout(() => stop.abort(), 20);
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
  it('may hold nothing', async () => {
    expect((await new Api('id').send(`${origin}/nothing`, { method: 'DELETE' })).status).toBe(204);
  });
});
