/** Request bodies: received within a limit each and a limit together. */
import { megabytes, type ServiceLimits } from './limits.ts';
import { Problem } from './problems.ts';

/** Bytes of bodies that the service holds. */
export interface HeldBytes {
  readonly bytes: number;
  /** @throws Problem `E_BUSY` when there is no room */
  reserve(bytes: number): void;
  release(bytes: number): void;
}

/** Counts bytes up to a limit. */
export function createHeldBytes(limit: number): HeldBytes {
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    reserve: (more) => {
      if (bytes + more > limit) {
        throw new Problem('E_BUSY', `the documents being worked on fill the ${megabytes(limit)} there are`, {
          retryAfter: 5,
        });
      }
      bytes += more;
    },
    release: (fewer) => {
      bytes -= fewer;
    },
  };
}

/** A body that was received; its bytes count as held until it is released. */
export interface Body {
  readonly bytes: Uint8Array;
  /** Harmless when called again. */
  release(): void;
}

/**
 * Receives a body. A declared length that is too large is refused before a byte is read, any other body as soon as it
 * grows too large.
 * @throws Problem `E_BODY_SIZE`, `E_BUSY`; what the connection throws when the client goes away
 */
export async function receiveBody(
  request: Request,
  { bodyBytes }: Pick<ServiceLimits, 'bodyBytes'>,
  held: HeldBytes,
): Promise<Body> {
  const declared = request.headers.get('content-length');
  let reserved = 0;
  const hold = (bytes: number): void => {
    if (reserved + bytes > bodyBytes) throw tooLarge(bodyBytes);
    held.reserve(bytes);
    reserved += bytes;
  };
  const release = (): void => {
    held.release(reserved);
    reserved = 0;
  };
  try {
    if (declared !== null) {
      hold(Number(declared));
      return { bytes: new Uint8Array(await request.arrayBuffer()), release };
    }
    return { bytes: await receiveStream(request, hold), release };
  } catch (error) {
    release();
    throw error;
  }
}

/** A body of unknown length. */
async function receiveStream(request: Request, hold: (bytes: number) => void): Promise<Uint8Array> {
  if (request.body === null) return new Uint8Array();
  const reader = request.body.getReader();
  const chunks: Uint8Array[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return Buffer.concat(chunks);
      hold(value.length);
      chunks.push(value);
    }
  } catch (error) {
    void discard(reader);
    throw error;
  }
}

/**
 * Reads on without keeping anything: a client that is still sending when its connection is closed may never see the answer.
 * The server ends the connection soon after the answer has gone out.
 */
async function discard(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  try {
    while (!(await reader.read()).done);
  } catch {
    // The client has gone.
  }
}

const tooLarge = (limit: number): Problem =>
  new Problem('E_BODY_SIZE', `the request body is larger than ${megabytes(limit)}`, {
    hint: 'split the document, or have the service started with a larger --max-body',
  });
