/** Answers to what is no request: Node hands over the bare connection. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Problem, type ProblemCode, problemJson } from './problems.ts';

type Broken = readonly [code: ProblemCode, detail: string, hint: string];

const kinds: Readonly<Record<string, Broken>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [
    'E_REQUEST_TIMEOUT',
    'the request did not come to its end in time',
    'send a smaller document, or have the service started with a larger --timeout',
  ],
  HPE_HEADER_OVERFLOW: [
    'E_HEADERS',
    'the headers of the request are larger than 16 KB',
    'put long fields into the body, and leave out headers that the service does not need',
  ],
};

const other: Broken = [
  'E_REQUEST',
  'what came over the connection is no HTTP/1.1 request',
  'the service speaks plain HTTP: write the address with http://',
];

const reasons: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Makes a server answer broken and slow requests with problem details. */
export function answerBrokenRequests(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, connection) => {
    const socket = connection as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } };
    if (error.code === 'ECONNRESET' || !socket.writable || socket._httpMessage?.headersSent === true) {
      socket.destroy();
      return;
    }
    const [code, detail, hint] = kinds[error.code ?? ''] ?? other;
    const problem = problemJson(new Problem(code, detail, { hint }), '');
    const body = JSON.stringify(problem);
    socket.end(
      `HTTP/1.1 ${problem.status} ${reasons[problem.status]}\r\nContent-Type: application/problem+json; charset=utf-8\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
    );
  });
}
