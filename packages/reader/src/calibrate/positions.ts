// Positions that queries are tried at: how far, in the model's own terms, a question stands from what it looks for.

const GRID = [0, 256, 512, 1024, 1536, 2048, 3072, 4096];
/** Where all heads are tried first: near, and as far as most documents are long. */
const FIRST = [512, 1536];

const within = (positions: readonly number[], contextLength: number): number[] => positions.filter((position) => position <= contextLength / 2);

export const positionGrid = (contextLength: number): number[] => within(GRID, contextLength);
export const firstPositions = (contextLength: number): number[] => {
  const positions = within(FIRST, contextLength);
  return positions.length > 0 ? positions : [0];
};
