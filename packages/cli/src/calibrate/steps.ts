// One progress bar for each step of a calibration.
import type { CalibrationStep } from '@lectern/reader';
import { createProgress, type Progress } from '../output/progress.ts';

const STEPS: Record<CalibrationStep, { label: string; unit: string }> = {
  read: { label: 'reading the first text through every layer', unit: ' tokens' },
  'all heads': { label: 'scoring every head', unit: ' heads' },
  positions: { label: 'scoring the best heads at every position', unit: ' steps' },
  'read the other text': { label: 'reading the other text', unit: ' tokens' },
  find: { label: 'finding', unit: ' questions' },
  'read to weigh': { label: 'reading with the chosen heads', unit: ' tokens' },
  weigh: { label: 'weighing attention', unit: ' questions' },
  answer: { label: 'answering with the right passage given', unit: ' questions' },
};

export interface Steps {
  update(step: CalibrationStep, done: number, total: number): void;
  stop(): void;
}

export function createSteps(quiet: boolean): Steps {
  let current: CalibrationStep | undefined;
  let bar: Progress | undefined;
  return {
    update(step, done, total) {
      if (step !== current) {
        bar?.stop();
        current = step;
        bar = createProgress({ ...STEPS[step], format: (count) => String(Math.floor(count)), quiet });
      }
      bar?.update(done, total);
    },
    stop: () => bar?.stop(),
  };
}
