import type { Session } from '../shared/session.ts';
import { LabelController } from './label-controller.ts';

const controllers = new WeakMap<Session, LabelController>();

/** The labels that go with a session; made on first use, one for all elements. */
export function labelsOf(session: Session): LabelController {
  let controller = controllers.get(session);
  if (!controller) {
    controller = new LabelController(session, {
      openStore: async () => {
        const { openLabelStore } = await import('../../src/platform/browser/label-db.ts');
        return openLabelStore();
      },
      askForPersistence: async () => {
        const { askForPersistence } = await import('../../src/platform/browser/label-db.ts');
        return askForPersistence();
      },
      alone: async (work) => {
        const { aloneWithLabels } = await import('../../src/platform/browser/label-db.ts');
        return aloneWithLabels(work);
      },
      guardLeaving: (risk) => {
        const onLeave = (event: BeforeUnloadEvent) => {
          if (risk()) event.preventDefault();
        };
        addEventListener('beforeunload', onLeave);
        return () => removeEventListener('beforeunload', onLeave);
      },
      now: () => new Date().toISOString(),
    });
    controllers.set(session, controller);
    controller.start(document);
  }
  return controller;
}

/** Lets go of a session's labels; they stay in the store. */
export function releaseLabels(session: Session): void {
  controllers.get(session)?.dispose();
  controllers.delete(session);
}
