import type { Session } from '../shared/session.ts';
import { TrainingController } from './training-controller.ts';

const controllers = new WeakMap<Session, TrainingController>();

/** A controller over this browser: worker, and models in IndexedDB. What is heavy loads on first use. */
export const browserTraining = (): TrainingController =>
  new TrainingController({
    client: async () => {
      const { TrainingClient } = await import('../../src/platform/browser/training-client.ts');
      return new TrainingClient();
    },
    models: async () => {
      const { CheckpointStore } = await import('../../src/platform/browser/checkpoint-store.ts');
      return new CheckpointStore();
    },
  });

/**
 * The training that goes with a session. The page's tabs take the panel out of the document and
 * make another one later: the run goes on meanwhile.
 */
export function trainingOf(session: Session): TrainingController {
  let controller = controllers.get(session);
  if (!controller) controllers.set(session, (controller = browserTraining()));
  return controller;
}
