import { createApp, defineComponent, h, shallowRef } from 'vue';
import type { SiteResult } from 'upwind';
import { createSession } from 'upwind/element';

// Two parts and one session: no map needed. In a template: <upwind-rose :session.prop="session" />.
const session = createSession({ height: '25ft', imagery: 'demo' });
session.setSite({ lng: -125, lat: 41 });

const App = defineComponent({
  setup() {
    const result = shallowRef<SiteResult | null>(null);
    void session.analyse().then((answer) => (result.value = answer));
    return () =>
      h('main', [
        h(
          'h1',
          result.value ? `Exposure ${result.value.governing} governs` : 'Reading the ground…',
        ),
        h('upwind-rose', { '.session': session }),
        h('upwind-result-table', { '.session': session }),
      ]);
  },
});

createApp(App).mount('#root');
