// Text from elsewhere on a terminal.

/** A document must not drive the terminal: control characters become visible. */
export const printable = (text: string): string => text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
