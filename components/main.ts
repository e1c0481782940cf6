import { browserPorts } from './shared/session-ports.ts';
import './upwind-app/upwind-app.ts';

// The page itself: an app over the browser's ports, opening with the demo scene.
const app = document.createElement('upwind-app');
app.ports = browserPorts();
app.firstSite = async () => {
  const { DEMO_SITE, DEMO_SITE_NAME } = await import('../src/demo/demo-source.ts');
  return { at: DEMO_SITE, name: DEMO_SITE_NAME, heightFt: 25 };
};
document.body.prepend(app);
