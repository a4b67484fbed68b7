// A body as text up to a limit; what stands beyond it is not read.

export interface Bounded { text: string; isCut: boolean }

export async function readBounded(body: ReadableStream<Uint8Array> | null, maxBytes: number, signal: AbortSignal): Promise<Bounded> {
  const chunks: Uint8Array[] = [];
  let numBytes = 0;
  try {
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) {
      chunks.push(chunk);
      numBytes += chunk.length;
      if (numBytes > maxBytes) break; // leaving the loop cancels the stream
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw error;
  }
  return { text: Buffer.concat(chunks).subarray(0, maxBytes).toString('utf8'), isCut: numBytes > maxBytes };
}
