// Text from elsewhere on a terminal.

/**
 * A document must not drive the terminal: control characters become visible, and so do those that turn the direction of what follows
 * (overrides, embeddings, isolates) or begin a line. Letters of right-to-left scripts, marks and joiners stay as they are.
 */
export const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\ufffd');
