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

// Once the page has come to rest, the app is kept on the device and then opens without a network.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  const keep = () => {
    // Where the browser forbids it (private windows), the app works and needs a network.
    navigator.serviceWorker.register('./sw.js').catch(() => undefined);
  };
  const whenIdle = () => setTimeout(keep, 3000);
  if (document.readyState === 'complete') whenIdle();
  else addEventListener('load', whenIdle, { once: true });
}
