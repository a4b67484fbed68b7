// What it takes to reach a bucket. Plain data: it is handed to compute threads. Holds a secret: never logged.

export interface S3Settings {
  kind: 's3';
  /** Of an S3-compatible server, http:// or https://; AWS's own for the region when absent. */
  endpoint?: string | undefined;
  region: string;
  bucket: string;
  /** '' or a beginning of object names that ends in '/'. */
  prefix: string;
  /** Absent: the AWS SDK looks for them in its own order (AWS_ variables, profile, role of the machine). */
  credentials?: { accessKeyId: string; secretAccessKey: string } | undefined;
  /** <endpoint>/<bucket>/<name> instead of <bucket>.<endpoint>/<name>. */
  forcePathStyle: boolean;
  /** How long one attempt may wait for an answer. */
  timeoutMs: number;
  /** Attempts at one operation, the first included. */
  maxAttempts: number;
  /** Pause after the first attempt; each later one is four times as long. */
  backoffMs: number;
}

/** Where the store is, for messages: no secret in it. */
export const placeOf = ({ endpoint, region, bucket, prefix }: S3Settings): string =>
  `bucket ${bucket}${prefix === '' ? '' : ` (below ${prefix})`} at ${endpoint ?? `AWS, region ${region}`}`;
