// Exit status of the background service when another process already runs the service of this home.
export const ALREADY_RUNNING = 75;
