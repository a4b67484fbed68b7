// What the SDK takes from the environment and is decided here instead. The only file of this folder that touches process.env.

/** On Node 20 the SDK warns, once per thread, that versions to come will want 22: the version here is pinned and tested on both. */
export function silenceVersionNote(): void {
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
}
