// Marks the jobs that commands make, as against those of the REST API's own clients.
export const COMMAND_METADATA = { source: 'lectern-command' };
